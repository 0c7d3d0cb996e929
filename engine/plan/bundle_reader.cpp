// Reading bundles. Nothing of an archive decides where something is written: contents are put under
// their digests. What is unpacked is never more than the archive's own bytes.

#include "plan/bundle.hpp"

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "plan/bundle_members.hpp"
#include "retouch/step_kind.hpp"

#include <fmt/format.h>

#include <array>
#include <fcntl.h>
#include <map>
#include <set>
#include <string_view>

namespace retouch::plan {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_largest_plan = std::size_t{64} * 1024 * 1024;
constexpr std::size_t k_magic_offset = 257;
constexpr std::string_view k_plan_name = "plan.json";
constexpr std::string_view k_files = "files/";

Error without_plan(const fs::path &path) {
    return damaged_bundle(path, "its first member is not plan.json");
}

/// Writes the member at hand, which must be as `file` says.
void unpack(BundleMembers &reader, const InjectedFile &file, const fs::path &to,
            const fs::path &bundle) {
    const base::UniqueFd out = base::open_file(to, O_WRONLY | O_CREAT | O_EXCL, 0600);
    base::Digest digest(base::Digest::Algorithm::sha256);
    std::int64_t done = 0;
    for (std::string_view bytes = reader.read(); !bytes.empty(); bytes = reader.read()) {
        done += static_cast<std::int64_t>(bytes.size());
        if (done > file.size)
            break;
        digest.update(bytes);
        base::write_all(out.get(), bytes, to);
    }
    if (done != file.size || digest.finish() != file.sha256)
        throw damaged_bundle(bundle, fmt::format("{} has other contents", base::escape(file.path)));
}

void relocate(Target &target, const fs::path &directory) {
    for (PlannedStep &planned : target.steps)
        if (const StepKind *kind = find_step_kind(planned.step.kind); kind->relocate != nullptr)
            kind->relocate(planned.step, directory.string());
    for (InjectedFile &file : target.injected)
        file.path = directory / file.sha256;
}

} // namespace

bool begins_bundle(std::string_view bytes) noexcept {
    constexpr std::size_t k_header = 512;
    constexpr std::string_view k_magic = "ustar";
    return bytes.size() >= k_header && bytes.starts_with(k_plan_name) &&
           bytes[k_plan_name.size()] == '\0' &&
           bytes.substr(k_magic_offset, k_magic.size()) == k_magic;
}

bool is_bundle(const fs::path &path) noexcept {
    try {
        const base::UniqueFd file = base::open_regular_file(path);
        std::array<char, 512> header{};
        return begins_bundle({header.data(), base::read_some(file.get(), header, path)});
    } catch (const std::exception &) {
        return false;
    }
}

std::string bundled_plan_text(const fs::path &path) {
    BundleMembers reader(path);
    if (reader.next() != k_plan_name)
        throw without_plan(path);
    std::string text;
    for (std::string_view bytes = reader.read(); !bytes.empty(); bytes = reader.read()) {
        if (text.size() + bytes.size() > k_largest_plan)
            throw damaged_bundle(path, fmt::format("its plan is larger than {}",
                                                   base::format_bytes(k_largest_plan)));
        text += bytes;
    }
    while (reader.next()) {
    }
    return text;
}

void unpack_bundle(const fs::path &path, const fs::path &directory, Plan &plan) {
    std::map<std::string, const InjectedFile *> wanted; // by their contents; some have the same
    for (const Target &target : plan.targets)
        for (const InjectedFile &file : target.injected)
            wanted.emplace(file.sha256, &file);
    std::set<std::string> unpacked;
    BundleMembers reader(path);
    if (reader.next() != k_plan_name)
        throw without_plan(path);
    while (const auto name = reader.next()) {
        const std::string digest =
            name->starts_with(k_files) ? name->substr(k_files.size()) : std::string();
        const auto found = wanted.find(digest);
        if (found == wanted.end() || !unpacked.insert(digest).second)
            throw damaged_bundle(
                path, fmt::format("its plan has no use for the member {}", shown_member(*name)));
        unpack(reader, *found->second, directory / digest, path);
    }
    for (const auto &[digest, file] : wanted)
        if (!unpacked.contains(digest))
            throw damaged_bundle(path, fmt::format("{} is missing", base::escape(file->path)));
    for (Target &target : plan.targets)
        relocate(target, directory);
}

} // namespace retouch::plan
