// Variables: one pass over each scalar.
// Values are bounded, because a short recipe could otherwise name a long value very often.

#include "recipe/variables.hpp"

#include "recipe/place.hpp"
#include "recipe/schema/recipe_schema.hpp"
#include "recipe/yaml/yaml_composer.hpp"
#include "recipe/yaml/yaml_tokens.hpp"

#include "base/fact_text.hpp"
#include "base/secret_text.hpp"
#include "base/text.hpp"
#include "base/variable_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace retouch::recipe {

namespace {

constexpr std::size_t k_most_resolved = std::size_t{16} * 1024 * 1024;
constexpr std::size_t k_longest_value = std::size_t{64} * 1024;
constexpr std::size_t k_most_told = 50;
constexpr std::array<std::string_view, 4> k_guest_words = {"os", "version", "kernel",
                                                           "architecture"};

class Resolver {
  public:
    Resolver(const std::string &file, const std::vector<std::string> &lines,
             Diagnostics &diagnostics)
        : file_(file), lines_(lines), diagnostics_(diagnostics) {}

    void declare_secrets(const Value *secrets) {
        if (secrets != nullptr)
            for (const Field &field : secrets->fields)
                secrets_.push_back(field.key);
    }

    void declare(const Value *vars, const GivenVariables &given) {
        for (const auto &[name, value] : given.row)
            names_.push_back(name);
        if (vars != nullptr)
            for (const Field &field : vars->fields) {
                names_.push_back(field.key);
                if (!given.row.contains(field.key) && !given.chosen.contains(field.key))
                    declare(field, given);
            }
        const Mark place = vars == nullptr || vars->mark.line == 0 ? Mark{} : vars->mark;
        for (const auto &[name, value] : given.row)
            give(name, value, place);
        for (const auto &[name, value] : given.chosen)
            if (!given.row.contains(name))
                give(name, value, place);
            else
                refuse(place, fmt::format("the variable '{}' has a value in each row", name),
                       "leave it out of --var, or out of 'matrix'");
    }

    /// Where a text stands: what it may name.
    enum class Place { variable, step, property, published_name, elsewhere };

    void walk(Value &value, Place place) {
        for (Value &item : value.items)
            walk(item, place);
        for (Field &field : value.fields)
            walk(field.value, place);
        if (value.kind != Value::Kind::string || value.scalar.find("${") == std::string::npos)
            return;
        if (auto text = resolve(value, place)) {
            value.scalar = std::move(*text);
            value.quoted = true;
        } else {
            unresolved_.push_back(value.mark);
        }
    }

    ResolvedVariables take() {
        return {std::move(unresolved_), {values_.begin(), values_.end()}, std::move(used_)};
    }

  private:
    void declare(const Field &field, const GivenVariables &given) {
        const auto offered = given.offered.find(field.key);
        if (offered != given.offered.end())
            return give(field.key, offered->second, field.key_mark);
        if (field.value.kind == Value::Kind::mapping)
            return declare_from_environment(field, given);
        if (may_be_value(field.value))
            values_[field.key] = resolve(field.value, Place::variable).value_or(field.value.scalar);
    }

    void declare_from_environment(const Field &field, const GivenVariables &given) {
        const std::string name = field.value.text_or("env");
        const auto found = given.environment ? given.environment(name) : std::nullopt;
        if (found)
            return give(field.key, *found, field.key_mark);
        const Value *otherwise = field.value.find("default");
        if (otherwise == nullptr && !name.empty())
            return refuse(
                field.key_mark,
                fmt::format("the variable '{}' has the value of ${}, which is not set", field.key,
                            base::escape(name)),
                fmt::format("set {0}, or write {{env: {0}, default: ...}}", base::escape(name)));
        if (otherwise != nullptr && may_be_value(*otherwise))
            values_[field.key] = resolve(*otherwise, Place::variable).value_or(otherwise->scalar);
    }

    /// Texts and numbers; anything else is a mistake, which the schema or the reader says.
    static bool may_be_value(const Value &value) {
        return value.is_scalar() && value.kind != Value::Kind::null &&
               value.kind != Value::Kind::boolean;
    }

