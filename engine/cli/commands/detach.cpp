// retouch detach: complete the own data of images that still share some with their source; what an
// interrupted apply left to do.

#include "apply/detach.hpp"
#include "apply/journal.hpp"
#include "base/text.hpp"
#include "base/undelivered.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/find_image.hpp"
#include "cli/progress.hpp"
#include "cli/turns.hpp"
#include "cli/workspace.hpp"
#include "render/call_summary.hpp"
#include "render/wording.hpp"

#include <fmt/format.h>

#include <set>

namespace retouch::cli {

namespace {

/// Throws Error when `image` is none that a recipe made, or is still being made.
void require_detachable(const Image &image) {
    const std::string shown =
        fmt::format("{} ({})", render::in_quotes(image.name), base::escape(image.id));
    if (!image.property(lineage::k_recipe))
        throw Error(
            ErrorKind::refused,
            fmt::format("{} was not made by a recipe; only such images are detached", shown),
            "without an image named, retouch detach does all that wait for it");
    if (image.unfinished())
        throw Error(ErrorKind::temporary,
                    fmt::format("{} is still being made by another run", shown),
                    "wait for its end; what a dead run left is cleared by the next retouch apply");
}

/// What of `owner` waits for it and may be seen; nothing that only says that a run made it.
void add_waiting(const Catalog &catalog, const std::string &owner, std::vector<Image> &images) {
    for (const char *state : {lineage::k_pending, lineage::k_pending_protected})
        for (Image &image :
             catalog.images_where({.owner = owner, .properties = {{lineage::k_detach, state}}}))
            if (!image.unfinished() &&
                (owner == catalog.project() || catalog.may_be_published_by_us(image)))
                images.push_back(std::move(image));
}

/// Those named, or all whose record says that it is still to be done: of this project, and of those
/// that runs of this host have published for. Throws Error.
std::vector<Image> chosen(const std::vector<std::string> &names, const Catalog &catalog) {
    std::vector<Image> images;
    for (const std::string &name : names)
        require_detachable(images.emplace_back(find_image(catalog, name)));
    if (!names.empty())
        return images;
    add_waiting(catalog, catalog.project(), images);
    if (!catalog.has_projects())
        return images;
    std::set<std::string> others = apply::noted_owners(catalog.state_directory());
    others.erase(catalog.project());
    for (const std::string &owner : others)
        add_waiting(catalog, owner, images);
    return images;
}

void detach_one(Catalog &catalog, const Image &image, Progress &progress, Context &context) {
    TargetReport report;
    report.name = image.name;
    apply::detach_image(catalog, image.id, report, progress);
    progress.pause();
    for (const std::string &note : report.notes)
        context.console.err(fmt::format("note: {}\n", note));
    context.console.out(fmt::format("{} ({}) depends on no other image.\n",
                                    render::in_quotes(image.name), image.id));
}

int run(const std::vector<std::string> &names, Context &context) {
    const Workspace workspace(context);
    Progress progress(context);
    const std::unique_ptr<Catalog> catalog = open_catalog(workspace.catalog(), context, progress);
    const std::vector<Image> images = chosen(names, *catalog);
    std::vector<Subject> subjects;
    for (const Image &image : images)
        subjects.push_back({"", image.name, image.id});
    std::vector<render::Failure> failures;
    std::vector<int> codes; // of failures: what is done needs no other call
    Turns turns(context, std::move(subjects), [&](const Subject &subject, const Error &error) {
        progress.pause();
        codes.push_back(base::exit_code_of(error));
        failures.push_back({subject.name, subject.id});
    });
    turns.each([&](std::size_t number) {
        detach_one(*catalog, images.at(number), progress, context);
        return 0;
    });
    if (images.empty())
        context.console.out("No image is waiting to be detached.\n");
    else if (images.size() > 1)
        context.console.out(fmt::format(
            "{}.\n", failures.empty()
                         ? fmt::format("Done: {} detached", render::counted(images.size(), "image"))
                         : render::failures_words(failures, images.size(), "image")));
    return combined_exit_code(codes);
}

} // namespace

void add_detach(CLI::App &app, Context &context) {
    Command command(app, "detach",
                    "Complete images that still share data with the image they were made from.",
                    "retouch detach\n"
                    "retouch detach \"CentOS 7.1 64bit\"");
    const auto names = std::make_shared<std::vector<std::string>>();
    command.optional_arguments("IMAGE", *names, "ids or names; by default all that wait for it");
    command.action(context, [names, &context] { return run(*names, context); });
}

} // namespace retouch::cli
