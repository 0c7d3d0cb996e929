// retouch doctor: looks at everything a run needs, before a run needs it.

#include "base/descriptors.hpp"
#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "catalog/diagnosis.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/workspace.hpp"
#include "guest/diagnosis.hpp"
#include "model/checks.hpp"
#include "render/findings.hpp"
#include "store/diagnosis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

namespace retouch::cli {

namespace {

using Findings = std::vector<Finding>;

void append(Findings &findings, Findings more) {
    std::ranges::move(more, std::back_inserter(findings));
}

bool has_failed(const Findings &findings) {
    return std::ranges::find(findings, Finding::State::failed, &Finding::state) != findings.end();
}

/// The catalog that would be used; absent when it cannot be told.
std::optional<CatalogSettings> chosen_catalog(const std::optional<Workspace> &workspace,
                                              model::Checks &checks) {
    std::optional<CatalogSettings> settings;
    checks.check("catalog", [&] {
        settings = workspace->catalog();
        const bool local = settings->type == CatalogSettings::Type::local;
        return model::all_well(fmt::format("{}, of type {}", base::escape(settings->name),
                                           local ? "local" : "glance"));
    });
    return settings;
}

Findings glance_catalog_findings(const CatalogSettings &settings, const Context &context) {
    Findings findings = store::rbd_findings(settings.rbd, settings.pool, settings.scratch_pool);
    const bool store_works = !has_failed(findings);
    std::optional<catalog::GlanceOptions> options;
    model::Checks checks("Cloud");
    if (checks.check("settings", [&] {
            options = glance_options(settings, context);
            return model::all_well(fmt::format("cloud '{}' of {}",
                                               base::escape(options->cloud.name),
                                               base::escape(options->cloud.origin)));
        }))
        append(findings, catalog::glance_findings(*options, store_works));
    else
        append(findings, checks.take());
    return findings;
}

Findings catalog_findings(const CatalogSettings &settings, const Context &context) {
    if (settings.type == CatalogSettings::Type::glance)
        return glance_catalog_findings(settings, context);
    Findings findings = store::file_store_findings(settings.path);
    if (!has_failed(findings))
        append(findings, catalog::local_catalog_findings(settings.name, settings.path));
    return findings;
}

Findings all_findings(Context &context) {
    std::optional<Workspace> workspace;
    std::optional<CatalogSettings> settings;
    model::Checks checks("Configuration");
    if (checks.check("file", [&] {
            const std::filesystem::path &file = workspace.emplace(context).file();
            return model::all_well(file.empty() ? "none; the built-in one holds"
                                                : base::escape(file.string()));
        }))
        settings = chosen_catalog(workspace, checks);
    Findings findings = checks.take();
    const GuestKind guest = workspace ? workspace->guest("") : GuestKind::appliance;
    append(findings, store::disk_findings());
    append(findings, guest::appliance_findings(guest == GuestKind::appliance));
    append(findings, guest::host_guest_findings(guest == GuestKind::host));
    if (settings)
        append(findings, catalog_findings(*settings, context));
    return findings;
}

int run(const std::string &format, bool warm, Context &context) {
    base::require_descriptors(base::k_descriptors_of_a_run);
    if (warm)
        guest::warm_up();
    const Findings findings = all_findings(context);
    if (format == "json")
        context.console.out(render::findings_json(findings).dump(2) + "\n");
    else
        context.console.out(render::findings_text(findings, context.console.out_colour()));
    const auto first = std::ranges::find(findings, Finding::State::failed, &Finding::state);
    return first == findings.end() ? 0 : base::exit_code(first->kind);
}

} // namespace

void add_doctor(CLI::App &app, Context &context) {
    Command command(app, "doctor", "Check that host, guests and catalog are fit for work.",
                    "retouch doctor\n"
                    "retouch doctor --warm\n"
                    "retouch doctor --catalog lab --format json");
    const auto format = std::make_shared<std::string>("text");
    command.option_of("--format", *format, {"text", "json"}, "form of the result");
    const auto warm = std::make_shared<bool>(false);
    command.flag("--warm", *warm,
                 "make the machine that the appliance goes on from, if there is none yet");
    command.action(context, [format, warm, &context] { return run(*format, *warm, context); });
}

} // namespace retouch::cli
