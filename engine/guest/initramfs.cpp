#include "guest/initramfs.hpp"

#include "base/path.hpp"
#include "base/text.hpp"

namespace retouch::guest {

namespace {

constexpr const char *k_configuration = "/etc/initramfs-tools/initramfs.conf";
constexpr const char *k_directory = "/etc/initramfs-tools/conf.d";
constexpr std::size_t k_largest = std::size_t{64} * 1024;

/// What the last line says that sets MODULES; nothing when none does.
void read_modules(const GuestView &guest, const std::string &path, std::string &modules) {
    constexpr std::string_view name = "MODULES=";
    const auto info = guest.lstat(path);
    if (!info || info->type != FileInfo::Type::regular || info->size > k_largest)
        return;
    for (const std::string &line : base::split_lines(guest.read(path, k_largest)))
        if (const std::string_view text = base::trim(line); text.starts_with(name))
            modules = text.substr(name.size());
}

} // namespace

bool initramfs_is_for_one_machine(const GuestView &guest) {
    std::string modules;
    read_modules(guest, k_configuration, modules);
    if (modules.empty())
        return false;
    for (const DirectoryEntry &entry : guest.list(k_directory))
        read_modules(guest, base::join(k_directory, entry.name), modules);
    return modules == "dep" || modules == "\"dep\"";
}

} // namespace retouch::guest
