#pragma once
// QemuMonitor: a connection to the qemu in which a guest's machine runs, over which it is told what
// to do, and tells what it counts. That is outside of the machine, so nothing in the image can make
// it say otherwise.

#include "base/file.hpp"
#include "retouch/json.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace retouch::guest {

class QemuMonitor {
  public:
    /// Connects to the socket qemu listens at. Throws Error.
    explicit QemuMonitor(const std::filesystem::path &socket);

    /// Takes over a connection. Throws Error.
    explicit QemuMonitor(base::UniqueFd connection);

    /// What the command returns; `descriptor` goes along when it is one. Throws Error, also when
    /// qemu is dead.
    Json execute(std::string_view command, const Json &arguments = Json(), int descriptor = -1);

    /// Bytes the machine has written to that drive (a device or a node), as often as it wrote them;
    /// what it discarded does not count. Throws Error, also when qemu is dead.
    [[nodiscard]] std::uint64_t bytes_written(std::string_view drive);

    /// How often the machine was told that a write to that drive, or a flush of it, failed. Throws
    /// as above.
    [[nodiscard]] std::uint64_t failed_writes(std::string_view drive);

  private:
    [[nodiscard]] std::uint64_t statistic(std::string_view drive, const char *name);
    void send(const std::string &line, int descriptor);
    [[nodiscard]] std::string next_line();

    base::UniqueFd socket_;
    std::string received_; ///< not yet taken by next_line()
};

} // namespace retouch::guest
