#include "guest/boot_entries.hpp"

#include "base/path.hpp"
#include "base/text.hpp"
#include "guest/guest_text.hpp"
#include "guest/mount_words.hpp"
#include "guest/resolve.hpp"
#include "retouch/error.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace retouch::guest {

namespace {

constexpr std::size_t k_largest = std::size_t{4} << 20;
constexpr std::size_t k_most_told = 5;
constexpr std::size_t k_most_entries = 200;
constexpr const char *k_entries = "/boot/loader/entries";
constexpr std::array k_menus = {"/boot/grub/grub.cfg", "/boot/grub2/grub.cfg"};

/// A regular file, links followed.
bool is_file(const GuestView &guest, const std::string &path) {
    if (!base::is_normal_absolute(path))
        return false;
    const auto info = guest.lstat(resolve_in_guest(guest, path));
    return info && info->type == FileInfo::Type::regular;
}

std::string text_of(const GuestView &guest, const std::string &path) {
    return text_in_guest(guest, path, k_largest).value_or("");
}

/// A boot loader sees the filesystem that /boot is on, and of btrfs all subvolumes.
bool is_there(const GuestView &guest, const std::string &path) {
    const std::size_t boot = path.find("/boot/");
    return is_file(guest, path) || is_file(guest, "/boot" + path) ||
           (boot != path.npos && is_file(guest, path.substr(boot)));
}

class Search {
  public:
    explicit Search(const GuestView &guest) : guest_(guest) {}

    [[nodiscard]] BootEntries run() {
        for (const char *menu : k_menus)
            read_menu(text_of(guest_, menu));
        std::size_t left = k_most_entries;
        for (const DirectoryEntry &entry : guest_.list(k_entries))
            if (entry.name.ends_with(".conf") && left-- > 0)
                read_entry(text_of(guest_, base::join(k_entries, entry.name)));
        return std::move(found_);
    }

  private:
    /// "linux PATH OPTION...", and after it "initrd PATH...".
    void read_menu(const std::string &text) {
        std::vector<std::string> files;
        for (const std::string &line : base::split_lines(text)) {
            const std::vector<std::string> words = split_words(line, " \t");
            if (words.size() < 2)
                continue;
            if (words[0] == "menuentry" || words[0].starts_with("linux"))
                add(files);
            if (words[0].starts_with("linux"))
                files = {words[1]};
            else if (words[0].starts_with("initrd") && !files.empty())
                files.insert(files.end(), words.begin() + 1, words.end());
        }
        add(files);
    }

    void read_entry(const std::string &text) {
        std::vector<std::string> files;
        for (const std::string &line : base::split_lines(text)) {
            const std::vector<std::string> words = split_words(line, " \t");
            if (words.size() >= 2 && (words[0] == "linux" || words[0] == "initrd"))
                files.insert(files.end(), words.begin() + 1,
                             words[0] == "linux" ? words.begin() + 2 : words.end());
        }
        add(files);
    }

    void add(std::vector<std::string> &files) {
        // What a boot loader fills in is not a file's name here.
        std::erase_if(files, [](const std::string &file) {
            return !file.starts_with('/') || file.find('$') != file.npos;
        });
        if (files.empty() || ++seen_ > k_most_entries)
            return files.clear();
        bool whole = true;
        for (const std::string &file : files) {
            if (is_there(guest_, file))
                continue;
            whole = false;
            if (found_.missing.size() < k_most_told &&
                std::ranges::find(found_.missing, file) == found_.missing.end())
                found_.missing.push_back(file);
        }
        found_.whole += whole ? 1 : 0;
        files.clear();
    }

    const GuestView &guest_;
    std::size_t seen_ = 0;
    BootEntries found_;
};

} // namespace

BootEntries boot_entries(const GuestView &guest) {
    return Search(guest).run();
}

void require_bootable(const BootEntries &before, const GuestView &guest) {
    if (before.whole == 0)
        return;
    const BootEntries now = boot_entries(guest);
    if (now.whole > 0)
        return;
    std::vector<std::string> missing;
    for (const std::string &file : now.missing)
        missing.push_back(base::escape(file));
    const std::string what =
        missing.empty() ? std::string("its boot loader has no entry any more")
                        : fmt::format("no entry of its boot loader has all its files; missing: {}",
                                      fmt::join(missing, ", "));
    throw Error(ErrorKind::failed,
                fmt::format("the image could be booted before, and cannot be now: {}", what),
                "a step removed a kernel, or made the boot loader's configuration again without "
                "finding one; what it printed tells more");
}

} // namespace retouch::guest
