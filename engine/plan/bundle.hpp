#pragma once
// Bundle: a saved plan and the bytes of the files it injects, as one tar archive: first plan.json,
// then files/SHA256 for each contents. It says nothing about whether the plan may be applied.

#include "retouch/plan.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace retouch::plan {

/// Writes the bundle of `plan` into `fd`; `path` is for the error text. Throws Error: stale when a
/// file is not as the plan says.
void write_bundle(int fd, const std::filesystem::path &path, const Plan &plan);

/// True when `bytes`, the first 512 or more of a file, begin as write_bundle() begins one.
[[nodiscard]] bool begins_bundle(std::string_view bytes) noexcept;

/// True when the file begins so. Never throws.
[[nodiscard]] bool is_bundle(const std::filesystem::path &path) noexcept;

/// The text of the plan in a bundle, for plan_from_json(). Throws Error: invalid when it is
/// damaged, also by anything that stands between its members or behind its end.
[[nodiscard]] std::string bundled_plan_text(const std::filesystem::path &path);

/// Puts the injected contents into `directory`, which must be empty and private, each under its
/// sha256, and makes `plan`, read from the same bundle, take them from there (StepKind::relocate).
/// The archive is untrusted: no more is written than it holds itself. Throws Error: invalid when a
/// file is missing, has other bytes, or when there is anything else in it.
void unpack_bundle(const std::filesystem::path &path, const std::filesystem::path &directory,
                   Plan &plan);

} // namespace retouch::plan
