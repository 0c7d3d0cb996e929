// retouch discard: removes the stage a saved plan keeps, before the plan expires.

#include "apply/kept.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/plan_file.hpp"
#include "cli/progress.hpp"
#include "cli/workspace.hpp"
#include "plan/saved_plan.hpp"
#include "render/wording.hpp"

#include <fmt/format.h>

namespace retouch::cli {

namespace {

Plan plan_in(const std::string &path) {
    const std::optional<std::string> text = plan_file_text(path);
    if (!text)
        throw Error(ErrorKind::usage, fmt::format("{} is not a saved plan", base::escape(path)),
                    "name a file saved by: retouch plan --rehearse=keep -o FILE");
    return plan::read_plan(*text);
}

int run(const std::string &path, Context &context) {
    const Plan plan = plan_in(path);
    std::vector<const Target *> kept;
    for (const Target &target : plan.targets)
        if (target.kept() != nullptr)
            kept.push_back(&target);
    if (kept.empty()) {
        context.console.out("The plan keeps no stage: there is nothing to discard.\n");
        return 0;
    }
    const Workspace workspace(context);
    Progress progress(context);
    const std::unique_ptr<Catalog> catalog =
        open_catalog(workspace.catalog_of_plan(plan.catalog), context, progress);
    for (const Target *target : kept) {
        apply::discard_kept(*target, *catalog);
        progress.pause();
        context.console.out(fmt::format("Nothing is kept for {} any more ({}).\n",
                                        render::in_quotes(target->publish.name),
                                        base::escape(target->kept()->location)));
    }
    return 0;
}

} // namespace

void add_discard(CLI::App &app, Context &context) {
    Command command(app, "discard", "Drop the stage that a saved plan keeps for apply.",
                    "retouch discard web.plan.json");
    const auto path = std::make_shared<std::string>();
    command.argument("FILE", *path, "a plan saved by: plan --rehearse=keep -o");
    command.action(context, [path, &context] { return run(*path, context); });
}

} // namespace retouch::cli
