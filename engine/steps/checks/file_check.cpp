// FileCheck, see the header.
// Every wish is judged even when an earlier one is not met: one run shows all that is wrong.

#include "steps/checks/file_check.hpp"

#include "base/text.hpp"
#include "guest/resolve.hpp"
#include "steps/support/accounts.hpp"
#include "steps/support/guest_paths.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace retouch::steps {

namespace {

constexpr std::size_t k_search_bound = std::size_t{16} * 1024 * 1024;

using Findings = std::vector<std::string>;

void judge_account(const Json &options, const char *key, std::optional<std::uint32_t> wanted,
                   std::uint32_t found, Findings &findings) {
    const auto name = options.at(key).get<std::string>();
    if (!wanted)
        findings.push_back(fmt::format("wanted {} {}, which the image does not have", key, name));
    else if (*wanted != found)
        findings.push_back(fmt::format("wanted {} {}, found {}", key, name, found));
}

void judge_contents(const Json &options, const std::string &path, const FileInfo &info,
                    const GuestView &guest, Findings &findings) {
    if (!options.contains("sha256") && !options.contains("contains"))
        return;
    if (info.type != FileInfo::Type::regular) {
        findings.emplace_back("wanted a regular file, found something else");
        return;
    }
    if (options.contains("sha256")) {
        const auto wanted = options.at("sha256").get<std::string>();
        const std::string found = guest.sha256(path);
        if (found != wanted)
            findings.push_back(fmt::format("wanted sha256 {}, found {}", wanted, found));
    }
    if (!options.contains("contains"))
        return;
    const auto wanted = options.at("contains").get<std::string>();
    if (info.size > k_search_bound)
        findings.push_back(fmt::format("wanted the text '{}', but the file is too large to search: "
                                       "{}",
                                       base::escape(wanted), base::format_bytes(info.size)));
    else if (guest.read(path, k_search_bound).find(wanted) == std::string::npos)
        findings.push_back(fmt::format("wanted the text '{}', found none", base::escape(wanted)));
}

void judge_attributes(const Json &options, const FileInfo &info, const GuestView &guest,
                      Findings &findings) {
    if (options.contains("mode") && options.at("mode") != base::format_mode(info.mode))
        findings.push_back(fmt::format("wanted mode {}, found {}",
                                       options.at("mode").get<std::string>(),
                                       base::format_mode(info.mode)));
    if (options.contains("owner"))
        judge_account(options, "owner", find_user(guest, options.at("owner").get<std::string>()),
                      info.uid, findings);
    if (options.contains("group"))
        judge_account(options, "group", find_group(guest, options.at("group").get<std::string>()),
                      info.gid, findings);
}

} // namespace

void read_file_check(const Value &entry, Step &step, const Reader &reader) {
    const Value &path = *entry.find("file");
    step.options["file"] = guest_path(path, reader).value_or("");
    const std::string state = entry.text_or("state", "exists");
    step.options["state"] = state;
    if (state == "absent")
        without(entry, {"mode", "owner", "group", "sha256", "contains"}, "'state: absent'", reader);
    if (const auto mode = mode_of(entry, "mode", reader))
        step.options["mode"] = base::format_mode(*mode);
    for (const char *key : {"owner", "group"})
        if (entry.find(key) != nullptr)
            step.options[key] = account_or_root(entry, key, reader);
    for (const char *key : {"sha256", "contains"})
        if (const auto text = entry.text(key))
            step.options[key] = *text;
    step.identity = step.options;
}

std::string judge_file(const Json &options, const GuestView &guest) {
    const auto path = options.at("file").get<std::string>();
    if (options.at("state") == "absent")
        return guest.lstat(path) ? "wanted nothing there, found something" : "";
    const auto info = stat(guest, path);
    if (!info)
        return "wanted it to be there, found nothing";
    Findings findings;
    if (keeps_owner_and_mode(guest, guest::resolve_in_guest(guest, path)))
        judge_attributes(options, *info, guest, findings);
    judge_contents(options, path, *info, guest, findings);
    return fmt::format("{}", fmt::join(findings, "; "));
}

} // namespace retouch::steps
