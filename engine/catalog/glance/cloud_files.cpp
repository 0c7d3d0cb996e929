// Cloud files: the first file that can be opened wins, as in openstacksdk. Unlike there, one that
// is no YAML is an error: to go on with another file could reach another cloud.

#include "catalog/glance/cloud_files.hpp"

#include "base/file.hpp"
#include "base/ownership.hpp"
#include "base/text.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <optional>
#include <utility>
#include <vector>

namespace retouch::catalog {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_largest_file = std::size_t{1024} * 1024;
constexpr int k_deepest = 32;
constexpr int k_most_values = 100'000;
constexpr std::array<const char *, 3> k_endings = {".yaml", ".yml", ".json"};

/// One file to look for.
struct Wanted {
    const char *stem;
    const char *variable; ///< names a file to try first
};

constexpr Wanted k_clouds = {"clouds", "OS_CLIENT_CONFIG_FILE"};
constexpr Wanted k_secure = {"secure", "OS_CLIENT_SECURE_FILE"};
constexpr Wanted k_public = {"clouds-public", "OS_CLIENT_VENDOR_FILE"};

Error bad_file(const fs::path &file, const std::string &why) {
    return {ErrorKind::bad_config, fmt::format("{} {}", base::escape(file.string()), why),
            "see openstacksdk's documentation of clouds.yaml"};
}

/// Builds Json from YAML within bounds: aliases can make a small file very large.
class Converter {
  public:
    explicit Converter(const fs::path &file) : file_(file) {}

    Json convert(const YAML::Node &node, int depth = 0) {
        if (depth > k_deepest || ++values_ > k_most_values)
            throw bad_file(file_, "nests too deep or holds too much");
        if (node.IsMap())
            return convert_map(node, depth);
        if (node.IsSequence()) {
            Json list = Json::array();
            for (const YAML::Node &item : node)
                list.push_back(convert(item, depth + 1));
            return list;
        }
        return node.IsScalar() ? Json(node.Scalar()) : Json(nullptr);
    }

  private:
    Json convert_map(const YAML::Node &node, int depth) {
        Json map = Json::object();
        Json inherited = Json::object();
        for (const auto &entry : node) {
            if (!entry.first.IsScalar())
                throw bad_file(file_, "has a key that is not text");
            if (entry.first.Scalar() == "<<")
                inherit(inherited, convert(entry.second, depth + 1));
            else
                map[entry.first.Scalar()] = convert(entry.second, depth + 1);
        }
        for (const auto &[key, value] : inherited.items())
            if (!map.contains(key))
                map[key] = value;
        return map;
    }

    /// The first of several maps to merge wins.
    static void inherit(Json &inherited, const Json &merged) {
        const Json maps = merged.is_array() ? merged : Json::array({merged});
        for (const Json &map : maps)
            if (map.is_object())
                for (const auto &[key, value] : map.items())
                    if (!inherited.contains(key))
                        inherited[key] = value;
    }

