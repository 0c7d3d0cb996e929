#pragma once
// QemuMonitor: a connection to the qemu in which the appliance runs, over which it tells what it
// counts. That is outside of the appliance, so nothing in the image can make it say otherwise.

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

    /// Bytes the appliance has written to that drive, as often as it wrote them; what it discarded
    /// does not count. Throws Error, also when qemu is dead.
    [[nodiscard]] std::uint64_t bytes_written(std::string_view drive);

  private:
    [[nodiscard]] Json ask(std::string_view command);
    [[nodiscard]] std::string next_line();

    base::UniqueFd socket_;
    std::string received_; ///< not yet taken by next_line()
};

} // namespace retouch::guest
