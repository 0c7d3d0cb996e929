#pragma once
// ProvidedFiles: what a command that may write finds in place of files of the guest: name servers
// that answer, a policy by which no service starts, answers for dpkg, and an initramfs that fits
// every machine. It decides which; how they come and go is ProvidedFile's.

#include "guest/host/bubblewrap.hpp"
#include "guest/sandbox/provided_file.hpp"

#include <string>
#include <vector>

namespace retouch::guest {

/// The name servers of a networked command, as resolv.conf(5) has them.
[[nodiscard]] std::string resolver_settings();

class ProvidedFiles {
  public:
    /// Puts them; they are there until this ends. What cannot be put is not. Throws Error.
    ProvidedFiles(const Sandbox &sandbox, const GuestCommand &command);

    [[nodiscard]] bool has_resolver() const { return has_resolver_; }

    [[nodiscard]] bool has_policy() const { return has_policy_; }

  private:
    [[nodiscard]] bool put(const Sandbox &sandbox, const std::string &path, std::string_view bytes,
                           mode_t mode);

    std::vector<ProvidedFile> files_;
    bool has_resolver_ = false;
    bool has_policy_ = false;
};

} // namespace retouch::guest
