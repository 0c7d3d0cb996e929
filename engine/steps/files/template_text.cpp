#include "steps/files/template_text.hpp"

#include "base/text.hpp"
#include "base/variable_text.hpp"
#include "steps/support/host_place.hpp"
#include "steps/support/open_to_all.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr std::size_t k_most_bytes = std::size_t{256} * 1024;
constexpr std::size_t k_most_told = 10;

std::size_t line_of(std::string_view text, std::string_view part) {
    const auto before = text.substr(0, static_cast<std::size_t>(part.data() - text.data()));
    return 1 + static_cast<std::size_t>(std::ranges::count(before, '\n'));
}

/// What keeps it from standing in a plan; empty when nothing does.
std::string unfit(const Value &from, const std::string &text, const Reader &reader) {
    const auto path = (reader.context.file(from.mark).directory / from.scalar).lexically_normal();
    std::error_code failed;
    const auto mode = std::filesystem::status(path, failed).permissions();
    if (failed || !everybody_reads(static_cast<std::uint32_t>(mode)))
        return "may not be read by everybody, and its text would stand in the plan";
    if (require_host_place(path, from, reader) != HostPlace::inside)
        return "lies outside the recipe's directory, and its text would stand in the plan";
    if (text.find('\0') != text.npos || base::invalid_utf8(text))
        return "is not UTF-8 text";
    return {};
}

std::string problem(const base::VariablePiece &piece, const RecipeFile &recipe) {
    if (piece.is_secret)
        return recipe.secrets.contains(std::string(piece.name))
                   ? std::string()
                   : fmt::format("the secret '{}' is not declared", piece.name);
    if (piece.name.empty() || piece.is_fact)
        return fmt::format("'{}' is not a variable", base::escape(piece.text));
    return recipe.variables.contains(std::string(piece.name))
               ? std::string()
               : fmt::format("the variable '{}' is not defined", piece.name);
}

} // namespace

std::optional<std::string> template_text(const Value &from, const Reader &reader) {
    const std::optional<std::string> text =
        read_host_file(from, k_most_bytes, "a plan has texts with their variables put in", reader);
    if (!text)
        return std::nullopt;
    if (const std::string why = unfit(from, *text, reader); !why.empty()) {
        reader.error(from.mark, fmt::format("no variables can be put into '{}': it {}",
                                            base::escape(from.scalar), why));
        return std::nullopt;
    }
    const RecipeFile &recipe = reader.context.file(from.mark);
    std::string out;
    std::size_t told = 0;
    std::size_t secrets = 0;
    for (const base::VariablePiece &piece : base::variable_pieces(*text)) {
        if (!piece.is_reference) {
            out += piece.text;
            continue;
        }
        const std::string wrong = problem(piece, recipe);
        secrets += piece.is_secret ? 1 : 0;
        if (wrong.empty())
            out += piece.is_secret ? std::string(piece.text)
                                   : recipe.variables.at(std::string(piece.name));
        else if (++told <= k_most_told)
            reader.error(from.mark,
                         fmt::format("{}:{}: {}", base::escape(from.scalar),
                                     line_of(*text, piece.text), wrong),
                         piece.is_secret ? "declare it under 'secrets'"
                                         : "declare it under 'vars', or write $${ where the text "
                                           "itself holds ${");
    }
    if (told == 0 && base::spells_more_secrets(out, secrets)) {
        reader.error(from.mark, "a text may hold '${secret.' only where it names a secret",
                     "leave out 'substitute'");
        return std::nullopt;
    }
    if (told == 0 && out.size() > k_most_bytes)
        reader.error(from.mark, "with its variables put in, the text is longer than 256 KiB");
    return told == 0 && out.size() <= k_most_bytes ? std::optional(std::move(out)) : std::nullopt;
}

} // namespace retouch::steps
