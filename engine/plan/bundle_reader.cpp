// Reading bundles. What an archive may hold beyond a bundle's members is not looked at: no path,
// link, mode or owner of it is ever used.

#include "plan/bundle.hpp"

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "plan/archive_handle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <map>
#include <optional>
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
        archive_entry *entry = nullptr;
        const int code = archive_read_next_header(handle_.get(), &entry);
        if (code == ARCHIVE_EOF)
            return std::nullopt;
        if (code < ARCHIVE_WARN)
            throw damaged(path_, reason_of(handle_));
        const char *name = archive_entry_pathname(entry);
        return name != nullptr ? name : "";
    }

    /// More of this member; empty at its end.
    std::string_view read() {
        const la_ssize_t count = archive_read_data(handle_.get(), buffer_.data(), buffer_.size());
        if (count < 0)
            throw damaged(path_, reason_of(handle_));
        return {buffer_.data(), static_cast<std::size_t>(count)};
    }

  private:
    static constexpr std::size_t k_block = std::size_t{64} * 1024;

    const fs::path &path_;
    UniqueFd file_;
    ArchiveHandle handle_;
    std::array<char, k_block> buffer_{};
};

/// Where a file of the plan goes below `directory`.
fs::path place_of(const InjectedFile &file, const fs::path &directory, const fs::path &bundle) {
    const fs::path path = file.path;
    if (!path.is_absolute() || path.lexically_normal() != path || !path.has_filename() ||
        std::ranges::any_of(path, [](const fs::path &part) { return part == ".."; }))
        throw damaged(
            bundle, fmt::format("its plan injects {}, which is no file's path", escape(file.path)));
    return directory / path.relative_path();
}

void make_directory_of(const fs::path &path) {
    std::error_code failed;
    fs::create_directories(path.parent_path(), failed);
    if (failed)
        throw system_error("create", path.parent_path(), failed.value());
}

void duplicate(const fs::path &from, const fs::path &to) {
    make_directory_of(to);
    std::error_code failed;
    fs::copy_file(from, to, failed);
    if (failed)
        throw system_error("write", to, failed.value());
}

/// Writes the member at hand, which must be as `file` says.
void unpack(Reader &reader, const InjectedFile &file, const fs::path &to, const fs::path &bundle) {
    make_directory_of(to);
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

/// Points files, and the entries of steps that name them or a directory above, below `directory`.
void relocate(Target &target, const fs::path &directory) {
    const auto holds_file = [&](const std::string &from) {
        return std::ranges::any_of(target.injected, [&](const InjectedFile &file) {
            return file.path == from || file.path.starts_with(from + "/");
        });
    };
    for (PlannedStep &planned : target.steps) {
        Json &options = planned.step.options;
        if (const auto from = options.find("from");
            from != options.end() && from->is_string() && holds_file(from->get<std::string>()))
            *from = directory.string() + from->get<std::string>();
    }
    for (InjectedFile &file : target.injected)
        file.path = directory.string() + file.path;
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
        throw damaged(path, "its first member is not plan.json");
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
    // Contents -> where they go; several files may have the same.
    std::map<std::string, std::map<fs::path, const InjectedFile *>> wanted;
    for (const Target &target : plan.targets)
        for (const InjectedFile &file : target.injected)
            wanted[file.sha256][place_of(file, directory, path)] = &file;
    Reader reader(path);
    while (const auto name = reader.next()) {
        const auto found =
            name->starts_with(k_files) ? wanted.find(name->substr(k_files.size())) : wanted.end();
        if (found == wanted.end())
            continue;
        const auto &[first, file] = *found->second.begin();
        unpack(reader, *file, first, path);
        for (const auto &[place, other] : found->second)
            if (place != first)
                duplicate(first, place);
        wanted.erase(found);
    }
    if (!wanted.empty())
        throw damaged(path, fmt::format("{} is missing",
                                        escape(wanted.begin()->second.begin()->second->path)));
    for (Target &target : plan.targets)
        relocate(target, directory);
}

} // namespace retouch
