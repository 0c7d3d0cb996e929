// Steps of a saved plan are made again by the readers of recipes: their options give the entries of
// a recipe, the recipe's schema judges them, and each kind turns its entries into steps. So a plan
// cannot hold a step that no recipe gives, and summaries, identities and the fingerprint follow.

#include "plan/saved_plan.hpp"

#include "base/text.hpp"
#include "model/names.hpp"
#include "plan/fingerprint.hpp"
#include "plan/json_difference.hpp"
#include "plan/placed_values.hpp"
#include "plan/projections.hpp"
#include "plan/properties.hpp"
#include "plan/repeat_advice.hpp"
#include "plan/secrets.hpp"
#include "plan/step_order.hpp"
#include "recipe/load.hpp"
#include "retouch/step_kind.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>

namespace retouch::plan {

namespace {

/// Steps of one kind in a row.
struct SavedSection {
    const StepKind *kind = nullptr;
    std::vector<Json> options;
    std::vector<std::string> places; ///< of the options
    Value value{};                   ///< the section of a recipe
};

class Restoring {
  public:
    Restoring(Target &target, std::string place)
        : recipe_(target.recipe), target_(target), place_(std::move(place)) {}

    void run() {
        std::vector<Step> saved;
        for (const PlannedStep &planned : target_.steps)
            saved.push_back(planned.step);
        std::set<std::string> systems = systems_of(saved);
        systems.insert(k_other_systems);
        std::vector<SystemSteps> projections;
        std::vector<InjectedFile> injected;
        for (const std::string &system : systems) {
            ReadResult read = restored(system);
            projections.push_back({system, std::move(read.steps)});
            std::ranges::move(read.injected, std::back_inserter(injected));
        }
        std::vector<Step> made = merged_steps(std::move(projections));
        number(made);
        require_secrets(made);
        if (made.size() != target_.steps.size())
            throw unacceptable(place_ + ".steps", fmt::format("expected {} steps", made.size()));
        for (std::size_t i = 0; i < target_.steps.size(); ++i)
            take(target_.steps[i].step, std::move(made[i]), step_place(i));
        take(std::move(injected));
        target_.properties.reasons =
            reasons_to_remove(target_.properties, target_.action == Action::create);
        require_fingerprint();
        add_advice(target_);
    }

  private:
    [[nodiscard]] std::string step_place(std::size_t index) const {
        return fmt::format("{}.steps[{}]", place_, index);
    }

    /// The steps of one system, or of all that no step names.
    ReadResult restored(const std::string &system) {
        sections_.clear();
        std::vector<Origin> origins;
        for (std::size_t i = 0; i < target_.steps.size(); ++i) {
            const Step &step = target_.steps[i].step;
            if (!step.systems.include(system))
                continue;
            add_step(step, step_place(i));
            origins.push_back(step.origin);
        }
        for (SavedSection &section : sections_)
            make_value(section);
        require_schema();
        ReadResult read = read_sections();
        if (read.steps.size() != origins.size())
            throw unacceptable(place_ + ".steps",
                               fmt::format("expected {} steps{}", read.steps.size(),
                                           system.empty() ? "" : " on " + system));
        for (std::size_t i = 0; i < origins.size(); ++i)
            read.steps[i].origin = std::move(origins[i]);
        return read;
    }

    void add_step(const Step &step, const std::string &place) {
        const StepKind *kind = find_step_kind(step.kind);
        if (kind == nullptr) {
            std::vector<std::string_view> names;
            for (const StepKind *known : step_kinds())
                names.push_back(known->name);
            throw unacceptable(place + ".kind", fmt::format("unknown kind of step, expected one of "
                                                            "{}; a newer retouch may know it",
                                                            fmt::join(names, ", ")));
        }
        if (sections_.empty() || sections_.back().kind != kind)
            sections_.push_back({kind, {}, {}});
        sections_.back().options.push_back(step.options);
        sections_.back().places.push_back(place + ".options");
    }

