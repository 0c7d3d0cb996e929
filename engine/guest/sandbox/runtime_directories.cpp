#include "guest/sandbox/runtime_directories.hpp"

#include "guest/sandbox/guest_texts.hpp"

#include <cstdlib>
#include <string>

namespace retouch {

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

} // namespace

std::vector<RunEntry> runtime_directories(std::string_view unit) {
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
    for (const std::string &name : service.directories) {
        RunEntry entry;
        entry.path = place_in_run("/run/" + name);
        entry.mode = static_cast<mode_t>(std::strtoul(service.mode.c_str(), nullptr, 8)) & 07777;
        entry.user = service.user;
        entry.group = service.group;
        entry.of_user = true;
        if (!service.has_own_user && !entry.path.empty() && name.find('%') == name.npos)
            entries.push_back(std::move(entry));
    }
    return entries;
}

} // namespace retouch
