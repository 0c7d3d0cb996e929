// Configuration: found, read strictly like a recipe, checked against its schema, resolved.
// Paths in the file are relative to the file, so that it works from every directory below.
// Mistakes in it are the user's and come back as diagnostics with positions.

#include "cli/configuration.hpp"

#include "base/file.hpp"
#include "base/ownership.hpp"
#include "base/text.hpp"
#include "base/working_directory.hpp"
#include "model/names.hpp"
#include "recipe/schema/embedded_schemas.hpp"
#include "recipe/schema/schema_check.hpp"
#include "recipe/work_tree.hpp"
#include "recipe/yaml/yaml_reader.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <fmt/format.h>
#include <string_view>
#include <system_error>
#include <utility>

namespace retouch::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char *k_file_name = "retouch.yaml";
constexpr const char *k_default_name = "local";
constexpr const char *k_default_directory = "images";
constexpr std::array<std::string_view, 4> k_of_glance = {"cloud", "auth_command", "rbd",
                                                         "source_owners"};
constexpr std::size_t k_largest_file = std::size_t{1024} * 1024;

bool is_there(const fs::path &path) {
    std::error_code failed;
    return fs::exists(path, failed);
}

/// Whoever planted it above the working directory would decide what runs as this user.
void require_ours(const fs::path &file) {
    if (const auto flaw = base::open_to_others(file))
        throw Error(
            ErrorKind::bad_config,
            fmt::format("the configuration {} is not used: {}", base::escape(file.string()), *flaw),
            fmt::format("name it if you trust it: --config {0}; or make it yours alone, "
                        "and its directory too: chown and chmod go-w",
                        base::escape(file.string())));
}

Json configuration_schema() {
    for (const recipe::EmbeddedSchema &schema : recipe::embedded_schemas())
        if (schema.name == "configuration")
            return Json::parse(schema.text);
    assert(false && "the configuration schema is compiled in");
    return Json::object();
}

std::string read_bytes(const fs::path &file) {
    try {
        return base::read_file(file, k_largest_file);
    } catch (const Error &error) {
        if (error.kind() == ErrorKind::interrupted)
            throw;
        throw Error(ErrorKind::bad_config, error.what(), error.hint());
    }
}

std::vector<std::string> names_of(const Configuration &configuration) {
    std::vector<std::string> names;
    for (const CatalogSettings &catalog : configuration.catalogs)
        names.push_back(catalog.name);
    return names;
}

std::string suggestion(const std::string &name, const Configuration &configuration) {
    const std::vector<std::string> names = names_of(configuration);
    if (const auto near = base::did_you_mean(name, names))
        return fmt::format("did you mean '{}'?", base::escape(*near));
    return fmt::format("catalogs there are: {}", base::listed(names));
}

/// Relative to the file's directory; empty when it is not given.
fs::path path_at(const Value &value, const char *key, const fs::path &directory) {
    const std::string text = value.text_or(key);
    return text.empty() ? fs::path() : (directory / text).lexically_normal();
}

std::vector<std::string> texts_at(const Value &value, const char *key) {
    return value.texts(key).value_or(std::vector<std::string>());
}

/// A program's name without a slash is looked for in PATH.
std::string program_at(const std::string &name, const fs::path &directory) {
    return name.find('/') == std::string::npos ? name
                                               : (directory / name).lexically_normal().string();
}

std::vector<std::string> command_at(const Value &value, const char *key,
                                    const fs::path &directory) {
    std::vector<std::string> words = texts_at(value, key);
    if (!words.empty())
        words.front() = program_at(words.front(), directory);
    return words;
}

CatalogSettings local_settings(const fs::path &path) {
    CatalogSettings settings;
    settings.name = k_default_name;
    settings.path = path;
    return settings;
}

CatalogSettings catalog_settings(const Field &field, const fs::path &directory) {
    CatalogSettings settings;
    settings.name = field.key;
    const bool local = field.value.text_or("type") == "local";
    settings.type = local ? CatalogSettings::Type::local : CatalogSettings::Type::glance;
    settings.path = path_at(field.value, "path", directory);
    settings.cloud = field.value.text_or("cloud");
    settings.auth_command = command_at(field.value, "auth_command", directory);
    settings.source_owners = texts_at(field.value, "source_owners");
    settings.drop_properties = texts_at(field.value, "drop_properties");
    if (const Value *rbd = field.value.find("rbd")) {
        settings.rbd.conf = path_at(*rbd, "conf", directory);
        settings.rbd.user = rbd->text_or("user");
        settings.rbd.keyring = path_at(*rbd, "keyring", directory);
        if (const Value *pool = rbd->find("pool"))
            settings.pool = pool->scalar;
        settings.scratch_pool = rbd->text_or("scratch_pool");
    }
    return settings;
}

