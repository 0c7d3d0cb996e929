// What the appliance is made of: libguestfs, the parts supermin builds it from, a kernel it may
// read, qemu, and KVM for speed. Where and how supermin looks for a kernel is repeated here,
// because it is asked only when an appliance is built.

#include "guest/diagnosis.hpp"

#include "base/file.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "guest/appliance/handle.hpp"
#include "guest/appliance/kvm.hpp"
#include "guest/machine/machine_cache.hpp"
#include "guest/machine/machine_kind.hpp"
#include "guest/machine/machine_start.hpp"
#include "model/checks.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <unistd.h>

namespace retouch::guest {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_largest_list = std::size_t{1024} * 1024;

model::Verdict kvm() {
    const auto obstacle = kvm_obstacle();
    if (!obstacle)
        return model::all_well("nothing speaks against it");
    return model::warning(fmt::format("{}: the appliance runs emulated, several times slower",
                                      base::escape(obstacle->reason)),
                          obstacle->remedy);
}

model::Verdict version(const Handle &handle) {
    struct Free {
        void operator()(struct guestfs_version *found) const { guestfs_free_version(found); }
    };

    const std::unique_ptr<struct guestfs_version, Free> found(guestfs_version(handle.get()));
    if (!found)
        throw handle.error("ask libguestfs for its version");
    return model::all_well(
        fmt::format("version {}.{}.{}", found->major, found->minor, found->release));
}

model::Verdict machine(const Handle &handle) {
    const OwnedText found(guestfs_get_hv(handle.get()));
    if (!found)
        throw handle.error("ask libguestfs for its qemu");
    const std::string program = found.get();
    if (::access(program.c_str(), X_OK) != 0)
        throw Error(ErrorKind::unavailable,
                    fmt::format("{} is not there or cannot be run", base::escape(program)),
                    "install the package qemu-system-x86");
    return model::all_well(base::escape(program));
}

/// The first directory of libguestfs' path that holds an appliance or the parts of one.
fs::path appliance_directory(const Handle &handle) {
    const char *known = guestfs_get_path(handle.get());
    const std::string path = known == nullptr ? "" : known;
    std::string_view rest = path;
    std::error_code failed;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(':'), rest.size());
        fs::path directory(rest.substr(0, end));
        if (fs::exists(directory / "supermin.d", failed) ||
            fs::exists(directory / "README.fixed", failed))
            return directory;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    throw Error(ErrorKind::unavailable,
                fmt::format("libguestfs finds no appliance in {}", base::escape(path)),
                "install the package libguestfs0, or correct LIBGUESTFS_PATH");
}

bool is_fixed(const fs::path &appliance) {
    std::error_code failed;
    return !fs::exists(appliance / "supermin.d", failed);
}

model::Verdict parts(const fs::path &appliance) {
    if (is_fixed(appliance))
        return model::all_well(fmt::format("a fixed one in {}", base::escape(appliance.string())));
    if (!base::find_program("supermin"))
        throw Error(ErrorKind::unavailable,
                    "supermin, which builds the appliance, is not installed",
                    "install the package supermin");
    return model::all_well(fmt::format("is built from {} when needed",
                                       base::escape((appliance / "supermin.d").string())));
}

/// The newer of two versions, "" being the oldest.
bool is_newer(const std::string &version, const std::string &than) {
    return ::strverscmp(version.c_str(), than.c_str()) > 0;
}

struct Kernel {
    std::string version;
    fs::path file;
};

void keep_newer(Kernel &newest, const std::string &version, const fs::path &file) {
    if (is_newer(version, newest.version))
        newest = {version, file};
}

