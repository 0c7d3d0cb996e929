// Services that start are those that the targets of a boot want by a link; what their units want
// further is not followed.

#include "guest/sandbox/run_entry.hpp"

#include "guest/sandbox/guest_texts.hpp"
#include "guest/sandbox/runtime_directories.hpp"
#include "guest/sandbox/tmpfiles.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <optional>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace retouch::guest {

namespace {

constexpr std::size_t k_most_entries = 1024;
constexpr std::size_t k_longest_place = 1024;
constexpr std::ptrdiff_t k_most_levels = 32;
constexpr std::array k_managers = {"/usr/lib/systemd/systemd", "/lib/systemd/systemd"};
constexpr std::array k_targets = {"sysinit",        "local-fs",    "basic",     "network",
                                  "network-online", "multi-user",  "graphical", "default",
                                  "cloud-init",     "cloud-config"};

const std::vector<std::string> &tmpfiles_directories() {
    static const std::vector<std::string> directories = {
        "/etc/tmpfiles.d", "/usr/local/lib/tmpfiles.d", "/usr/lib/tmpfiles.d"};
    return directories;
}

const std::vector<std::string> &unit_directories() {
    static const std::vector<std::string> directories = {
        "/etc/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
        "/lib/systemd/system"};
    return directories;
}

/// Of /etc/passwd or /etc/group.
class AccountNumbers {
  public:
    explicit AccountNumbers(const char *path) {
        TextBudget budget;
        text_ = "\n" + read_guest_text(path, budget);
    }

    /// The field after the second or third colon: 2 is the number, 3 a user's first group.
    [[nodiscard]] std::optional<id_t> number(const std::string &name, int field) const {
        if (name.find_first_not_of("0123456789") == name.npos)
            return field == 2 ? number_in(name) : number_of_user(name, field);
        const std::size_t at = field_at(text_.find("\n" + name + ":"), field);
        return at == text_.npos ? std::nullopt : number_in(text_.substr(at, 11));
    }

  private:
    /// Where the field begins of the line behind the line end `at`; fields count from 0.
    [[nodiscard]] std::size_t field_at(std::size_t at, int field) const {
        for (int left = field; left > 0 && at != text_.npos; --left)
            at = text_.find_first_of(":\n", at + 1);
        return at == text_.npos || text_[at] == '\n' ? text_.npos : at + 1;
    }

    /// Of the first user with that number.
    [[nodiscard]] std::optional<id_t> number_of_user(const std::string &digits, int field) const {
        const std::optional<id_t> wanted = number_in(digits);
        for (std::size_t line = 0; line != text_.npos; line = text_.find('\n', line + 1)) {
            const std::size_t number = field_at(line, 2);
            const std::size_t found = field_at(line, field);
            if (number != text_.npos && found != text_.npos &&
                number_in(text_.substr(number, 11)) == wanted)
                return number_in(text_.substr(found, 11));
        }
        return std::nullopt;
    }

    static std::optional<id_t> number_in(const std::string &digits) {
        char *end = nullptr;
        const unsigned long value = std::strtoul(digits.c_str(), &end, 10);
        if (end == digits.c_str() || value > 0x7ffffffe)
            return std::nullopt;
        return static_cast<id_t>(value);
    }

    std::string text_;
};

/// The unit, and the template that it is an instance of, if it is one: "x@1.service" of
/// "x@.service". A file of its own goes before the template.
std::vector<std::string> names_of(const std::string &unit) {
    const std::size_t at = unit.find('@');
    const std::size_t dot = unit.rfind('.');
    if (at == unit.npos || dot == unit.npos || at + 1 >= dot)
        return {unit};
    return {unit, unit.substr(0, at + 1) + unit.substr(dot)};
}

std::string unit_text(const std::string &unit, TextBudget &budget) {
    std::string text;
    std::vector<std::string> additions;
    for (const std::string &name : names_of(unit))
        for (const std::string &directory : unit_directories()) {
            const std::string path = path_in(directory, name);
            if (text.empty() && access(path.c_str(), F_OK) == 0)
                text = read_guest_text(path, budget) + "\n";
            additions.push_back(path + ".d");
        }
    for (const std::string &path : overriding_files(additions, ".conf"))
        text += read_guest_text(path, budget) + "\n";
    return text;
}

std::set<std::string> services_that_start() {
    std::set<std::string> services;
    for (const std::string &directory : unit_directories())
        for (const char *target : k_targets)
            for (const char *how : {".target.wants", ".target.requires"})
                for (std::string &name :
                     names_in(path_in(directory, target).append(how), ".service"))
                    services.insert(std::move(name));
    return services;
}

/// Of each kind of text its share, so that many of one cannot take the other's.
class Gathered {
  public:
    [[nodiscard]] TextBudget &budget() { return budget_; }