std::uint64_t number_at(const Value &value, const char *key, std::uint64_t otherwise) {
    const std::string text = value.text_or(key);
    return text.empty() ? otherwise
                        : static_cast<std::uint64_t>(base::parse_bytes(text).value_or(
                              static_cast<std::int64_t>(otherwise)));
}

/// The schema has seen to it that the values have their form.
CommandLimits command_limits(const Value &value) {
    CommandLimits limits;
    limits.memory_bytes = number_at(value, "memory", limits.memory_bytes);
    limits.processes = number_at(value, "processes", limits.processes);
    limits.open_files = number_at(value, "open_files", limits.open_files);
    limits.file_bytes = number_at(value, "file_size", limits.file_bytes);
    if (const auto time = base::parse_duration(value.text_or("time")))
        limits.time = *time;
    return limits;
}

Configuration resolve(const Value &root, const fs::path &file) {
    Configuration configuration;
    configuration.file = file;
    const fs::path directory = base::absolute_path(file).parent_path();
    if (const Value *catalogs = root.find("catalogs"))
        for (const Field &field : catalogs->fields)
            configuration.catalogs.push_back(catalog_settings(field, directory));
    if (configuration.catalogs.empty())
        configuration.catalogs.push_back(local_settings(directory / k_default_directory));
    if (const Value *name = root.find("default"))
        configuration.default_catalog = name->scalar;
    else if (configuration.catalogs.size() == 1)
        configuration.default_catalog = configuration.catalogs.front().name;
    if (const Value *commands = root.find("commands"))
        configuration.limits = command_limits(*commands);
    if (const Value *guest = root.find("guest"))
        configuration.guest = model::from_name<GuestKind>(guest->scalar);
    if (const Value *files = root.find("files"))
        if (const Value *allowed = files->find("allow"))
            for (const Value &item : allowed->items)
                configuration.allowed_directories.push_back(
                    (directory / item.scalar).lexically_normal());
    if (const Value *secrets = root.find("secrets")) {
        configuration.secret_key = path_at(*secrets, "key", directory);
        if (const Value *programs = secrets->find("programs"))
            for (const Value &item : programs->items)
                configuration.secret_programs.push_back(program_at(item.scalar, directory));
    }
    return configuration;
}

Error unknown_catalog(const std::string &name, const Configuration &configuration) {
    if (configuration.file.empty())
        return {ErrorKind::bad_config,
                fmt::format("no catalog is called '{}': without a configuration file the only one "
                            "is 'local'",
                            base::escape(name)),
                "name it in a retouch.yaml here or above"};
    return {ErrorKind::bad_config,
            fmt::format("no catalog is called '{}' in {}", base::escape(name),
                        base::escape(configuration.file.string())),
            suggestion(name, configuration)};
}

Diagnostic mistake(const Mark &mark, const fs::path &file, const std::vector<std::string> &lines,
                   std::string message, std::string hint) {
    const auto line = static_cast<std::size_t>(mark.line);
    Diagnostic diagnostic;
    diagnostic.position = {file.string(), mark.line, mark.column};
    diagnostic.message = std::move(message);
    diagnostic.source_line = line >= 1 && line <= lines.size() ? lines[line - 1] : "";
    diagnostic.hint = std::move(hint);
    return diagnostic;
}

/// `default` must name one of the catalogs: the schema cannot say so.
void check_default(const Value &root, const Configuration &configuration,
                   const std::vector<std::string> &lines, Diagnostics &diagnostics) {
    const Value *name = root.find("default");
    if (name == nullptr ||
        std::ranges::find(configuration.catalogs, name->scalar, &CatalogSettings::name) !=
            configuration.catalogs.end())
        return;
    diagnostics.add(mistake(name->mark, configuration.file, lines,
                            fmt::format("no catalog is called '{}'", base::escape(name->scalar)),
                            suggestion(name->scalar, configuration)));
}

/// Which keys go with which type of catalog: said here in fewer words than a schema would.
void check_types(const Value &root, const fs::path &file, const std::vector<std::string> &lines,
                 Diagnostics &diagnostics) {
    const Value *catalogs = root.find("catalogs");
    if (catalogs == nullptr)
        return;
    for (const Field &catalog : catalogs->fields) {
        const bool local = catalog.value.text_or("type") == "local";
        if (local && catalog.value.find("path") == nullptr)
            diagnostics.add(mistake(
                catalog.value.mark, file, lines,
                fmt::format("the local catalog '{}' has no path", base::escape(catalog.key)),
                "add path: DIRECTORY"));
        for (const Field &key : catalog.value.fields) {
            const bool for_local = key.key == "path";
            const bool for_glance = std::ranges::find(k_of_glance, key.key) != k_of_glance.end();
            if ((for_local && !local) || (for_glance && local))
                diagnostics.add(mistake(key.key_mark, file, lines,
                                        fmt::format("'{}' is not for a catalog of type {}", key.key,
                                                    local ? "local" : "glance"),
                                        local ? "give a path: only"
                                              : "give cloud:, auth_command:, rbd: and "
                                                "source_owners: only"));
        }
    }
}