    void give(const std::string &name, const std::string &value, const Mark &place) {
        if (std::ranges::find(names_, name) == names_.end()) {
            const auto near = base::did_you_mean(name, names_);
            return refuse(place, fmt::format("the recipe has no variable '{}'", base::escape(name)),
                          near             ? fmt::format("did you mean '{}'?", *near)
                          : names_.empty() ? "declare it under 'vars' with a default value"
                                           : fmt::format("it has: {}", fmt::join(names_, ", ")));
        }
        if (value.size() > k_longest_value || base::invalid_utf8(value))
            return refuse(place,
                          fmt::format("the value given for variable '{}' is not acceptable",
                                      base::escape(name)),
                          "a value is UTF-8 text of at most 64 KiB");
        values_[name] = value;
    }

    /// nullopt when something is wrong with it.
    std::optional<std::string> resolve(const Value &value, Place place) {
        std::string out;
        bool good = true;
        std::size_t secrets = 0;
        std::size_t facts = 0;
        for (const base::VariablePiece &piece : base::variable_pieces(value.scalar)) {
            const auto found = !piece.is_reference ? std::optional(piece.text)
                               : piece.is_secret   ? secret(value, piece, place)
                               : piece.is_fact     ? fact(value, piece, place)
                                                   : lookup(value, piece, place);
            secrets += piece.is_secret ? 1 : 0;
            facts += piece.is_fact ? 1 : 0;
            good = good && found;
            out += found.value_or("");
            if (out.size() > k_max_yaml_scalar)
                return too_long(value);
        }
        if (good && base::spells_more_secrets(out, secrets)) {
            refuse(value.mark, "a text may hold '${secret.' only where it names a secret",
                   "take it from a file: from: FILE");
            return std::nullopt;
        }
        const bool takes_facts = place == Place::property || place == Place::published_name;
        if (good && takes_facts && base::count_fact_marks(out) > facts) {
            refuse(value.mark,
                   "a text may hold '${image.', '${guest.' and '${package.' here only where it "
                   "names what is known of an image",
                   "write it otherwise");
            return std::nullopt;
        }
        resolved_ += out.size();
        if (resolved_ > k_most_resolved)
            return too_long(value);
        return good ? std::optional(std::move(out)) : std::nullopt;
    }

    /// It stays as it is written: its value goes into the image alone.
    std::optional<std::string_view> secret(const Value &value, const base::VariablePiece &piece,
                                           Place place) {
        const std::string_view name = piece.name;
        if (place != Place::step) {
            refuse_reference(value, piece.text, "a secret cannot be named here",
                             "secrets go into the image: into content of files, lines, variables "
                             "of commands, answers and passwords");
            return std::nullopt;
        }
        if (std::ranges::find(secrets_, name) != secrets_.end())
            return piece.text;
        const auto near = base::did_you_mean(std::string(name), secrets_);
        refuse_reference(value, piece.text, fmt::format("the secret '{}' is not declared", name),
                         near ? fmt::format("did you mean {}?", base::secret_reference(*near))
                              : "declare it under 'secrets', with where its value comes from");
        return std::nullopt;
    }

    /// It stays as it is written: what it stands for is known when the image has been looked at.
    std::optional<std::string_view> fact(const Value &value, const base::VariablePiece &piece,
                                         Place place) {
        const auto refused = [&](std::string message, std::string hint) {
            refuse_reference(value, piece.text, std::move(message), std::move(hint));
            return std::optional<std::string_view>();
        };
        const bool of_record = piece.name.starts_with(base::k_image_facts);
        if (place == Place::published_name && !of_record)
            return refused(fmt::format("'{}' is not known before the image is built, and its name "
                                       "must be",
                                       piece.text),
                           "name it in a property, or use a variable");
        if (place != Place::property && place != Place::published_name)
            return refused("what is known of an image cannot be named here",
                           "it can be in 'properties', and ${image....} in 'publish.name'; write "
                           "$${ for a literal ${");
        if (piece.name.starts_with(base::k_guest_facts))
            if (const std::string word(piece.name.substr(base::k_guest_facts.size()));
                std::ranges::find(k_guest_words, word) == k_guest_words.end())
                return refused(fmt::format("'{}' is nothing that is looked for in an image", word),
                               fmt::format("there are: {}", fmt::join(k_guest_words, ", ")));
        return piece.text;
    }

