#pragma once
// What every guest command gets whichever back end runs it: environment, names, limits and the
// refusal to run what cannot run. Running it is for the back ends.

#include "retouch/error.hpp"
#include "retouch/facts.hpp"
#include "retouch/guest.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace retouch::guest {

inline constexpr const char *k_guest_hostname = "localhost";

/// Where a command finds its script; /run is a tmpfs while it runs.
inline constexpr const char *k_script_path = "/run/retouch/script";

/// Keeps package scripts from starting services, in the words Debian's invoke-rc.d asks in.
inline constexpr const char *k_policy_path = "/usr/sbin/policy-rc.d";
inline constexpr std::string_view k_policy_script = "#!/bin/sh\nexit 101\n";

/// The exit status of a command that was ended at its time limit.
inline constexpr int k_timed_out_status = 137;

/// dpkg.cfg(5): a configuration file that the recipe has put there stays, and nobody is asked.
inline constexpr const char *k_dpkg_path = "/etc/dpkg/dpkg.cfg.d/zz-retouch";
inline constexpr std::string_view k_dpkg_settings = "force-confdef\nforce-confold\n";

inline constexpr const char *k_resolver_path = "/etc/resolv.conf";

/// Where that leads, without links; nullopt when it leads in circles. Throws Error.
[[nodiscard]] std::optional<std::string> resolver_target(const GuestView &guest);

using Environment = std::vector<std::pair<std::string, std::string>>;

/// With the proxies of this process in the environment of a networked one, where it says nothing of
/// them itself.
[[nodiscard]] GuestCommand with_own_proxies(GuestCommand command);

/// The whole environment of `command`: its own on top of ours. A networked one also gets the
/// proxies of this process; one that cannot write to the image finds another place for its
/// temporary files.
[[nodiscard]] Environment command_environment(const Facts &facts, const GuestCommand &command,
                                              bool writable);

/// Throws Error: refused when no program of the guest can run here.
void require_programs_to_run(const Facts &facts);

/// Throws Error: refused when programs of the guest cannot run here, invalid when the command is
/// beyond the bounds.
void check_command(const Facts &facts, const GuestCommand &command);

/// What the back ends say when the guest lacks the command's shell or working directory.
[[nodiscard]] Error missing_shell(const GuestCommand &command);
[[nodiscard]] Error missing_directory(const GuestCommand &command);

} // namespace retouch::guest
