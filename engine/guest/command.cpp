// The environment of guest commands and the checks before one is started, all said the same way for
// both back ends.

#include "guest/command.hpp"

#include "base/text.hpp"
#include "guest/resolve.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fmt/format.h>
#include <sys/utsname.h>

namespace retouch::guest {

namespace {

constexpr std::size_t k_script_bound = std::size_t{256} * 1024;
constexpr std::size_t k_environment_bound = std::size_t{64} * 1024;

void set(Environment &environment, const std::string &name, const std::string &value) {
    const auto same =
        std::ranges::find(environment, name, [](const auto &entry) { return entry.first; });
    if (same != environment.end())
        same->second = value;
    else
        environment.emplace_back(name, value);
}

/// The C library of these has no C.UTF-8, and programs would complain about it.
bool lacks_c_utf8(const Facts &facts) {
    struct Family {
        std::string_view distro;
        int first_with; ///< the major version
    };

    constexpr std::array families = {
        Family{"centos", 8}, Family{"rhel", 8},  Family{"ol", 8},        Family{"scientific", 8},
        Family{"amzn", 3},   Family{"sles", 15}, Family{"sles_sap", 15},
    };
    const int major = std::atoi(facts.version.c_str());
    return std::ranges::any_of(families, [&](const Family &family) {
        return family.distro == facts.distro && major > 0 && major < family.first_with;
    });
}

void check_bounds(const GuestCommand &command) {
    std::size_t environment = 0;
    for (const auto &[name, value] : command.environment) {
        environment += name.size() + value.size() + 2;
        if (name.empty() || name.find_first_of(std::string_view("=\0", 2)) != std::string::npos ||
            value.find('\0') != std::string::npos)
            throw Error(ErrorKind::invalid,
                        fmt::format("'{}' cannot be an environment variable", base::escape(name)));
    }
    if (command.script.size() > k_script_bound || environment > k_environment_bound)
        throw Error(ErrorKind::invalid,
                    fmt::format("the command is too long: a script may have {} and its "
                                "environment {}",
                                base::format_bytes(k_script_bound),
                                base::format_bytes(k_environment_bound)));
}

} // namespace

std::optional<std::string> resolver_target(const GuestView &guest) {
    try {
        return resolve_in_guest(guest, k_resolver_path);
    } catch (const Error &error) {
        if (error.kind() != ErrorKind::failed)
            throw;
        return std::nullopt;
    }
}

void require_programs_to_run(const Facts &facts) {
    if (facts.type != "linux")
        throw Error(ErrorKind::refused,
                    fmt::format("commands cannot run in a {} guest", base::escape(facts.type)),
                    "recipes for it can only inject files");
    utsname host{};
    uname(&host);
    const std::string machine = host.machine;
    const bool runs =
        facts.architecture == machine || (facts.architecture == "i686" && machine == "x86_64");
    if (!runs)
        throw Error(ErrorKind::refused,
                    fmt::format("the guest's programs are for {} and cannot run on this {} host",
                                facts.architecture.empty() ? "an unknown machine"
                                                           : base::escape(facts.architecture),
                                machine),
                    "run retouch on a host of that architecture");
}

Environment command_environment(const Facts &facts, const GuestCommand &command, bool writable) {
    Environment environment = {
        {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
        {"HOME", "/root"},
        {"USER", "root"},
        {"LOGNAME", "root"},
        {"SHELL", "/bin/sh"},
        {"LANG", lacks_c_utf8(facts) ? "C" : "C.UTF-8"},
        {"TERM", "dumb"},
        {"DEBIAN_FRONTEND", "noninteractive"},
        {"SYSTEMD_OFFLINE", "1"},
    };
    if (!writable)
        environment.emplace_back("TMPDIR", "/run");
    for (const auto &[name, value] : with_own_proxies(command).environment)
        set(environment, name, value);
    return environment;
}

GuestCommand with_own_proxies(GuestCommand command) {
    Environment environment;
    if (command.network)
        for (const char *name : {"http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "HTTP_PROXY",
                                 "HTTPS_PROXY", "NO_PROXY"})
            if (const char *value = std::getenv(name); value != nullptr && *value != '\0')
                set(environment, name, value);
    for (const auto &[name, value] : command.environment)
        set(environment, name, value);
    command.environment = std::move(environment);
    return command;
}

void check_command(const Facts &facts, const GuestCommand &command) {
    require_programs_to_run(facts);
    check_bounds(command);
}

Error missing_shell(const GuestCommand &command) {
    return {ErrorKind::failed,
            fmt::format("the shell {} is not in the guest", base::escape(command.shell)),
            "give the command another shell"};
}

Error missing_directory(const GuestCommand &command) {
    return {ErrorKind::failed, fmt::format("the working directory {} is not in the guest",
                                           base::escape(command.working_directory))};
}

} // namespace retouch::guest