    std::optional<std::string_view> lookup(const Value &value, const base::VariablePiece &piece,
                                           Place place) {
        const std::string_view name = piece.name;
        const std::string_view spelling = piece.text;
        const std::string shown = base::escape(base::trim(spelling.substr(0, 60)));
        if (name.empty()) {
            refuse_reference(value, spelling, fmt::format("'{}' is not a variable", shown),
                             "write $${ where the text itself, such as a shell script, holds ${");
            return std::nullopt;
        }
        if (place == Place::variable) {
            refuse_reference(value, spelling, "the value of a variable cannot use variables",
                             fmt::format("write ${} for the literal text", shown));
            return std::nullopt;
        }
        used_.emplace(name);
        if (const auto found = values_.find(name); found != values_.end())
            return found->second;
        if (std::ranges::find(names_, name) != names_.end())
            return std::nullopt; // its declaration is wrong, which the schema says
        const auto near = base::did_you_mean(name, names_);
        refuse_reference(
            value, spelling, fmt::format("the variable '{}' is not defined", name),
            near
                ? fmt::format("did you mean ${{{}}}?", *near)
                : fmt::format("declare it under 'vars', or write ${} for the literal text", shown));
        return std::nullopt;
    }

    std::optional<std::string> too_long(const Value &value) {
        refuse(value.mark, "variables make this text too long",
               "a text may have 256 KiB, all texts with variables together 16 MiB");
        return std::nullopt;
    }

    /// Where `reference` is written: a block scalar spans lines, and its mark is its first.
    [[nodiscard]] Mark locate(const Value &value, std::string_view reference) const {
        const auto first = static_cast<std::size_t>(value.mark.line - 1);
        const auto breaks = static_cast<std::size_t>(std::ranges::count(value.scalar, '\n'));
        for (std::size_t i = first; i < lines_.size() && i <= first + breaks + 1; ++i) {
            const std::size_t at = lines_[i].find(reference);
            if (at == std::string::npos)
                continue;
            const auto before = base::code_points(std::string_view(lines_[i]).substr(0, at));
            const Mark found{static_cast<int>(i) + 1, static_cast<int>(before) + 1};
            if (i > first || found.column >= value.mark.column)
                return found;
        }
        return value.mark;
    }

    void refuse_reference(const Value &value, std::string_view spelling, std::string message,
                          std::string hint) {
        const bool counted_only = found_ >= k_most_told; // finding the place takes time
        refuse(counted_only ? value.mark : locate(value, base::trim(spelling)), std::move(message),
               std::move(hint));
    }

    void refuse(const Mark &mark, std::string message, std::string hint) {
        if (++found_ <= k_most_told)
            diagnostics_.add(error_at(file_, mark, lines_, std::move(message), std::move(hint)));
    }

    const std::string &file_;
    const std::vector<std::string> &lines_;
    Diagnostics &diagnostics_;
    std::vector<std::string> names_; ///< as `vars` declares them
    std::vector<std::string> secrets_;
    std::map<std::string, std::string, std::less<>> values_;
    std::vector<Mark> unresolved_;
    std::set<std::string> used_;
    std::size_t resolved_ = 0;
    std::size_t found_ = 0;
};

constexpr std::array<std::string_view, 5> k_verbatim = {"$schema", "retouch", "name", "vars",
                                                        "matrix"};

Resolver::Place place_of(std::string_view key) {
    if (key == "properties")
        return Resolver::Place::property;
    return key == "steps" || is_section(key) ? Resolver::Place::step : Resolver::Place::elsewhere;
}

void walk(Resolver &resolver, Field &section) {
    if (section.key != "publish")
        return resolver.walk(section.value, place_of(section.key));
    for (Field &field : section.value.fields)
        resolver.walk(field.value, field.key == "name" ? Resolver::Place::published_name
                                                       : Resolver::Place::elsewhere);
}

} // namespace

ResolvedVariables resolve_variables(Value &recipe, const GivenVariables &given,
                                    const std::string &file, const std::vector<std::string> &lines,
                                    Diagnostics &diagnostics) {
    Resolver resolver(file, lines, diagnostics);
    resolver.declare_secrets(recipe.find("secrets"));
    resolver.declare(recipe.find("vars"), given);
    for (Field &field : recipe.fields)
        if (std::ranges::find(k_verbatim, field.key) == k_verbatim.end())
            walk(resolver, field);
    return resolver.take();
}

} // namespace retouch::recipe
