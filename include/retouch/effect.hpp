#pragma once
// Effect: what really changed in a guest between two moments, observed from outside. Plain data;
// its strings come from the image and are untrusted. What a step means to change is a StepChange.
// Thread-safety: plain values; any number of threads may read one that nobody changes.

#include "retouch/file_info.hpp"
#include "retouch/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace retouch {

/// One path at one moment. Times and the sizes of directories are left out: they tell nothing.
struct EntryState {
    FileInfo info; ///< size 0 but for regular files
    /// Of a symbolic link; of what is neither file, directory nor link: "block device 8:1", "fifo".
    std::string target;
    std::string sha256; ///< lower-case hex, of a regular file whose bytes are known; else empty
    /// Extended attributes, labels and ACLs included: "NAME=HEX" each on a line of its own, sorted;
    /// instead of HEX "sha256:HEX" for values over 64 bytes, and "unreadable" for what the kernel
    /// has and does not hand out; "others=unreadable" where it does not even tell all names.
    std::string attributes;

    bool operator==(const EntryState &) const = default;
};

/// A path that was added, changed or removed. Where the states differ in nothing but a digest that
/// `before` lacks, a file was rewritten and nobody knows whether its bytes are the former ones.
struct EntryChange {
    std::string path;                 ///< with \xHH where it is no valid UTF-8; so are link targets
    std::optional<EntryState> before; ///< nullopt: added
    std::optional<EntryState> after;  ///< nullopt: removed
    std::string diff; ///< unified, of a text whose former bytes are known; may be empty

    bool operator==(const EntryChange &) const = default;
};

/// A package of the distribution; a version is empty where it is not installed.
struct PackageChange {
    std::string name; ///< with ":ARCH" where several architectures are installed
    std::string before;
    std::string after;

    bool operator==(const PackageChange &) const = default;
};

/// A systemd unit (or OpenRC service) that is started at boot from now on, or no more.
struct ServiceChange {
    std::string unit;
    bool enabled = false;

    bool operator==(const ServiceChange &) const = default;
};

/// A user or group; never with a password. The texts are like "uid 1000, gid 1000, /home/x,
/// /bin/sh" or "gid 1000, members a, b"; nullopt where it does not exist.
struct AccountChange {
    enum class Kind { user, group };

    Kind kind = Kind::user;
    std::string name;
    std::optional<std::string> before;
    std::optional<std::string> after;

    bool operator==(const AccountChange &) const = default;
};

struct Effect {
    std::vector<PackageChange> packages; ///< by name
    std::vector<ServiceChange> services; ///< by unit
    std::vector<AccountChange> accounts; ///< users first, by name
    std::vector<EntryChange> files;      ///< by path
    std::uint64_t bytes_written = 0;     ///< to the disk, the filesystem's own bytes included

    bool operator==(const Effect &) const = default;

    /// True when nothing of the tree changed, whatever was written to the disk.
    [[nodiscard]] bool empty() const { return files.empty(); }

    /// True when there is nothing to tell, whatever was written to the disk.
    [[nodiscard]] bool changes_nothing() const {
        return packages.empty() && services.empty() && accounts.empty() && files.empty();
    }
};

/// True when `change` leaves a regular file that gives rights to whoever runs it, by a setuid or
/// setgid bit or by capabilities, and that did not give these before or has other bytes now.
[[nodiscard]] bool gives_rights(const EntryChange &change);

/// One effect that does what `first` and then `second` did; what cancels out is left out. Diffs are
/// kept where only one of them changed the path.
[[nodiscard]] Effect compose(const Effect &first, const Effect &second);

[[nodiscard]] Json to_json(const Effect &effect);

} // namespace retouch
