#pragma once
// Calling the runner in the appliance and reading what it prints. The files it works with lie in a
// tmpfs of the appliance, never in the image.

#include "guest/appliance/handle.hpp"
#include "guest/appliance/watchdog.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace retouch::guest {

struct ApplianceRunner {
    const Handle &handle;
    Watchdog &watchdog;
};

/// Hands the runner to the appliance, once for all calls. Throws Error.
void upload_runner(const Handle &handle);

/// Puts a file where the runner can read it. Throws Error.
void upload_to_runner(const Handle &handle, std::string_view bytes, const char *path, int mode);

/// Lines of "KEY VALUE" that the runner printed. They come from the appliance and are untrusted.
class RunnerReport {
  public:
    explicit RunnerReport(std::string_view text);

    [[nodiscard]] bool has(const std::string &key) const { return values_.count(key) > 0; }

    [[nodiscard]] std::string text(const std::string &key) const;
    [[nodiscard]] std::uint64_t number(const std::string &key) const; ///< 0 when there is none
    [[nodiscard]] std::string bytes(const std::string &key) const;    ///< written as hexadecimal

  private:
    std::map<std::string, std::string> values_;
};

/// Runs it with `arguments`, which hold nothing a shell would read. Requires: it is there and a
/// Watch is set. Throws Error, also when the appliance had to be ended.
[[nodiscard]] RunnerReport call_runner(const ApplianceRunner &runner, const std::string &arguments);

} // namespace retouch::guest