    void add(std::vector<RunEntry> more) {
        more.resize(std::min(more.size(), k_most_entries - entries_.size()));
        entries_.insert(entries_.end(), more.begin(), more.end());
    }

    [[nodiscard]] const std::vector<RunEntry> &entries() const { return entries_; }

  private:
    TextBudget budget_;
    std::vector<RunEntry> entries_;
};

Gathered of_tmpfiles() {
    Gathered found;
    for (const std::string &path : overriding_files(tmpfiles_directories(), ".conf"))
        found.add(tmpfiles_entries(read_guest_text(path, found.budget())));
    return found;
}

Gathered of_services() {
    Gathered found;
    for (const std::string &name : services_that_start())
        found.add(runtime_directories(unit_text(name, found.budget()), name));
    return found;
}

/// The directories on the way are made; none of them may be a link, which could lead into the
/// image. -1 when there is none. Takes `run` over.
int open_parent(int run, std::string_view path) {
    int directory = run;
    for (std::size_t end = path.find('/'); directory >= 0 && end != path.npos;
         end = path.find('/')) {
        const std::string name(path.substr(0, end));
        path.remove_prefix(end + 1);
        mkdirat(directory, name.c_str(), 0755);
        const int next =
            openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        close(directory);
        directory = next;
    }
    return directory;
}

/// A descriptor of what is to get owner and mode; -1 when there is nothing. What is there already
/// stays, and only of directories owner and mode are set.
int make(int parent, const char *name, const RunEntry &entry) {
    if (entry.type == RunEntry::Type::directory) {
        mkdirat(parent, name, 0700);
        return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    }
    if (entry.type == RunEntry::Type::link) {
        static_cast<void>(!symlinkat(entry.argument.c_str(), parent, name));
        return -1;
    }
    if (entry.type == RunEntry::Type::fifo)
        return mkfifoat(parent, name, 0600) != 0
                   ? -1
                   : openat(parent, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    const int file = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    static_cast<void>(!write(file, entry.argument.data(), entry.argument.size()));
    return file;
}

void make_owned(const RunEntry &entry, const AccountNumbers &users, const AccountNumbers &groups) {
    const auto user = entry.user.empty() ? std::optional<id_t>(0) : users.number(entry.user, 2);
    const auto group = !entry.group.empty()                   ? groups.number(entry.group, 2)
                       : entry.of_user && !entry.user.empty() ? users.number(entry.user, 3)
                                                              : std::optional<id_t>(0);
    if (!user || !group)
        return;
    constexpr std::string_view run = "/run/";
    const int parent = open_parent(open("/run", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
                                   std::string_view(entry.path).substr(run.size()));
    const std::string name = entry.path.substr(entry.path.rfind('/') + 1);
    if (const int made = parent < 0 ? -1 : make(parent, name.c_str(), entry); made >= 0) {
        if (fchown(made, *user, *group) == 0)
            static_cast<void>(fchmod(made, entry.mode));
        close(made);
    }
    if (parent >= 0)
        close(parent);
}

} // namespace

std::string place_in_run(std::string_view path) {
    std::string place(path);
    if (place.rfind("/var/run/", 0) == 0)
        place.erase(0, 4);
    while (!place.empty() && place.back() == '/')
        place.pop_back();
    const std::string framed = place + "/";
    const bool is_normal = framed.find("//") == framed.npos && framed.find("/./") == framed.npos &&
                           framed.find("/../") == framed.npos && place.find('\0') == place.npos;
    const bool is_below = framed.rfind("/run/", 0) == 0 && place.size() > 4;
    const bool is_short = place.size() <= k_longest_place &&
                          std::count(place.begin(), place.end(), '/') <= k_most_levels;
    const bool is_ours = framed.rfind("/run/retouch/", 0) == 0;
    return is_normal && is_below && is_short && !is_ours ? place : std::string();
}

void make_run_entries() {
    if (std::none_of(k_managers.begin(), k_managers.end(),
                     [](const char *path) { return access(path, X_OK) == 0; }))
        return;
    const AccountNumbers users("/etc/passwd");
    const AccountNumbers groups("/etc/group");
    for (const Gathered &found : {of_tmpfiles(), of_services()})
        for (const RunEntry &entry : found.entries())
            make_owned(entry, users, groups);
}

} // namespace retouch::guest
