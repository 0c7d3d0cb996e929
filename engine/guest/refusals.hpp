#pragma once
// Refusals: the errors and notices both guest back ends give, so that the same image is refused in
// the same words whichever way it is opened. It decides nothing.

#include "base/file.hpp"
#include "retouch/error.hpp"
#include "retouch/event.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace retouch::guest::refusal {

/// `prefix`: the first k_beginning bytes of the disk, which may tell why.
[[nodiscard]] Error no_system(std::string_view prefix);

/// `roots`: one description each, untrusted.
[[nodiscard]] Error several_systems(const std::vector<std::string> &roots);

[[nodiscard]] Error encrypted(const std::string &device);

/// For the host guest: `what` is something only the appliance can open.
[[nodiscard]] Error needs_appliance(const std::string &what);

/// True for reasons that lie in the image, not in this machine or in the moment.
[[nodiscard]] bool is_of_the_image(const Error &error);

/// A volume that may be the root cannot be mounted. `reason`: keeps its kind when it is not of the
/// image.
[[nodiscard]] Error cannot_open(const std::string &device, const Error &reason);

/// The machine would mount `device` on `path` and miss it. `reason`: of kind refused or failed.
[[nodiscard]] Error cannot_mount(const std::string &path, const std::string &device,
                                 const Error &reason);

/// Why mount(2) of a filesystem failed with `code`. The message is the reason alone.
[[nodiscard]] Error mount_failure(const std::string &type, int code);

/// The same reason with the features of the filesystem that a kernel may lack, in words; as it is
/// when there are none, or it lies elsewhere. `other` is the guest that may have them.
[[nodiscard]] Error with_features(const Error &reason, const std::string &features,
                                  std::string_view other);

/// A filesystem can be mounted when its journal is passed over, and not otherwise: it is damaged,
/// whatever the kernel said. The message is the reason alone.
[[nodiscard]] Error damaged_log(const std::string &type);

/// A filesystem that shall be written to was mounted for reading only. The message is the reason
/// alone.
[[nodiscard]] Error only_readable(const std::string &type);

/// A notice: the filesystem for `path` could not be mounted; `reason` is already escaped.
[[nodiscard]] Event not_mounted(const std::string &path, const std::string &reason);

/// An Error about a file operation: "cannot WHAT PATH in the guest: REASON", with errno `code`.
[[nodiscard]] Error file_operation(std::string_view what, std::string_view path, int code);

/// Looking at the guest's whole tree failed at `path`, with errno `code` or k_too_large.
[[nodiscard]] Error cannot_look(std::string_view path, int code);

/// What a command set could not be stored in its plain form; arguments as above.
[[nodiscard]] Error cannot_store_capabilities(std::string_view path, int code);

/// Of `count` entries that no look at the changes told of; `path` is the first.
[[nodiscard]] Error changed_untold(std::string_view path, std::size_t count);

[[nodiscard]] Error not_regular(std::string_view path);

[[nodiscard]] Error too_large(std::string_view path, std::size_t max_bytes);

} // namespace retouch::guest::refusal