/// Below this no program begins.
constexpr std::int64_t k_least_memory = std::int64_t{16} << 20;

/// What the schema cannot say of values that have the right form.
void check_limits(const Value &root, const fs::path &file, const std::vector<std::string> &lines,
                  Diagnostics &diagnostics) {
    const Value *commands = root.find("commands");
    if (commands == nullptr)
        return;
    const Value *time = commands->find("time");
    if (time != nullptr && !base::parse_duration(time->scalar))
        diagnostics.add(
            mistake(time->mark, file, lines,
                    fmt::format("'{}' is not a time from 1s to 24h", base::escape(time->scalar)),
                    "write hours, minutes and seconds, such as 90s, 10m or 1h30m; leave it "
                    "out for the longest time, 24h"));
    const Value *memory = commands->find("memory");
    if (memory != nullptr && base::parse_bytes(memory->scalar).value_or(0) < k_least_memory)
        diagnostics.add(mistake(
            memory->mark, file, lines,
            fmt::format("'{}' is too little memory to run a command", base::escape(memory->scalar)),
            "give it 16MiB or more"));
}

} // namespace

std::optional<fs::path> find_configuration(const Environment &environment) {
    if (const auto named = environment.get("RETOUCH_CONFIG"))
        return environment.directory() / *named;
    fs::path directory = environment.directory();
    while (!directory.empty()) {
        if (is_there(directory / k_file_name)) {
            require_ours(directory / k_file_name);
            return directory / k_file_name;
        }
        if (directory == directory.parent_path())
            break;
        directory = directory.parent_path();
    }
    fs::path user = environment.get("XDG_CONFIG_HOME").value_or("");
    if (!user.is_absolute())
        user.clear();
    if (user.empty())
        if (const auto home = environment.get("HOME"))
            user = fs::path(*home) / ".config";
    for (const fs::path &candidate : {user.empty() ? fs::path() : user / "retouch" / "config.yaml",
                                      fs::path("/etc/retouch/config.yaml")})
        if (!candidate.empty() && is_there(candidate))
            return candidate;
    return std::nullopt;
}

Configuration default_configuration(const Environment &environment) {
    Configuration configuration;
    configuration.default_catalog = k_default_name;
    configuration.catalogs.push_back(local_settings(environment.directory() / k_default_directory));
    return configuration;
}

std::optional<Configuration> read_configuration(const fs::path &file, Diagnostics &diagnostics) {
    const std::string text = read_bytes(file);
    if (!recipe::may_be_quoted(file, text,
                               {"catalogs", "default", "files", "commands", "guest", "secrets"}))
        throw Error(ErrorKind::bad_config,
                    fmt::format("{} is, links followed, outside the work tree or in its .git, "
                                "and is not a configuration",
                                base::escape(file.string())),
                    "what such a file holds is not shown; look where the link leads");
    const std::vector<std::string> lines = base::split_lines(text);
    Diagnostics found;
    std::optional<Configuration> configuration;
    const std::optional<Value> root = recipe::read_yaml(text, file.string(), found);
    if (root && recipe::check_schema(*root, configuration_schema(), file.string(), lines, found)) {
        configuration = resolve(*root, file);
        check_default(*root, *configuration, lines, found);
        check_types(*root, file, lines, found);
        check_limits(*root, file, lines, found);
    }
    if (found.has_errors())
        configuration.reset();
    diagnostics.merge(std::move(found));
    return configuration;
}

const CatalogSettings &catalog_called(const Configuration &configuration, const std::string &name) {
    const std::string &wanted = name.empty() ? configuration.default_catalog : name;
    if (wanted.empty())
        throw Error(ErrorKind::bad_config,
                    fmt::format("{} has several catalogs and no default",
                                base::escape(configuration.file.string())),
                    "choose one with --catalog NAME, or write 'default: NAME' into the file");
    const auto found = std::ranges::find(configuration.catalogs, wanted, &CatalogSettings::name);
    if (found != configuration.catalogs.end())
        return *found;
    throw unknown_catalog(wanted, configuration);
}

} // namespace retouch::cli
