#include "steps/support/account_table.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr std::size_t k_largest_table = std::size_t{4} << 20;

/// Entries that a name service puts in the place of their line: what is behind them comes later.
bool is_nis_entry(const std::string &line) {
    return line.starts_with('+') || line.starts_with('-');
}

bool is_of(const std::string &line, const std::string &name) {
    return line.size() > name.size() && line[name.size()] == ':' && line.starts_with(name);
}

std::vector<std::string> members_of(const std::string &members) {
    std::vector<std::string> names = base::split(members, ',');
    std::erase(names, std::string());
    return names;
}

} // namespace

AccountTable::AccountTable(const GuestView &guest, std::string path) : path_(std::move(path)) {
    info_ = guest.lstat(path_);
    if (!info_)
        return;
    if (info_->type != FileInfo::Type::regular)
        trouble_ = fmt::format("{} is no file of its own", path_);
    else if (info_->size > k_largest_table)
        trouble_ = fmt::format("{} is larger than {}", path_, base::format_bytes(k_largest_table));
    if (!trouble_.empty())
        return;
    former_ = guest.read(path_, k_largest_table);
    lines_ = base::split(former_, '\n');
    if (lines_.back().empty())
        lines_.pop_back();
}

std::optional<AccountFields> AccountTable::find(const std::string &name,
                                                std::size_t columns) const {
    const auto line =
        std::ranges::find_if(lines_, [&](const std::string &each) { return is_of(each, name); });
    if (line == lines_.end())
        return std::nullopt;
    AccountFields fields = base::split(*line, ':');
    return fields.size() < columns ? std::nullopt : std::optional(std::move(fields));
}

std::vector<AccountFields> AccountTable::rows(std::size_t columns) const {
    std::vector<AccountFields> rows;
    for (const std::string &line : lines_) {
        AccountFields fields = base::split(line, ':');
        if (fields.size() >= columns && !is_nis_entry(line))
            rows.push_back(std::move(fields));
    }
    return rows;
}

void AccountTable::put(const AccountFields &fields) {
    const std::string line = base::joined(fields, ":");
    const auto present = std::ranges::find_if(
        lines_, [&](const std::string &each) { return is_of(each, fields.front()); });
    if (present != lines_.end())
        *present = line;
    else
        lines_.insert(std::ranges::find_if(lines_, is_nis_entry), line);
}

void AccountTable::remove(const std::string &name) {
    std::erase_if(lines_, [&](const std::string &each) { return is_of(each, name); });
}

void AccountTable::note(ImageChanges &changes) const {
    if (!info_ || !trouble_.empty())
        return;
    std::string text = base::joined(lines_, "\n");
    if (!lines_.empty() && (former_.empty() || former_.ends_with('\n') || text != former_))
        text += '\n';
    if (text != former_)
        changes.changes.push_back(
            file_at(path_, std::move(text), info_->mode, info_->uid, info_->gid));
}

bool has_member(const std::string &members, const std::string &name) {
    const std::vector<std::string> names = members_of(members);
    return std::ranges::find(names, name) != names.end();
}

std::string with_member(const std::string &members, const std::string &name) {
    if (has_member(members, name))
        return members;
    return members.empty() ? name : members + "," + name;
}

std::string without_member(const std::string &members, const std::string &name) {
    if (!has_member(members, name))
        return members;
    std::vector<std::string> names = members_of(members);
    std::erase(names, name);
    return base::joined(names, ",");
}

} // namespace retouch::steps
