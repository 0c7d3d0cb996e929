// Accounts of a guest, read from its files as they are now.
// Lines that make no sense are passed over, as the C library does.
// Nothing is kept between calls: a step may have changed the files.

#include "steps/support/accounts.hpp"

#include "base/path.hpp"
#include "base/text.hpp"

#include <charconv>
#include <set>

namespace retouch::steps {

namespace {

constexpr std::size_t k_account_file_bound = std::size_t{4} * 1024 * 1024;

std::optional<std::uint32_t> number(std::string_view text) {
    std::uint32_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::vector<std::vector<std::string>> table(const GuestView &guest, const std::string &path) {
    std::vector<std::vector<std::string>> rows;
    if (!guest.lstat(path))
        return rows;
    for (const std::string &line : base::split_lines(guest.read(path, k_account_file_bound)))
        rows.push_back(base::split(line, ':'));
    return rows;
}

/// Both files have the name in the first column and the number in the third.
std::optional<std::uint32_t> find(const GuestView &guest, const std::string &path,
                                  const std::string &name) {
    if (name == "root")
        return 0;
    if (const auto id = number(name))
        return id;
    for (const auto &row : table(guest, path))
        if (row.size() > 2 && row[0] == name)
            if (const auto id = number(row[2]))
                return id;
    return std::nullopt;
}

} // namespace

std::optional<std::uint32_t> find_user(const GuestView &guest, const std::string &name) {
    return find(guest, "/etc/passwd", name);
}

std::optional<std::uint32_t> find_group(const GuestView &guest, const std::string &name) {
    return find(guest, "/etc/group", name);
}

std::vector<std::string> home_directories(const GuestView &guest) {
    constexpr std::size_t k_home = 5;
    std::set<std::string> homes = {"/root"};
    for (const auto &row : table(guest, "/etc/passwd"))
        if (row.size() > k_home && base::is_normal_absolute(row[k_home]))
            homes.insert(row[k_home]);
    return {homes.begin(), homes.end()};
}

} // namespace retouch::steps
