// An entry is one verb. Of two entries that name the same package for the same systems, none may
// undo or repeat the other; what the recipe itself holds, its other entries may change.

#include "steps/packages/package_entries.hpp"

#include "base/text.hpp"
#include "steps/packages/package_claims.hpp"
#include "steps/support/command_entry.hpp"
#include "steps/support/reading.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr std::array<std::string_view, 6> k_verbs = {"install", "remove", "update",
                                                     "hold",    "unhold", "answers"};
constexpr std::int64_t k_usual_timeout = 3600;
constexpr std::size_t k_shown_names = 4;

const Field *verb_of(const Value &entry) {
    for (const Field &field : entry.fields)
        if (std::ranges::find(k_verbs, field.key) != k_verbs.end())
            return &field;
    return nullptr;
}

Json item_of(const Value &item) {
    Json options = Json::object();
    options["name"] = item.kind == Value::Kind::mapping ? item.text_or("name") : item.scalar;
    if (const auto version = item.text("version"))
        options["version"] = *version;
    if (item.flag_or("purge", false))
        options["purge"] = true;
    return options;
}

std::string shown(const Json &item) {
    std::string text = base::escape(item.at("name").get<std::string>());
    if (item.contains("version"))
        text += " " + base::escape(item.at("version").get<std::string>());
    return text;
}

class PackagesReading {
  public:
    PackagesReading(const Section &section, const Reader &reader)
        : section_(section), reader_(reader) {}

    ReadResult run() {
        for (std::size_t number = 0; number < section_.value.items.size(); ++number)
            read_entry(number);
        for (Step &step : result_.steps)
            add_others(step);
        return std::move(result_);
    }

  private:
    void read_entry(std::size_t number) {
        const Value &entry = section_.value.items[number];
        const Field *verb = verb_of(entry);
        Step step = new_step(section_, number, entry, reader_.context);
        if (verb == nullptr || !is_one_verb(entry, *verb))
            return;
        if (verb->key == "answers")
            read_answers(verb->value, step);
        else
            read_lists(entry, *verb, step);
        read_means(entry, verb->key, step);
        step.identity = step.options;
        step.identity.erase("timeout");
        result_.steps.push_back(std::move(step));
    }

    bool is_one_verb(const Value &entry, const Field &verb) {
        for (const Field &field : entry.fields) {
            if (&field == &verb || std::ranges::find(k_verbs, field.key) == k_verbs.end())
                continue;
            reader_.conflict(field.key_mark, "an entry is one verb", verb.key_mark,
                             fmt::format("'{}' is here", verb.key));
            return false;
        }
        return true;
    }

    void read_answers(const Value &answers, Step &step) {
        Json options = Json::object();
        for (const auto &[question, mark, value] : answers.fields) {
            options[question] = value.scalar;
            if (base::unsafe_character(value.scalar) || value.scalar != base::trim(value.scalar))
                reader_.error(value.mark, "an answer is one line, without blanks around it");
        }
        step.options["answers"] = std::move(options);
        step.summary = fmt::format("answer {} question{} of packages", answers.fields.size(),
                                   answers.fields.size() == 1 ? "" : "s");
    }

    void read_lists(const Value &entry, const Field &verb, Step &step) {
        if (verb.value.kind == Value::Kind::string) { // update: all, security
            step.options[verb.key] = verb.value.scalar;
            step.summary = verb.value.scalar == "all" ? std::string("update all packages")
                                                      : "update packages for security";
            if (const Value *families = entry.find("by_family"))
                reader_.error(families->mark,
                              fmt::format("'by_family' does not go with 'update: {}'",
                                          base::escape(verb.value.scalar)));
            return;
        }
        Json all = list_of(verb.key, "", verb.value);
        std::vector<std::string> names;
        for (const Json &item : all)
            names.push_back(shown(item));
        step.options[verb.key] = std::move(all);
        if (const Value *families = entry.find("by_family"))
            for (const auto &[family, mark, list] : families->fields) {
                step.options["by_family"][family] = list_of(verb.key, family, list);
                for (const Json &item : step.options["by_family"][family])
                    names.push_back(fmt::format("{} ({})", shown(item), family));
            }
        else if (verb.value.items.empty())
            reader_.error(verb.value.mark, fmt::format("'{}' names no package", verb.key));
        const std::size_t more = names.size() - std::min(names.size(), k_shown_names);
        names.resize(names.size() - more);
        step.summary = fmt::format("{} {}{}", verb.key, base::joined(names, ", "),
                                   more == 0 ? "" : fmt::format(" and {} more", more));
    }

