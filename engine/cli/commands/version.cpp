// retouch version: the program's version and those of the formats it writes.

#include "base/version.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/event_file.hpp"
#include "render/images.hpp"
#include "retouch/drift.hpp"
#include "retouch/plan.hpp"
#include "retouch/report.hpp"

#include <fmt/format.h>

namespace retouch::cli {

namespace {

int run(const std::string &format, Context &context) {
    if (format == "json") {
        const Json json = {{"version", base::k_version},
                           {"formats",
                            {{"plan", k_plan_format_version},
                             {"report", k_report_format_version},
                             {"events", k_events_format_version},
                             {"images", render::k_images_format_version},
                             {"drift", k_drift_format_version}}}};
        context.console.out(json.dump(2) + "\n");
    } else {
        context.console.out(fmt::format("{}\n", base::k_tool));
    }
    return 0;
}

} // namespace

void add_version(CLI::App &app, Context &context) {
    Command command(app, "version", "Print the version, and those of the formats.",
                    "retouch version --format json");
    const auto format = std::make_shared<std::string>("text");
    command.option_of("--format", *format, {"text", "json"}, "form of the version");
    command.action(context, [format, &context] { return run(*format, context); });
}

} // namespace retouch::cli
