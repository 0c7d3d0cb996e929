#include "plan/projections.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace retouch::plan {

namespace {

constexpr std::string_view k_when = "when";

const Value *systems_in(const Value &entry) {
    const Value *when = entry.find(k_when);
    return when == nullptr ? nullptr : when->find("os");
}

bool is_for(const Value &entry, const std::string &system) {
    const Value *systems = systems_in(entry);
    return systems == nullptr ||
           std::ranges::find(systems->items, system, &Value::scalar) != systems->items.end();
}

/// False where nothing of the entry is left.
bool take_when_out(Value &entry) {
    return std::erase_if(entry.fields, [](const Field &field) { return field.key == k_when; }) ==
               0 ||
           !entry.fields.empty();
}

class Projecting {
  public:
    Projecting(const std::string &system, const ReadContext &context, Diagnostics &found)
        : system_(system), context_(context), found_(found) {}

    void run(Value &section) {
        if (section.kind == Value::Kind::mapping) {
            if (!is_for(section, system_))
                section.fields.clear();
            else
                strip(section);
            return;
        }
        std::erase_if(section.items, [&](const Value &entry) { return !is_for(entry, system_); });
        for (Value &entry : section.items)
            strip(entry);
    }

  private:
    void strip(Value &entry) {
        if (!take_when_out(entry))
            found_.add(context_.error(entry.mark, "the entry has nothing but 'when'",
                                      "write what is to be done on these systems"));
    }

    const std::string &system_;
    const ReadContext &context_;
    Diagnostics &found_;
};

bool is_same(const Step &one, const Step &other) {
    return one.kind == other.kind && one.origin == other.origin && one.late == other.late &&
           one.options == other.options && one.identity == other.identity;
}

bool stands_before(const Step &one, const Step &other) {
    return one.kind == other.kind && one.late == other.late &&
           one.origin.file == other.origin.file && one.origin.line < other.origin.line;
}

struct SharedStep {
    Step step;
    std::set<std::string> systems{}; ///< those whose projections have it
};

/// Puts `projection` into `all`, behind each other as they are in both.
void add(std::vector<SharedStep> &all, SystemSteps projection) {
    std::size_t next = 0;
    for (Step &step : projection.steps) {
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>(next);
        auto place = std::find_if(
            begin, all.end(), [&](const SharedStep &shared) { return is_same(shared.step, step); });
        if (place == all.end()) {
            // People read them as they are written.
            place = std::find_if_not(begin, all.end(), [&](const SharedStep &shared) {
                return stands_before(shared.step, step);
            });
            place = all.insert(place, SharedStep{std::move(step)});
        }
        place->systems.insert(projection.system);
        next = static_cast<std::size_t>(place - all.begin()) + 1;
    }
}

/// Those of `all` that are, or are not, in `some`.
std::vector<std::string> picked(const std::set<std::string> &all, const std::set<std::string> &some,
                                bool are_in) {
    std::vector<std::string> names;
    std::ranges::copy_if(all, std::back_inserter(names), [&](const std::string &name) {
        return name != k_other_systems && some.contains(name) == are_in;
    });
    return names;
}

} // namespace

std::set<std::string> systems_named(const std::vector<Section> &sections) {
    std::set<std::string> names;
    const auto add_named = [&](const Value &entry) {
        if (const Value *systems = systems_in(entry))
            for (const Value &system : systems->items)
                names.insert(system.scalar);
    };
    for (const Section &section : sections) {
        add_named(section.value);
        std::ranges::for_each(section.value.items, add_named);
    }
    return names;
}

std::vector<Section> sections_for(const std::string &system, std::vector<Section> sections,
                                  const ReadContext &context, Diagnostics &found) {
    for (Section &section : sections)
        Projecting(system, context, found).run(section.value);
    std::erase_if(sections, [](const Section &section) {
        return section.value.fields.empty() && section.value.items.empty();
    });
    return sections;
}

std::vector<Step> merged_steps(std::vector<SystemSteps> projections) {
    std::vector<SharedStep> all;
    std::set<std::string> systems;
    for (SystemSteps &projection : projections) {
        systems.insert(projection.system);
        add(all, std::move(projection));
    }
    std::vector<Step> steps;
    for (SharedStep &shared : all) {
        const bool all_but = shared.systems.contains(k_other_systems);
        restrict_to(shared.step, {picked(systems, shared.systems, !all_but), all_but});
        steps.push_back(std::move(shared.step));
    }
    return steps;
}

std::set<std::string> systems_of(const std::vector<Step> &steps) {
    std::set<std::string> names;
    for (const Step &step : steps)
        names.insert(step.systems.names.begin(), step.systems.names.end());
    return names;
}

std::string why_elsewhere(const Step &step, const Facts &facts) {
    return fmt::format("{}; this is {}", step.systems.words(), base::escape(facts.os()));
}

void restrict_to(Step &step, StepSystems systems) {
    step.systems = std::move(systems);
    if (!step.systems.is_everywhere())
        step.remarks.push_back(step.systems.words());
}

} // namespace retouch::plan
