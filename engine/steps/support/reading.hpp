#pragma once
// Reading entries of a section: small accessors over Value and the checks several kinds share.
// What the schema says is taken for granted here: types are right and unknown keys are gone.
// Mistakes go to the diagnostics; nothing is thrown.

#include "retouch/step_kind.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace retouch::steps {

/// What every reading function needs.
struct Reader {
    const ReadContext &context;
    Diagnostics &diagnostics;

    void error(const Mark &mark, std::string message, std::string hint = {}) const {
        diagnostics.add(context.error(mark, std::move(message), std::move(hint)));
    }

    /// An error at `mark` that also points at `other`, with `note` saying what is there.
    void conflict(const Mark &mark, std::string message, const Mark &other, std::string note) const;
};

/// Names of entries, each of which may stand in a section once.
class NamesOnce {
  public:
    /// `what` is named: "user".
    NamesOnce(std::string_view what, const Reader &reader) : what_(what), reader_(reader) {}

    /// With an error that points at the first when it stands there already.
    void require_new(const std::string &name, const Mark &mark);

  private:
    std::string_view what_;
    const Reader &reader_;
    std::map<std::string, Mark> seen_;
};

/// Warns of what `text` holds that looks like a variable and is none of a recipe.
void doubt_variables(const Value &text, const Reader &reader);

/// The permission bits under `key`, or nullopt when it is absent or wrong.
[[nodiscard]] std::optional<std::uint32_t> mode_of(const Value &entry, std::string_view key,
                                                   const Reader &reader);

/// The account name under `key`; the number 0 is the same as "root", which is the default.
[[nodiscard]] std::string account_or_root(const Value &entry, std::string_view key,
                                          const Reader &reader);

/// The path in the image that `value` names: absolute, normal, printable. Absent after an error.
[[nodiscard]] std::optional<std::string> guest_path(const Value &value, const Reader &reader);

/// True when `entry` has no key of `keys`; else each gets an error saying it does not go with
/// `why`.
bool without(const Value &entry, std::initializer_list<std::string_view> keys, std::string_view why,
             const Reader &reader);

/// A step of `section` with its id and origin, `number` counting from 0.
[[nodiscard]] Step new_step(const Section &section, std::size_t number, const Value &entry,
                            const ReadContext &context);

} // namespace retouch::steps