    /// In a list each entry stands where the options of its step do, anything else where the first
    /// ones do.
    void make_value(SavedSection &section) {
        const Json json = section.kind->section(section.options);
        if (!json.is_array() || json.size() != section.options.size()) {
            section.value = values_.value(json, section.places.front());
            return;
        }
        section.value = values_.value(Json::array(), section.places.front());
        for (std::size_t i = 0; i < json.size(); ++i)
            section.value.items.push_back(values_.value(json[i], section.places[i]));
    }

    [[nodiscard]] static Json disk_json(const DiskWish &wish) {
        Json disk = {{"grow", model::to_string(wish.grow)}};
        if (wish.size_bytes)
            disk["size"] = std::to_string(*wish.size_bytes);
        return disk;
    }

    [[nodiscard]] Value secrets_value() {
        Json secrets = Json::object();
        for (const DeclaredSecret &secret : target_.secrets) {
            const bool is_command = secret.from == SecretOrigin::command;
            if (!is_command && secret.words.size() != 1)
                throw unacceptable(place_ + ".secrets", "expected one word");
            secrets[secret.name][std::string(model::to_string(secret.from))] =
                is_command ? Json(secret.words) : Json(secret.words.front());
        }
        return values_.value(secrets, place_ + ".secrets");
    }

    /// Each secret that the steps name, and no other, from where the recipe said.
    void require_secrets(std::vector<Step> &steps) {
        const std::set<std::string> names = note_secrets(steps);
        Diagnostics found;
        const std::vector<Value> none;
        const ReadContext context{{{recipe_.path, recipe_.directory}}, {}, {}, &none};
        const auto same_but_digest = [&](DeclaredSecret made, const DeclaredSecret &saved) {
            made.digest = saved.digest;
            return made == saved;
        };
        const std::vector<DeclaredSecret> used =
            used_secrets(secrets_value().fields, names, context, found);
        require_none(found);
        if (names.size() != target_.secrets.size() ||
            !std::ranges::equal(used, target_.secrets, same_but_digest))
            throw unacceptable(place_ + ".secrets",
                               names.empty() ? std::string("no step names a secret")
                                             : fmt::format("expected those that the steps name: {}",
                                                           fmt::join(names, ", ")));
    }

    /// The recipe as far as the plan tells it.
    [[nodiscard]] Value recipe_value() {
        Json properties = Json::object();
        for (const auto &[name, value] : target_.properties.set)
            properties[name] = value;
        // What stays behind with the source need not be a name that a recipe could give.
        for (const std::string &name : target_.properties.remove)
            if (!is_dropped(target_.properties.drop, name) &&
                (target_.action != Action::create || !describes_other_bytes(name)))
                properties[name] = nullptr;
        Json limits = {{"no_new_setuid", target_.limits.no_new_setuid},
                       {"no_network", target_.limits.no_network}};
        if (target_.limits.may_change)
            limits["may_change"] = *target_.limits.may_change;
        if (target_.limits.packages)
            limits["packages"] = *target_.limits.packages;
        if (target_.limits.bytes_written)
            limits["bytes_written"] = std::to_string(*target_.limits.bytes_written);
        Value recipe = values_.value({{"retouch", 1},
                                      {"name", name_in_file(recipe_.name, place_ + ".recipe.name")},
                                      {"source", {{"image", "source"}}}},
                                     place_ + ".recipe");
        const auto add = [&](std::string_view key, Value value) {
            recipe.fields.push_back({std::string(key), value.mark, std::move(value)});
        };
        add("properties", values_.value(properties, place_ + ".properties"));
        add("limits", values_.value(limits, place_ + ".limits"));
        Value steps = values_.value(Json::array(), place_ + ".steps");
        for (const SavedSection &section : sections_) {
            Value entry = values_.value(Json::object(), section.places.front());
            entry.fields.push_back({std::string(section.kind->name), entry.mark, section.value});
            steps.items.push_back(std::move(entry));
        }
        add("steps", std::move(steps));
        if (!target_.secrets.empty())
            add("secrets", secrets_value());
        if (target_.disk)
            add("disk", values_.value(disk_json(target_.disk->wish), place_ + ".disk"));
        return recipe;
    }

