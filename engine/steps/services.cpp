// services: which services a machine starts. One step for each unit or service of the recipe. It
// makes and removes the links that the image's own tools would, and runs nothing of the image.

#include "base/text.hpp"
#include "retouch/step_kind.hpp"
#include "steps/services/link_changes.hpp"
#include "steps/services/openrc_changes.hpp"
#include "steps/services/unit_changes.hpp"
#include "steps/services/unit_files.hpp"
#include "steps/services/unit_name.hpp"
#include "steps/support/image_changes.hpp"
#include "steps/support/plain_kind.hpp"
#include "steps/support/reading.hpp"

#include <array>
#include <fmt/format.h>
#include <map>

namespace retouch::steps {

namespace {

constexpr const char *k_target_verb = "default_target";
constexpr const char *k_runlevel = "runlevel";
constexpr const char *k_usual_runlevel = "default";
constexpr std::array<std::string_view, 4> k_list_verbs = {"enable", "disable", "mask", "unmask"};

/// "unmask" goes with all, and "mask" with "disable": a unit that nothing starts, not even by hand.
bool contradict(std::string_view one, std::string_view other) {
    return one == other || (one == "enable" && (other == "disable" || other == "mask")) ||
           (other == "enable" && (one == "disable" || one == "mask"));
}

struct NamedBefore {
    std::string verb;
    Mark mark;
};

using Named = std::multimap<std::string, NamedBefore>;

class ServicesReading {
  public:
    ServicesReading(const Section &section, const Reader &reader)
        : section_(section), reader_(reader) {}

    ReadResult run() {
        for (const Value &entry : section_.value.items)
            for (const auto &[verb, mark, value] : entry.fields) {
                if (verb == k_target_verb)
                    add(verb, value);
                for (const Value &item : value.items)
                    add(verb, item);
            }
        return std::move(result_);
    }

  private:
    void add(const std::string &verb, const Value &item) {
        const Value *named = item.find("name");
        const std::string &name = named == nullptr ? item.scalar : named->scalar;
        require_unnamed(verb, name, item.mark);
        Step step = new_step(section_, result_.steps.size(), item, reader_.context);
        step.options[verb] = name;
        step.summary =
            fmt::format("{} {}", verb == k_target_verb ? "boot into" : verb, base::escape(name));
        if (const auto runlevel = item.text(k_runlevel)) {
            step.options[k_runlevel] = *runlevel;
            step.summary += fmt::format(" in runlevel {}", base::escape(*runlevel));
        }
        step.identity = step.options;
        result_.steps.push_back(std::move(step));
    }

    void require_unnamed(const std::string &verb, const std::string &name, const Mark &mark) {
        const bool is_target = verb == k_target_verb;
        const std::string key = is_target ? std::string() : whole_unit_name(name, ".service");
        const auto [first, last] = named_.equal_range(key);
        for (auto each = first; each != last; ++each)
            if (is_target || contradict(verb, each->second.verb)) {
                reader_.conflict(mark,
                                 is_target ? std::string("there can be only one default target")
                                           : fmt::format("'{}' is named twice", base::escape(name)),
                                 each->second.mark, fmt::format("'{}' is here", each->second.verb));
                return;
            }
        named_.emplace(key, NamedBefore{verb, mark});
    }

    const Section &section_;
    const Reader &reader_;
    Named named_;
    ReadResult result_;
};

ReadResult read(const Section &section, const ReadContext &context, Diagnostics &diagnostics) {
    const Reader reader{context, diagnostics};
    return ServicesReading(section, reader).run();
}

ImageChanges changes_of_systemd(const Json &options, const GuestView &guest) {
    if (options.contains(k_runlevel))
        return cannot("the image has systemd, which knows no runlevels");
    const auto name = [&](std::string_view verb) { return options.at(verb).get<std::string>(); };
    if (options.contains("enable"))
        return enable_unit(guest, name("enable"));
    if (options.contains("disable"))
        return disable_unit(guest, name("disable"));
    if (options.contains("mask"))
        return mask_unit(guest, name("mask"));
    if (options.contains("unmask"))
        return unmask_unit(guest, name("unmask"));
    return make_default_target(guest, name(k_target_verb));
}

ImageChanges changes_of_openrc(const Json &options, const GuestView &guest) {
    if (options.contains("enable"))
        return enable_in_runlevel(guest, options.at("enable").get<std::string>(),
                                  options.value(k_runlevel, std::string(k_usual_runlevel)));
    if (options.contains("disable"))
        return disable_in_runlevels(guest, options.at("disable").get<std::string>(),
                                    options.value(k_runlevel, std::string()));
    return cannot("the image has OpenRC, which knows no masks and no default target");
}

ImageChanges changes_of(const Step &step, const GuestView &guest) {
    if (guest.facts().type == "windows")
        return cannot("services of Windows are in its registry, which is not changed here; a "
                      "script at the first boot can (sc.exe config)");
    ImageChanges changes;
    if (has_systemd(guest))
        changes = changes_of_systemd(step.options, guest);
    else if (has_openrc(guest))
        changes = changes_of_openrc(step.options, guest);
    else
        return cannot("the image has neither systemd nor OpenRC");
    require_possible(guest, changes);
    return changes;
}

StepChange preview(const Step &step, const GuestView &guest) {
    const ImageChanges changes = changes_of(step, guest);
    return foretold(step, changes, links_told(changes));
}

StepResult execute(const Step &step, Guest &guest) {
    return carried_out(changes_of(step, guest), guest);
}

/// One entry for each step; what no step has stays, for the schema to refuse.
Json section(const std::vector<Json> &options) {
    Json entries = Json::array();
    for (Json entry : options) {
        for (const std::string_view verb : k_list_verbs) {
            if (!entry.contains(verb))
                continue;
            Json item = entry.at(verb);
            if (entry.contains(k_runlevel))
                item = {{"name", std::move(item)}, {k_runlevel, entry.at(k_runlevel)}};
            entry.erase(k_runlevel);
            entry[std::string(verb)] = Json::array({std::move(item)});
        }
        entries.push_back(std::move(entry));
    }
    return entries;
}

Foresight foresee(const Step &step, const GuestView &guest) {
    return foreseen_of(changes_of(step, guest));
}

} // namespace

extern const StepKind k_services_step;
const StepKind k_services_step = {.name = "services",
                                  .order = 14,
                                  .semantics = 1,
                                  .read = read,
                                  .preview = preview,
                                  .execute = execute,
                                  .needs = needs_nothing,
                                  .section = section,
                                  .foresee = foresee};

} // namespace retouch::steps
