#pragma once
// Bubblewrap's arguments for one command: what it sees as its /proc, /dev, /sys and /run, its
// environment and rights. Data goes in through memory files, never through the image.

#include "base/file.hpp"
#include "guest/host/bubblewrap.hpp"
#include "guest/host/mount_points.hpp"
#include "guest/host/provided_files.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::guest {

/// A file of no filesystem that holds `bytes`, at its beginning. Throws Error.
[[nodiscard]] base::UniqueFd memory_file(std::string_view bytes);

/// Collects bwrap's arguments and the memory files they name.
class BubblewrapArguments {
  public:
    void add(std::initializer_list<std::string> words);

    /// `option` is --file or --ro-bind-data.
    void add_data(const char *option, const char *permissions, std::string_view bytes,
                  const std::string &path);

    void add_filter(std::string_view program);

    /// What stands in the process list: the rest, environment included, goes through a file. The
    /// launcher comes before the shell, to make what a booted machine has below /run.
    [[nodiscard]] std::vector<std::string> words(const std::string &program,
                                                 const GuestCommand &command);

    /// That it is to inherit.
    [[nodiscard]] std::vector<int> descriptors() const;

  private:
    std::vector<std::string> words_;
    std::vector<base::UniqueFd> files_;
};

/// `status_fd`: for FirstInSandbox. Makes the mount points that are not there. Throws Error.
[[nodiscard]] BubblewrapArguments make_arguments(const Sandbox &sandbox,
                                                 const GuestCommand &command, MountPoints &points,
                                                 const ProvidedFiles &provided, int status_fd);

} // namespace retouch::guest