    const fs::path &file_;
    int values_ = 0;
};

/// Keys with "_" for "-"; names of clouds, at `depth` 0, stay as they are.
Json with_plain_keys(const Json &value, int depth) {
    if (!value.is_object())
        return value;
    Json plain = Json::object();
    for (const auto &[key, item] : value.items()) {
        std::string name = key;
        if (depth > 0)
            std::ranges::replace(name, '-', '_');
        plain[name] = with_plain_keys(item, depth + 1);
    }
    return plain;
}

bool is_control(char letter) {
    return letter >= 0 && letter < ' ' && letter != '\n' && letter != '\r' && letter != '\t';
}

Json parse(const fs::path &file, const std::string &text) {
    if (base::invalid_utf8(text))
        throw bad_file(file, "is not UTF-8 text");
    // YAML has none, and the library takes one of them for the end of the file.
    if (const auto at = std::ranges::find_if(text, is_control); at != text.end())
        throw bad_file(file, fmt::format("has a control character in line {}",
                                         std::count(text.begin(), at, '\n') + 1));
    try {
        const std::vector<YAML::Node> documents = YAML::LoadAll(text);
        if (documents.size() > 1)
            throw bad_file(file, "holds more than one document: keep the one that is meant");
        Json content = documents.empty() ? Json() : Converter(file).convert(documents.front());
        if (!content.is_object() && !content.is_null())
            throw bad_file(file, "holds no keys and values");
        return content;
    } catch (const YAML::Exception &error) {
        throw bad_file(file, fmt::format("is not YAML: line {}, column {}: {}", error.mark.line + 1,
                                         error.mark.column + 1, base::escape(error.msg)));
    }
}

/// The map under `key`, each entry a map; others are left out.
Json maps_under(const Json &content, const char *key) {
    Json maps = Json::object();
    if (!content.is_object() || !content.contains(key) || !content[key].is_object())
        return maps;
    const Json plain = with_plain_keys(content[key], 0);
    for (const auto &[name, value] : plain.items())
        if (value.is_object())
            maps[name] = value;
    return maps;
}

std::vector<fs::path> directories(const EnvironmentReader &environment, const fs::path &directory) {
    std::vector<fs::path> found = {directory};
    const auto add = [&](const fs::path &path) {
        if (path.is_absolute() && std::ranges::find(found, path) == found.end())
            found.push_back(path);
    };
    const fs::path home = environment("HOME").value_or("");
    add(fs::path(environment("XDG_CONFIG_HOME").value_or(home / ".config")) / "openstack");
    add(home / ".config" / "openstack");
    const std::string site = environment("XDG_CONFIG_DIRS").value_or("/etc/xdg");
    for (const std::string &each : base::split(site, ':'))
        if (!each.empty())
            add(fs::path(each) / "openstack");
    add("/etc/openstack");
    return found;
}

/// One that lies where we happen to work may have been planted: it would get our password.
void require_ours(const fs::path &file, const Wanted &wanted) {
    if (const auto flaw = base::open_to_others(file))
        throw Error(ErrorKind::bad_config,
                    fmt::format("{} is not used: {}", base::escape(file.string()), *flaw),
                    fmt::format("name it if you trust it: {}={}; or make it yours alone, and its "
                                "directory too: chown and chmod go-w",
                                wanted.variable, base::escape(file.string())));
}

/// The first readable file and what it holds.
std::optional<std::pair<fs::path, Json>>
find_file(const Wanted &wanted, const EnvironmentReader &environment, const fs::path &directory) {
    std::vector<fs::path> candidates;
    fs::path named;
    if (const auto name = environment(wanted.variable))
        candidates.push_back(named = user_path(*name, environment, directory));
    for (const fs::path &place : directories(environment, directory))
        for (const char *ending : k_endings)
            candidates.push_back(place / (std::string(wanted.stem) + ending));
    for (const fs::path &candidate : candidates) {
        if (base::UniqueFd(open(candidate.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)).get() < 0)
            continue;
        if (candidate != named && candidate.parent_path() == directory)
            require_ours(candidate, wanted);
        std::string text;
        try {
            text = base::read_file(candidate, k_largest_file);
        } catch (const Error &error) {
            if (error.kind() == ErrorKind::interrupted)
                throw;
            throw Error(ErrorKind::bad_config, error.what(), error.hint());
        }
        return std::pair(candidate, parse(candidate, text));
    }
    return std::nullopt;
}

} // namespace

CloudFiles read_cloud_files(const EnvironmentReader &environment, const fs::path &directory) {
    CloudFiles files;
    for (const fs::path &place : directories(environment, directory))
        files.looked_in.push_back(place.string());
    if (auto found = find_file(k_clouds, environment, directory)) {
        files.clouds_file = found->first;
        files.clouds = maps_under(found->second, "clouds");
    }
    if (auto found = find_file(k_secure, environment, directory)) {
        const Json secrets = maps_under(found->second, "clouds");
        for (const auto &[name, value] : secrets.items())
            if (files.clouds.contains(name))
                merge_deep(files.clouds[name], value);
    }
    if (auto found = find_file(k_public, environment, directory))
        files.profiles = maps_under(found->second, "public-clouds");
    return files;
}

void merge_deep(Json &under, const Json &over) {
    if (!under.is_object() || !over.is_object()) {
        under = over;
        return;
    }
    for (const auto &[key, value] : over.items()) {
        if (under.contains(key))
            merge_deep(under[key], value);
        else
            under[key] = value;
    }
}

fs::path user_path(const std::string &text, const EnvironmentReader &environment,
                   const fs::path &directory) {
    if (text == "~" || text.starts_with("~/"))
        return fs::path(environment("HOME").value_or("/")) / text.substr(text == "~" ? 1 : 2);
    return directory / text;
}

} // namespace retouch::catalog
