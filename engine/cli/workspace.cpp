// Workspace: joins flags, environment and file, in that order of strength.
// A saved plan names its catalog itself; the environment's and the file's choice do not override
// it. Only the local kind of catalog exists so far; the schema of the configuration refuses others.

#include "cli/workspace.hpp"

#include "apply/apply.hpp"
#include "base/text.hpp"
#include "catalog/local.hpp"
#include "render/diagnostics.hpp"

#include <fmt/format.h>

namespace retouch {

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
    context.console.err(render_diagnostics(diagnostics.sorted(), context.console.err_colour()));
    if (!configuration)
        throw Error(ErrorKind::bad_config,
                    fmt::format("the configuration {} is not valid", escape(file->string())),
                    "correct it, or choose another with --config FILE");
    return *configuration;
}

} // namespace

Workspace::Workspace(Context &context) : context_(context), configuration_(load(context)) {}

const CatalogSettings &Workspace::catalog() const {
    std::string name = context_.global.catalog;
    if (name.empty())
        name = context_.environment.get("RETOUCH_CATALOG").value_or("");
    return catalog_called(configuration_, name);
}

const CatalogSettings &Workspace::catalog_of_plan(const std::string &name) const {
    if (!context_.global.catalog.empty() && context_.global.catalog != name)
        throw Error(ErrorKind::refused,
                    fmt::format("the plan was made for catalog '{}', not for '{}'", escape(name),
                                escape(context_.global.catalog)),
                    "make a plan for that catalog, or leave --catalog out");
    return catalog_called(configuration_, name);
}

GuestKind Workspace::guest(const std::string &choice) const {
    if (choice == "host")
        return GuestKind::host;
    if (choice == "appliance")
        return GuestKind::appliance;
    return configuration_.guest.value_or(GuestKind::appliance);
}

std::unique_ptr<CatalogView> view_catalog(const CatalogSettings &settings) {
    return view_local_catalog(settings.name, settings.path);
}

std::unique_ptr<Catalog> open_catalog(const CatalogSettings &settings, EventSink &events) {
    std::unique_ptr<Catalog> catalog = open_local_catalog(settings.name, settings.path);
    recover(*catalog, events);
    return catalog;
}

} // namespace retouch