    void require_none(const Diagnostics &found) const {
        for (const Diagnostic &diagnostic : found.sorted())
            if (diagnostic.severity == Diagnostic::Severity::error)
                throw unacceptable(values_.place(diagnostic.position.line), diagnostic.message);
    }

    void require_schema() {
        Diagnostics found;
        recipe::check_recipe_value(recipe_value(), found);
        require_none(found);
    }

    [[nodiscard]] ReadResult read_sections() {
        ReadResult all;
        Diagnostics found;
        for (SavedSection &section : sections_) {
            std::vector<Value> saved;
            for (std::size_t i = 0; i < section.options.size(); ++i)
                saved.push_back(values_.value(section.options[i], section.places[i]));
            const ReadContext context{{{recipe_.path, recipe_.directory}}, {}, {}, &saved};
            const Section made{std::string(section.kind->name), std::move(section.value)};
            require_places_of_secrets(made, context, found);
            ReadResult read = section.kind->read(made, context, found);
            std::ranges::move(read.steps, std::back_inserter(all.steps));
            std::ranges::move(read.injected, std::back_inserter(all.injected));
        }
        require_none(found);
        return all;
    }

    static void require_same(const Json &found, const Json &wanted, const std::string &place) {
        if (const auto difference = json_difference(found, wanted, place))
            throw unacceptable(difference->place, difference->what);
    }

    static void take(Step &step, Step made, const std::string &place) {
        require_same(step.options, made.options, place + ".options");
        require_same(step.identity, made.identity, place + ".identity");
        require_same(step.id, made.id, place + ".id");
        if (step.systems != made.systems)
            throw unacceptable(place + ".systems", "expected each name once, sorted");
        step = std::move(made);
    }

    void take(std::vector<InjectedFile> read) {
        const std::string place = place_ + ".injected";
        const auto is_before = [](const InjectedFile &one, const InjectedFile &other) {
            return std::tie(one.path, one.sha256, one.size) <
                   std::tie(other.path, other.sha256, other.size);
        };
        using Files = std::set<InjectedFile, decltype(is_before)>;
        const Files wanted(read.begin(), read.end());
        const Files listed(target_.injected.begin(), target_.injected.end());
        for (std::size_t i = 0; i < target_.injected.size(); ++i)
            if (!wanted.contains(target_.injected[i]))
                throw unacceptable(fmt::format("{}[{}]", place, i),
                                   "no step reads this file with this size and sha256");
        for (const InjectedFile &file : wanted)
            if (!listed.contains(file))
                throw unacceptable(place, fmt::format("a step reads {}, which is not listed",
                                                      base::escape(file.path)));
        target_.injected = std::move(read);
    }

    void require_fingerprint() const {
        std::vector<Step> steps;
        for (const PlannedStep &planned : target_.steps)
            steps.push_back(planned.step);
        const auto wish = target_.disk ? std::optional(target_.disk->wish) : std::nullopt;
        require_same(target_.fingerprint,
                     fingerprint(target_.source.digest, steps, wish, target_.output,
                                 target_.secrets, target_.facts),
                     place_ + ".fingerprint");
    }

    const PlannedRecipe &recipe_;
    Target &target_;
    std::string place_;
    PlacedValues values_;
    std::vector<SavedSection> sections_;
};

} // namespace

void restore_steps(Plan &plan) {
    for (std::size_t i = 0; i < plan.targets.size(); ++i)
        Restoring(plan.targets[i], fmt::format("targets[{}]", i)).run();
}

} // namespace retouch::plan
