#include "guest/sandbox/runtime_directories.hpp"

#include "guest/sandbox/guest_texts.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace retouch::guest {

namespace {

struct Service {
    std::vector<std::string> directories;
    std::string mode = "0755";
    std::string user;
    std::string group;
    bool has_own_user = false;
};

/// systemd passes over what is none.
bool is_mode(const std::string &value) {
    return !value.empty() && value.size() <= 5 &&
           value.find_first_not_of("01234567") == value.npos &&
           std::strtoul(value.c_str(), nullptr, 8) <= 07777;
}

void set(Service &service, std::string_view key, const std::string &value) {
    if (key == "RuntimeDirectory" && value.empty())
        service.directories.clear();
    else if (key == "RuntimeDirectory")
        for (std::string &name : quoted_words(value, value.size()))
            service.directories.push_back(name.substr(0, name.find(':')));
    else if (key == "RuntimeDirectoryMode" && is_mode(value))
        service.mode = value;
    else if (key == "User")
        service.user = value;
    else if (key == "Group")
        service.group = value;
    else if (key == "DynamicUser")
        service.has_own_user = value == "yes" || value == "true" || value == "on" || value == "1";
}

/// "x@1.service": "x", "1", and all of it. Without an instance the prefix is all before the dot.
struct Name {
    std::string full;
    std::string stem; ///< without ".service"
    std::string prefix;
    std::string instance;
};

Name name_of(std::string_view full) {
    Name name;
    name.full = full;
    name.stem = full.substr(0, full.rfind('.'));
    const std::size_t at = name.stem.find('@');
    name.prefix = name.stem.substr(0, at);
    if (at != name.stem.npos)
        name.instance = name.stem.substr(at + 1);
    return name;
}

/// As systemd-escape --unescape: "-" is "/", "\\x2d" is "-".
std::string without_escapes(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::string digits(text.substr(std::min(at + 2, text.size()), 2));
        if (text[at] == '-') {
            result += '/';
        } else if (text.substr(at, 2) == "\\x" && digits.size() == 2 &&
                   digits.find_first_not_of("0123456789abcdefABCDEF") == digits.npos) {
            result += static_cast<char>(std::strtoul(digits.c_str(), nullptr, 16));
            at += 3;
        } else {
            result += text[at];
        }
    }
    return result;
}

/// Empty when it has specifiers that are not known here.
std::string expanded(std::string_view text, const Name &name) {
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            result += text[at];
            continue;
        }
        switch (++at < text.size() ? text[at] : '\0') {
        case '%':
            result += '%';
            break;
        case 'n':
            result += name.full;
            break;
        case 'N':
            result += name.stem;
            break;
        case 'p':
            result += name.prefix;
            break;
        case 'P':
            result += without_escapes(name.prefix);
            break;
        case 'i':
            result += name.instance;
            break;
        case 'I':
            result += without_escapes(name.instance);
            break;
        default:
            return {};
        }
    }
    return result;
}

} // namespace

std::vector<RunEntry> runtime_directories(std::string_view unit, std::string_view name) {
    const Name own = name_of(name);
    Service service;
    bool is_of_service = false;
    for (const std::string &line : setting_lines(unit)) {
        const std::size_t equals = line.find('=');
        if (line.front() == '[')
            is_of_service = line == "[Service]";
        else if (is_of_service && equals != line.npos)
            set(service, stripped(std::string_view(line).substr(0, equals)),
                std::string(stripped(std::string_view(line).substr(equals + 1))));
    }
    std::vector<RunEntry> entries;
    const std::string user = expanded(service.user, own);
    const std::string group = expanded(service.group, own);
    const bool are_known =
        user.empty() == service.user.empty() && group.empty() == service.group.empty();
    for (const std::string &written : service.directories) {
        const std::string directory = expanded(written, own);
        RunEntry entry;
        entry.path = place_in_run("/run/" + directory);
        entry.mode = static_cast<mode_t>(std::strtoul(service.mode.c_str(), nullptr, 8)) & 07777;
        entry.user = user;
        entry.group = group;
        entry.of_user = true;
        if (!service.has_own_user && are_known && !directory.empty() && !entry.path.empty())
            entries.push_back(std::move(entry));
    }
    return entries;
}

} // namespace retouch::guest
