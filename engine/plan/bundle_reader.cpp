// Reading bundles. Nothing of an archive decides where something is written: contents are put under
// their digests. What is unpacked is never more than the archive's own bytes.

#include "plan/bundle.hpp"

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "plan/archive_handle.hpp"
#include "retouch/step_kind.hpp"

#include <fmt/format.h>

#include <array>
#include <fcntl.h>
#include <map>
#include <optional>
#include <set>
#include <string_view>

namespace retouch {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_largest_plan = std::size_t{64} * 1024 * 1024;
constexpr std::size_t k_magic_offset = 257;
constexpr std::string_view k_plan_name = "plan.json";
constexpr std::string_view k_files = "files/";
constexpr const char *k_again = "make the bundle again with: retouch plan --bundle -o FILE RECIPE";

Error damaged(const fs::path &path, const std::string &why) {
    return {ErrorKind::invalid,
            fmt::format("the bundle {} is damaged: {}", escape(path.string()), why), k_again};
}

Error without_plan(const fs::path &path) {
    return damaged(path, "its first member is not plan.json");
}

std::string shown(const std::string &name) {
    constexpr std::size_t k_longest = 100;
    return escape(std::string_view(name).substr(0, k_longest));
}

/// Gives the members of an archive one after the other, and only what lies in the archive itself:
/// a sparse member would be as large as it likes.
class Reader {
  public:
    explicit Reader(const fs::path &path)
        : path_(path), file_(open_regular_file(path)), handle_(archive_read_new()) {
        archive_read_support_format_tar(handle_.get());
        if (archive_read_open_fd(handle_.get(), file_.get(), k_block) < ARCHIVE_WARN)
            throw damaged(path_, reason_of(handle_));
    }

    /// The name of the next member; nullopt at the end.
    std::optional<std::string> next() {
        check_interrupt();
        archive_entry *entry = nullptr;
        const int code = archive_read_next_header(handle_.get(), &entry);
        if (code == ARCHIVE_EOF)
            return std::nullopt;
        if (code < ARCHIVE_WARN)
            throw damaged(path_, reason_of(handle_));
        const char *found = archive_entry_pathname(entry);
        const std::string name = found != nullptr ? found : "";
        if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr)
            throw damaged(path_, fmt::format("its member {} is no file", shown(name)));
        done_ = 0;
        name_ = name;
        return name;
    }

    /// More of this member; empty at its end.
    std::string_view read() {
        check_interrupt();
        const void *bytes = nullptr;
        std::size_t size = 0;
        la_int64_t offset = 0;
        const int code = archive_read_data_block(handle_.get(), &bytes, &size, &offset);
        if (code == ARCHIVE_EOF)
            return {};
        if (code < ARCHIVE_WARN)
            throw damaged(path_, reason_of(handle_));
        if (offset != done_ || size == 0)
            throw damaged(path_, fmt::format("its member {} has holes", shown(name_)));
        done_ += static_cast<la_int64_t>(size);
        return {static_cast<const char *>(bytes), size};
    }

  private:
    static constexpr std::size_t k_block = std::size_t{64} * 1024;

    const fs::path &path_;
    UniqueFd file_;
    ArchiveHandle handle_;
    std::string name_;
    la_int64_t done_ = 0; ///< bytes of this member
};

/// Writes the member at hand, which must be as `file` says.
void unpack(Reader &reader, const InjectedFile &file, const fs::path &to, const fs::path &bundle) {
    const UniqueFd out = open_file(to, O_WRONLY | O_CREAT | O_EXCL, 0600);
    Digest digest(Digest::Algorithm::sha256);
    std::int64_t done = 0;
    for (std::string_view bytes = reader.read(); !bytes.empty(); bytes = reader.read()) {
        done += static_cast<std::int64_t>(bytes.size());
        if (done > file.size)
            break;
        digest.update(bytes);
        write_all(out.get(), bytes, to);
    }
    if (done != file.size || digest.finish() != file.sha256)
        throw damaged(bundle, fmt::format("{} has other contents", escape(file.path)));
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
        const UniqueFd file = open_regular_file(path);
        std::array<char, 512> header{};
        return begins_bundle({header.data(), read_some(file.get(), header, path)});
    } catch (const std::exception &) {
        return false;
    }
}

std::string bundled_plan_text(const fs::path &path) {
    Reader reader(path);
    if (reader.next() != k_plan_name)
        throw without_plan(path);
    std::string text;
    for (std::string_view bytes = reader.read(); !bytes.empty(); bytes = reader.read()) {
        if (text.size() + bytes.size() > k_largest_plan)
            throw damaged(path,
                          fmt::format("its plan is larger than {}", format_bytes(k_largest_plan)));
        text += bytes;
    }
    return text;
}

void unpack_bundle(const fs::path &path, const fs::path &directory, Plan &plan) {
    std::map<std::string, const InjectedFile *> wanted; // by their contents; some have the same
    for (const Target &target : plan.targets)
        for (const InjectedFile &file : target.injected)
            wanted.emplace(file.sha256, &file);
    std::set<std::string> unpacked;
    Reader reader(path);
    if (reader.next() != k_plan_name)
        throw without_plan(path);
    while (const auto name = reader.next()) {
        const std::string digest =
            name->starts_with(k_files) ? name->substr(k_files.size()) : std::string();
        const auto found = wanted.find(digest);
        if (found == wanted.end() || !unpacked.insert(digest).second)
            throw damaged(path, fmt::format("its plan has no use for the member {}", shown(*name)));
        unpack(reader, *found->second, directory / digest, path);
    }
    for (const auto &[digest, file] : wanted)
        if (!unpacked.contains(digest))
            throw damaged(path, fmt::format("{} is missing", escape(file->path)));
    for (Target &target : plan.targets)
        relocate(target, directory);
}

} // namespace retouch
