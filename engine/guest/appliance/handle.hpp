#pragma once
// Handle: one libguestfs handle and what its appliance said. It turns libguestfs' failures into
// Errors and frees its memory; what is done with it is up to others.

#include "base/process_handle.hpp"
#include "guest/appliance/libguestfs.hpp"
#include "retouch/error.hpp"

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::guest {

class Handle {
  public:
    /// Throws Error: unavailable when libguestfs cannot be used.
    Handle();
    ~Handle();
    Handle(const Handle &) = delete;
    Handle &operator=(const Handle &) = delete;

    [[nodiscard]] guestfs_h *get() const { return handle_; }

    /// The error of the call that just failed: "cannot DOING: ...".
    [[nodiscard]] Error error(std::string_view doing) const;

    /// The same for a file of the guest, in the words both guests use.
    [[nodiscard]] Error file_error(std::string_view what, std::string_view path) const;

    /// errno of the call that just failed, as it was in the appliance; 0 when there was none.
    [[nodiscard]] int error_number() const { return guestfs_last_errno(handle_); }

    /// Throws error(doing) when `result` is -1.
    void check(int result, std::string_view doing) const;

    /// Starts the appliance. False when it cannot be; error() tells why. Throws Error.
    [[nodiscard]] bool launch();

    /// The appliance's process. Requires: it was launched. Throws Error.
    [[nodiscard]] base::ProcessHandle process() const;

    /// Ends the appliance and waits for its end. Throws Error, also when it ended badly.
    void shut_down();

    /// The end of what the appliance and libguestfs said, escaped, in one line.
    [[nodiscard]] std::string last_words() const;

  private:
    static void on_event(guestfs_h *, void *self, std::uint64_t, int, int, const char *text,
                         std::size_t size, const std::uint64_t *, std::size_t);

    bool await_machine();

    guestfs_h *handle_;
    std::optional<base::ProcessHandle> machine_; ///< from its launch until it was waited for
    std::string log_;                            ///< its end
};

/// Frees what libguestfs returns by malloc.
struct FreeMemory {
    void operator()(void *memory) const { std::free(memory); }
};

using OwnedText = std::unique_ptr<char, FreeMemory>;

/// Takes over a NULL-terminated list; empty for nullptr.
[[nodiscard]] std::vector<std::string> take_list(char **list);

/// What `command` prints in the appliance's own shell, outside the guest. libguestfs has no other
/// call for that than its debug one. Throws Error when it fails.
[[nodiscard]] std::string ask_shell(const Handle &handle, std::string command);

} // namespace retouch::guest
