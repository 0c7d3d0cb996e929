// Workspace: joins flags, environment and file, in that order of strength.
// A saved plan names its catalog itself; the environment's and the file's choice do not override
// it. What a catalog needs of the environment is looked up here and handed to it as values.

#include "cli/workspace.hpp"

#include "apply/apply.hpp"
#include "base/descriptors.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"
#include "catalog/local.hpp"
#include "cli/secret_key.hpp"
#include "model/names.hpp"
#include "render/text/diagnostics.hpp"

#include <fmt/format.h>

namespace retouch::cli {

namespace {

Configuration load(Context &context) {
    std::optional<std::filesystem::path> file;
    if (!context.global.config.empty())
        file = context.global.config;
    else
        file = find_configuration(context.environment);
    if (!file)
        return default_configuration(context.environment);
    Diagnostics diagnostics;
    std::optional<Configuration> configuration = read_configuration(*file, diagnostics);
    context.console.err(
        render::render_diagnostics(diagnostics.sorted(), context.console.err_colour()));
    if (!configuration)
        throw Error(ErrorKind::bad_config,
                    fmt::format("the configuration {} is not valid", base::escape(file->string())),
                    "correct it, or choose another with --config FILE");
    return *configuration;
}

/// A directory of the user's by the rules of XDG; `fallback` is below the home directory.
std::filesystem::path user_directory(const Environment &environment, const std::string &variable,
                                     const std::filesystem::path &fallback) {
    if (const auto directory = environment.get(variable);
        directory && std::filesystem::path(*directory).is_absolute())
        return *directory;
    const auto home = environment.get("HOME");
    if (!home)
        throw Error(ErrorKind::bad_config, fmt::format("neither HOME nor {} is set", variable),
                    "set one of them: runs keep their journals below it");
    return std::filesystem::path(*home) / fallback;
}

std::string words_of(const catalog::KeystoneName &name) {
    return fmt::format("{}/{}/{}/{}", name.domain_id, name.domain_name, name.id, name.name);
}

/// What makes it another cloud, or another project of it.
std::string place_of(const catalog::CloudSettings &cloud) {
    return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", cloud.auth_url, cloud.region,
                       cloud.image_endpoint, words_of(cloud.project), words_of(cloud.credential),
                       cloud.domain_id, cloud.domain_name);
}

} // namespace

catalog::GlanceOptions glance_options(const CatalogSettings &settings, const Context &context) {
    const Environment &environment = context.environment;
    std::optional<std::string> cloud;
    if (!context.global.os_cloud.empty())
        cloud = context.global.os_cloud;
    else if (!settings.cloud.empty())
        cloud = settings.cloud;
    catalog::GlanceOptions options;
    options.name = settings.name;
    options.cloud = catalog::load_cloud(
        cloud, [&](const std::string &name) { return environment.get(name); },
        environment.directory(), settings.auth_command);
    options.rbd = settings.rbd;
    options.pool = settings.pool;
    options.scratch_pool = settings.scratch_pool;
    options.source_owners = settings.source_owners;
    // Two configurations may give two clouds, or two projects, one name: their runs must not meet.
    const std::string place = place_of(options.cloud);
    const std::string directory =
        fmt::format("{}-{}", settings.name, base::sha256_hex(place).substr(0, 8));
    options.state_directory =
        user_directory(environment, "XDG_STATE_HOME", ".local/state") / "retouch" / directory;
    options.cache_directory =
        user_directory(environment, "XDG_CACHE_HOME", ".cache") / "retouch" / directory;
    return options;
}

Workspace::Workspace(Context &context)
    : context_((base::require_descriptors(base::k_descriptors_of_a_run), context)),
      configuration_(load(context)) {}

const CatalogSettings &Workspace::catalog() const {
    std::string name = context_.global.catalog;
    if (name.empty())
        name = context_.environment.get("RETOUCH_CATALOG").value_or("");
    return catalog_called(configuration_, name);
}

const CatalogSettings &Workspace::catalog_of_plan(const std::string &name) const {
    if (!context_.global.catalog.empty() && context_.global.catalog != name)
        throw Error(ErrorKind::refused,
                    fmt::format("the plan was made for catalog '{}', not for '{}'",
                                base::escape(name), base::escape(context_.global.catalog)),
                    "make a plan for that catalog, or leave --catalog out");
    return catalog_called(configuration_, name);
}

std::filesystem::path Workspace::fetch_directory() const {
    return user_directory(context_.environment, "XDG_CACHE_HOME", ".cache") / "retouch" / "fetched";
}

std::string Workspace::secret_key() const {
    if (!configuration_.secret_key.empty())
        return read_secret_key(configuration_.secret_key);
    return own_secret_key(user_directory(context_.environment, "XDG_STATE_HOME", ".local/state") /
                          "retouch" / "secrets.key");
}

catalog::TlsSettings Workspace::web_tls() const {
    catalog::TlsSettings tls;
    for (const char *variable : {"SSL_CERT_FILE", "CURL_CA_BUNDLE"})
        if (const auto file = context_.environment.get(variable))
            tls.cacert = *file;
    return tls;
}

GuestKind Workspace::guest(const std::string &choice) const {
    const std::string wanted =
        choice.empty() ? context_.environment.get("RETOUCH_GUEST").value_or("") : choice;
    if (wanted.empty())
        return configuration_.guest.value_or(GuestKind::appliance);
    if (const auto kind = model::from_name<GuestKind>(wanted))
        return *kind;
    throw Error(ErrorKind::usage, fmt::format("RETOUCH_GUEST is '{}', not {}", base::escape(wanted),
                                              model::choices<GuestKind>()));
}

ApplianceKind Workspace::appliance() const {
    const std::string wanted = context_.environment.get("RETOUCH_APPLIANCE").value_or("");
    if (wanted.empty())
        return ApplianceKind::best;
    if (const auto kind = model::from_name<ApplianceKind>(wanted))
        return *kind;
    throw Error(ErrorKind::usage,
                fmt::format("RETOUCH_APPLIANCE is '{}', not {}", base::escape(wanted),
                            model::choices<ApplianceKind>()));
}

std::unique_ptr<CatalogView> view_catalog(const CatalogSettings &settings, const Context &context) {
    if (settings.type == CatalogSettings::Type::glance)
        return catalog::view_glance_catalog(glance_options(settings, context));
    return catalog::view_local_catalog(settings.name, settings.path);
}

std::unique_ptr<Catalog> open_catalog(const CatalogSettings &settings, const Context &context,
                                      EventSink &events, Clear what) {
    std::unique_ptr<Catalog> catalog =
        settings.type == CatalogSettings::Type::glance
            ? catalog::open_glance_catalog(glance_options(settings, context))
            : catalog::open_local_catalog(settings.name, settings.path);
    if (what == Clear::all)
        apply::recover(*catalog, events);
    else
        apply::recover_host(*catalog, events);
    return catalog;
}

} // namespace retouch::cli