/// The kernel supermin takes: the newest beside its modules, else the newest in /boot that has
/// modules.
std::optional<Kernel> kernel_of_supermin() {
    if (const char *named = std::getenv("SUPERMIN_KERNEL"))
        return Kernel{"", named};
    const fs::path modules = "/lib/modules";
    const std::string prefix = "vmlinuz-";
    std::error_code failed;
    Kernel newest;
    for (const auto &entry : fs::directory_iterator(modules, failed))
        if (fs::exists(entry.path() / "vmlinuz", failed))
            keep_newer(newest, entry.path().filename().string(), entry.path() / "vmlinuz");
    if (!newest.file.empty())
        return newest;
    for (const auto &entry : fs::directory_iterator("/boot", failed)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(prefix) || name.find("xen") != std::string::npos)
            continue;
        const std::string version = name.substr(prefix.size());
        if (fs::exists(modules / version / "modules.dep", failed))
            keep_newer(newest, version, entry.path());
    }
    return newest.file.empty() ? std::nullopt : std::optional(newest);
}

model::Verdict kernel() {
    const auto found = kernel_of_supermin();
    if (!found)
        throw Error(ErrorKind::unavailable,
                    "there is no kernel in /boot or /lib/modules to build the appliance with",
                    "install a kernel package with its modules (linux-image-amd64)");
    const std::string file = base::escape(found->file.string());
    if (::access(found->file.c_str(), R_OK) != 0)
        throw Error(
            ErrorKind::unavailable,
            fmt::format("this user may not read {}, which the appliance is built with", file),
            fmt::format("make it readable, as root: chmod 0644 {}; every new kernel needs it again",
                        file));
    return model::all_well(file);
}

/// The packages supermin puts into the appliance stand in lists, one for each optional part.
bool lists_package(const fs::path &appliance, std::string_view package) {
    std::error_code failed;
    for (const auto &entry : fs::directory_iterator(appliance / "supermin.d", failed)) {
        const std::string name = entry.path().filename().string();
        if (name.find("packages") == std::string::npos)
            continue;
        for (const std::string &line :
             base::split_lines(base::read_file(entry.path(), k_largest_list)))
            if (base::trim(line) == package)
                return true;
    }
    return false;
}

model::Verdict xfs(const fs::path &appliance) {
    if (is_fixed(appliance))
        return model::all_well("a fixed appliance is taken as it is");
    if (lists_package(appliance, "xfsprogs"))
        return model::all_well("images on XFS can be opened");
    return model::warning(
        "images on XFS (those of the Red Hat family) cannot be opened in the appliance",
        "install the package libguestfs-xfs");
}

/// Ours: where there is none libguestfs' does everything.
model::Verdict own_machine() {
    try {
        const MachineKind kind = machine_kind(!kvm_obstacle());
        const MachineCache cache;
        return model::all_well(fmt::format(
            "Linux {}, {}", base::escape(kind.kernel.version),
            cache.find(kind) ? fmt::format("saved in {}", base::escape(cache.directory().string()))
                             : "saved when it is first needed, or now by 'retouch doctor --warm'"));
    } catch (const Error &error) {
        return model::warning(
            fmt::format("every image is opened in libguestfs' appliance, some seconds slower: {}",
                        error.what()),
            error.hint());
    }
}

} // namespace

void warm_up() {
    prepare_machine();
}

std::vector<Finding> appliance_findings(bool used) {
    model::Checks checks("Appliance guest",
                         used ? model::Checks::Need::needed : model::Checks::Need::optional);
    std::unique_ptr<Handle> handle;
    fs::path appliance;
    if (!checks.check("libguestfs", [&] {
            handle = std::make_unique<Handle>();
            return version(*handle);
        }))
        return checks.take();
    const bool has_parts = checks.check("appliance", [&] {
        appliance = appliance_directory(*handle);
        return parts(appliance);
    });
    if (has_parts && !is_fixed(appliance))
        checks.check("kernel", kernel);
    if (!appliance.empty())
        checks.check("XFS", [&] { return xfs(appliance); });
    checks.check("qemu", [&] { return machine(*handle); });
    checks.check("KVM", kvm);
    checks.check("machine", own_machine);
    return checks.take();
}

} // namespace retouch::guest
