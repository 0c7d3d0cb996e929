#include "guest/effects/packages.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <set>

namespace retouch::guest {

namespace {

void add(Packages &packages, const std::string &name, const std::string &architecture,
         const std::string &version) {
    base::add_part(packages[name][architecture], version);
}

/// Calls `read_line` for every line, and notes the paragraph at its end.
template<typename ReadLine>
std::vector<PackageRecord> read_paragraphs(std::string_view text, ReadLine read_line) {
    std::vector<PackageRecord> records;
    PackageRecord record;
    const auto end = [&] {
        if (!record.name.empty())
            records.push_back(std::move(record));
        record = {};
    };
    while (!text.empty()) {
        const std::size_t size = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, size);
        text.remove_prefix(std::min(size + 1, text.size()));
        if (line.empty())
            end();
        else
            read_line(line, record);
    }
    end();
    return records;
}

/// Takes the value when the line begins with `key`.
bool take(std::string_view line, std::string_view key, std::string &value) {
    if (!line.starts_with(key))
        return false;
    value = base::trim(line.substr(key.size()));
    return true;
}

/// "hold ok installed": what is wanted, whether it is sound, and how far it is (dpkg-query(1)).
void read_dpkg_status(std::string_view status, PackageRecord &record) {
    record.installed = status.ends_with(" installed") || status.ends_with(" triggers-awaited") ||
                       status.ends_with(" triggers-pending");
    record.kept_configuration = status.ends_with(" config-files");
    record.held = status.starts_with("hold ");
}

void read_dpkg_line(std::string_view line, PackageRecord &record) {
    std::string value;
    if (take(line, "Status:", value))
        read_dpkg_status(value, record);
    else if (take(line, "Essential:", value))
        record.essential = value == "yes";
    else if (!take(line, "Package:", record.name) &&
             !take(line, "Architecture:", record.architecture) &&
             !take(line, "Provides:", record.provides))
        take(line, "Version:", record.version);
}

void read_apk_line(std::string_view line, PackageRecord &record) {
    if (!take(line, "P:", record.name) && !take(line, "A:", record.architecture) &&
        !take(line, "p:", record.provides))
        take(line, "V:", record.version);
}

using Versions = std::map<std::string, std::string>;

std::string version_of(const Versions &versions, const std::string &architecture) {
    const auto found = versions.find(architecture);
    return found == versions.end() ? "" : found->second;
}

void add_changes(const std::string &name, const Versions &before, const Versions &after,
                 std::vector<PackageChange> &changes) {
    const auto add_change = [&changes](const std::string &shown, const std::string &old,
                                       const std::string &present) {
        if (old != present)
            changes.push_back({shown, old, present});
    };
    if (before.size() < 2 && after.size() < 2)
        return add_change(name, before.empty() ? "" : before.begin()->second,
                          after.empty() ? "" : after.begin()->second);
    std::set<std::string> architectures;
    for (const Versions *versions : {&before, &after})
        for (const auto &[architecture, version] : *versions)
            architectures.insert(architecture);
    for (const std::string &architecture : architectures)
        add_change(fmt::format("{}:{}", name, architecture), version_of(before, architecture),
                   version_of(after, architecture));
}

} // namespace

std::vector<PackageRecord> dpkg_records(std::string_view status) {
    return read_paragraphs(status, read_dpkg_line);
}

std::vector<PackageRecord> apk_records(std::string_view installed) {
    return read_paragraphs(installed, read_apk_line);
}

Packages installed_packages(const std::vector<PackageRecord> &records) {
    Packages packages;
    for (const PackageRecord &record : records)
        if (record.installed && !record.version.empty())
            add(packages, record.name, record.architecture, record.version);
    return packages;
}

Packages rpm_packages(std::string_view answer) {
    Packages packages;
    for (const std::string &line : base::split_lines(answer)) {
        const std::size_t first = line.find('\t');
        const std::size_t second = line.find('\t', first + 1);
        if (first != std::string::npos && second != std::string::npos)
            add(packages, line.substr(0, first), line.substr(first + 1, second - first - 1),
                line.substr(second + 1));
    }
    return packages;
}

std::vector<PackageChange> package_changes(const Packages &before, const Packages &after) {
    std::set<std::string> names;
    for (const Packages *packages : {&before, &after})
        for (const auto &[name, versions] : *packages)
            names.insert(name);
    std::vector<PackageChange> changes;
    for (const std::string &name : names) {
        const auto old = before.find(name);
        const auto present = after.find(name);
        add_changes(name, old == before.end() ? Versions{} : old->second,
                    present == after.end() ? Versions{} : present->second, changes);
    }
    return changes;
}

} // namespace retouch::guest
