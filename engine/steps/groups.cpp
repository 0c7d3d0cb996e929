// groups: groups of the image's /etc/group. One step per entry. It changes the files as groupadd
// would, so that the plan is exact, and runs nothing of the image.

#include "base/text.hpp"
#include "retouch/step_kind.hpp"
#include "steps/support/account_files.hpp"
#include "steps/support/plain_kind.hpp"
#include "steps/support/reading.hpp"

#include <fmt/format.h>

namespace retouch::steps {

namespace {

std::string name_of(const Json &options) {
    return options.at("name").get<std::string>();
}

bool goes(const Json &options) {
    return options.value("state", std::string("present")) == "absent";
}

ReadResult read(const Section &section, const ReadContext &context, Diagnostics &diagnostics) {
    const Reader reader{context, diagnostics};
    ReadResult result;
    NamesOnce names("group", reader);
    for (std::size_t number = 0; number < section.value.items.size(); ++number) {
        const Value &entry = section.value.items[number];
        const Value &name = entry.is_scalar() ? entry : *entry.find("name");
        names.require_new(name.scalar, name.mark);
        Step step = new_step(section, number, entry, context);
        step.options["name"] = name.scalar;
        if (const auto gid = entry.text("gid"))
            step.options["gid"] = account_number(*gid).value_or(0);
        if (entry.flag_or("system", false))
            step.options["system"] = true;
        if (entry.text_or("state") == "absent") {
            step.options["state"] = "absent";
            without(entry, {"gid", "system"}, "'state: absent'", reader);
            if (name.scalar == "root")
                reader.error(name.mark, "the group 'root' cannot be removed");
        }
        step.summary =
            fmt::format("{} {}", goes(step.options) ? "remove group" : "group", name.scalar);
        step.identity = step.options;
        result.steps.push_back(std::move(step));
    }
    return result;
}

ImageChanges removal(AccountFiles files, const std::string &name) {
    ImageChanges changes;
    const auto row = files.group.find(name, k_number_column + 1);
    if (!row)
        return changes;
    if (account_number((*row)[k_number_column]) == 0U)
        return cannot(fmt::format("group {} has the number 0", name));
    for (const AccountFields &user : files.passwd.rows(k_group_column + 1))
        if (user[k_group_column] == (*row)[k_number_column])
            return cannot(fmt::format("it is the group of user '{}'", base::escape(user.front())));
    files.remove_group(name);
    files.note(changes);
    return changes;
}

ImageChanges changes_of(const Step &step, const GuestView &guest) {
    AccountFiles files(guest);
    if (std::string trouble = files.trouble(); !trouble.empty())
        return cannot(std::move(trouble));
    const std::string name = name_of(step.options);
    if (goes(step.options))
        return removal(std::move(files), name);
    const bool has_number = step.options.contains("gid");
    const auto wanted = has_number ? step.options.at("gid").get<std::uint32_t>() : 0U;
    ImageChanges changes;
    if (const auto row = files.group.find(name, k_number_column + 1)) {
        if (has_number && account_number((*row)[k_number_column]) != wanted)
            changes.fail(fmt::format("the image has it as {}, and what belongs to it would not "
                                     "follow; groupmod -g is a command for that",
                                     base::escape((*row)[k_number_column])));
        return changes;
    }
    const auto gid =
        has_number ? std::optional(wanted) : files.free_gid(step.options.value("system", false));
    if (!gid)
        return cannot("the image has no number left for a group");
    if (const auto other = files.group_with(*gid))
        return cannot(fmt::format("gid {} belongs to group '{}'", *gid, base::escape(*other)));
    changes.reasons = {"new", fmt::format("gid {}", *gid)};
    files.add_group(name, *gid);
    files.note(changes);
    return changes;
}

ImageChanges possible_changes(const Step &step, const GuestView &guest) {
    if (guest.facts().type == "windows")
        return cannot("accounts of Windows are not changed");
    ImageChanges changes = changes_of(step, guest);
    require_possible(guest, changes);
    return changes;
}

StepChange preview(const Step &step, const GuestView &guest) {
    const ImageChanges changes = possible_changes(step, guest);
    const bool not_there = goes(step.options) && changes.changes.empty();
    return foretold(step, changes, not_there ? "not there" : base::joined(changes.reasons, ", "));
}

StepResult execute(const Step &step, Guest &guest) {
    return carried_out(possible_changes(step, guest), guest);
}

Foresight foresee(const Step &step, const GuestView &guest) {
    return foreseen_of(possible_changes(step, guest));
}

} // namespace

extern const StepKind k_groups_step;
const StepKind k_groups_step = {.name = "groups",
                                .order = 6,
                                .semantics = 1,
                                .read = read,
                                .preview = preview,
                                .execute = execute,
                                .needs = needs_nothing,
                                .section = entries_of,
                                .foresee = foresee};

} // namespace retouch::steps