    Json list_of(const std::string &verb, const std::string &family, const Value &list) {
        Json items = Json::array();
        for (const Value &item : list.items) {
            items.push_back(item_of(item));
            require_own_keys(verb, item);
            claims_.claim({verb, items.back().at("name").get<std::string>(), family, item.mark},
                          reader_);
        }
        return items;
    }

    /// Under `by_family` the schema cannot tell which verb it is.
    void require_own_keys(const std::string &verb, const Value &item) {
        if (verb != "install")
            static_cast<void>(without(item, {"version"}, '\'' + verb + '\'', reader_));
        if (verb != "remove")
            static_cast<void>(without(item, {"purge"}, '\'' + verb + '\'', reader_));
    }

    void read_means(const Value &entry, const std::string &verb, Step &step) {
        const bool fetches = verb == "install" || verb == "update";
        const bool runs = fetches || verb == "remove" || verb == "answers";
        if (verb == "answers")
            static_cast<void>(without(entry, {"by_family"}, "'answers'", reader_));
        if (!fetches)
            static_cast<void>(
                without(entry, {"recommends", "network"}, '\'' + verb + '\'', reader_));
        if (!runs)
            static_cast<void>(without(entry, {"timeout"}, '\'' + verb + '\'', reader_));
        if (fetches) {
            step.options["recommends"] = entry.flag_or("recommends", true);
            step.options["network"] = entry.flag_or("network", true);
            if (step.options["network"].get<bool>())
                step.remarks.emplace_back("network");
        }
        if (runs)
            step.options["timeout"] = timeout_of(entry, k_usual_timeout, reader_);
    }

    /// Which of its packages other entries hold, and which of what it holds others bring.
    void add_others(Step &step) {
        const bool holds = step.options.contains("hold");
        std::vector<std::string> names;
        for (const std::string &name : claims_.names_of(holds ? "install" : "hold"))
            if (step_names(step, name))
                names.push_back(name);
        if (names.empty())
            return;
        step.options[holds ? "brought" : "held"] = names;
        step.identity[holds ? "brought" : "held"] = names;
    }

    static bool step_names(const Step &step, const std::string &name) {
        const auto lists_it = [&](const Json &list) {
            return list.is_array() && std::ranges::any_of(list, [&](const Json &item) {
                       return item.at("name") == name;
                   });
        };
        for (const auto &option : step.options.items())
            if (lists_it(option.value()) ||
                (option.key() == "by_family" && std::ranges::any_of(option.value(), lists_it)))
                return true;
        return false;
    }

    const Section &section_;
    const Reader &reader_;
    PackageClaims claims_;
    ReadResult result_;
};

/// Verbs that know names alone have them without braces.
void spell_names(Json &list) {
    if (list.is_array())
        for (Json &item : list)
            if (item.is_object() && item.size() == 1 && item.contains("name"))
                item = Json(item.at("name"));
}

} // namespace

ReadResult read_packages(const Section &section, const ReadContext &context,
                         Diagnostics &diagnostics) {
    const Reader reader{context, diagnostics};
    return PackagesReading(section, reader).run();
}

Json package_section(const std::vector<Json> &options) {
    Json entries = options;
    for (Json &entry : entries) {
        spell_timeout(entry);
        entry.erase("held");
        entry.erase("brought");
        for (const char *verb : {"update", "hold", "unhold"})
            if (entry.contains(verb))
                spell_names(entry.at(verb));
    }
    return entries;
}

} // namespace retouch::steps
