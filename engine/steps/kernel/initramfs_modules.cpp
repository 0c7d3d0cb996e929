// Modules in every initramfs: a line or a file for later ones, and the family's own tool for those
// that are there. Whether one that is there holds a module is not looked at: what is listed is
// taken for held.

#include "base/path.hpp"
#include "base/text.hpp"
#include "guest/guest_text.hpp"
#include "steps/kernel/kernel_task.hpp"
#include "steps/support/guest_paths.hpp"
#include "steps/support/image_text.hpp"
#include "steps/support/system_family.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr std::size_t k_largest_index = std::size_t{16} << 20;
constexpr std::size_t k_most_kernels = 50;
constexpr std::string_view k_product = "its initramfs";
constexpr const char *k_tools_list = "/etc/initramfs-tools/modules";
constexpr const char *k_dracut_drop_in = "/etc/dracut.conf.d/90-retouch-modules.conf";
constexpr std::string_view k_dracut_begin = "add_drivers+=\" ";
constexpr const char *k_mkinitfs_feature = "/etc/mkinitfs/features.d/retouch.modules";
constexpr const char *k_mkinitfs_settings = "/etc/mkinitfs/mkinitfs.conf";
constexpr std::array<const char *, 3> k_image_names = {"/boot/initramfs-{}.img", "/boot/initrd-{}",
                                                       "/boot/initrd.img-{}"};

/// A kernel of the image and its initramfs.
struct KernelImage {
    std::string version;
    std::string initramfs;
};

std::string initramfs_of(const std::string &version, const GuestView &guest) {
    for (const char *name : k_image_names)
        if (std::string path = fmt::format(fmt::runtime(name), version); stat(guest, path))
            return path;
    // Alpine: by the flavour alone.
    const std::string flavour = version.substr(version.rfind('-') + 1);
    std::string path = "/boot/initramfs-" + flavour;
    return stat(guest, path) ? path : std::string();
}

std::vector<KernelImage> kernel_images(const GuestView &guest, KernelTask &task) {
    std::vector<KernelImage> kernels;
    for (const DirectoryEntry &entry : guest.list("/lib/modules")) {
        if (entry.info.type != FileInfo::Type::directory || kernels.size() == k_most_kernels)
            continue;
        if (!is_safe_name(entry.name))
            task.fail(fmt::format("'{}' is an odd version of a kernel (in /lib/modules)",
                                  base::escape(entry.name)));
        else if (std::string path = initramfs_of(entry.name, guest); !path.empty())
            kernels.push_back({entry.name, std::move(path)});
    }
    if (kernels.empty())
        task.fail("the image has no initramfs of a kernel in /lib/modules");
    return kernels;
}

/// "virtio_scsi" of "kernel/drivers/scsi/virtio-scsi.ko.xz": a kernel takes - and _ for the same.
std::string plain_name(std::string_view module) {
    module.remove_prefix(module.rfind('/') + 1); // or nothing
    std::string name(module.substr(0, module.find('.')));
    std::ranges::replace(name, '-', '_');
    return name;
}

/// Where the kernel has the module, "kernel/drivers/nvme/host/nvme.ko.xz"; nullopt where it has
/// none.
std::optional<std::string> module_path(const std::string &version, const std::string &module,
                                       const GuestView &guest) {
    const std::string directory = base::join("/lib/modules", version);
    for (const char *index : {"modules.dep", "modules.builtin"})
        for (const std::string &line : base::split_lines(
                 guest::text_in_guest(guest, base::join(directory, index), k_largest_index)
                     .value_or("")))
            if (const std::string path = line.substr(0, line.find(':'));
                plain_name(path) == plain_name(module))
                return path;
    return std::nullopt;
}

void require_modules(const std::vector<KernelImage> &kernels,
                     const std::vector<std::string> &modules, const GuestView &guest,
                     KernelTask &task) {
    for (const KernelImage &kernel : kernels)
        for (const std::string &module : modules)
            if (!module_path(kernel.version, module, guest))
                task.fail(fmt::format("the kernel {} has no module {}", kernel.version, module));
}

KernelWords missing_of(const std::vector<std::string> &modules, const KernelWords &listed) {
    KernelWords missing;
    for (const std::string &module : modules)
        if (std::ranges::none_of(listed, [&](const std::string &word) {
                return plain_name(word) == plain_name(module);
            }))
            missing.push_back(module);
    return missing;
}

/// The first word of each line; behind it parameters.
KernelWords listed_in(const std::string &text) {
    KernelWords words;
    for (const std::string &line : base::split_lines(text))
        if (const KernelWords all = kernel_words(line);
            !all.empty() && !all.front().starts_with('#'))
            words.push_back(all.front());
    return words;
}

void tell_rebuilds(const std::vector<KernelImage> &kernels, const KernelWords &missing,
                   KernelTask &task) {
    for (const KernelImage &kernel : kernels)
        task.reasons.push_back(fmt::format("rebuild for {} (module{} {} missing)", kernel.version,
                                           missing.size() == 1 ? "" : "s",
                                           base::joined(missing, " ")));
}

void want_by_tools(const std::vector<KernelImage> &kernels, const std::vector<std::string> &modules,
                   const GuestView &guest, KernelTask &task) {
    require_tool("update-initramfs", k_product, guest, task);
    const ImageText list = image_text(guest, k_tools_list);
    const KernelWords missing = missing_of(modules, listed_in(list.text));
    if (missing.empty())
        return;
    std::string text = list.text;
    if (!text.empty() && !text.ends_with('\n'))
        text += '\n';
    want_text(task, list, text + base::joined(missing, "\n") + '\n');
    task.script = "update-initramfs -u -k all\n";
    tell_rebuilds(kernels, missing, task);
}

/// What the drop-in lists.
KernelWords listed_for_dracut(const std::string &text) {
    const std::size_t begin = text.find(k_dracut_begin);
    if (begin == std::string::npos)
        return {};
    const std::string rest = text.substr(begin + k_dracut_begin.size());
    return kernel_words(rest.substr(0, rest.find('"')));
}

void want_by_dracut(const std::vector<KernelImage> &kernels,
                    const std::vector<std::string> &modules, const GuestView &guest,
                    KernelTask &task) {
    require_tool("dracut", k_product, guest, task);
    const ImageText drop_in = image_text(guest, k_dracut_drop_in);
    KernelWords listed = listed_for_dracut(drop_in.text);
    const KernelWords missing = missing_of(modules, listed);
    if (missing.empty())
        return;
    if (!std::ranges::all_of(listed, is_safe_name))
        return task.fail(fmt::format("{} holds more than names of modules", k_dracut_drop_in));
    listed.insert(listed.end(), missing.begin(), missing.end());
    const std::string names = base::joined(listed, " ");
    want_text(task, drop_in, fmt::format("{}{} \"\n", k_dracut_begin, names));
    task.script = "set -e\n";
    for (const KernelImage &kernel : kernels)
        task.script += fmt::format("dracut --force --no-hostonly --add-drivers '{}' '{}' '{}'\n",
                                   names, kernel.initramfs, kernel.version);
    tell_rebuilds(kernels, missing, task);
}

/// A feature is a list of files, with any of the endings that a packed module may have.
void want_by_mkinitfs(const std::vector<KernelImage> &kernels,
                      const std::vector<std::string> &modules, const GuestView &guest,
                      KernelTask &task) {
    require_tool("mkinitfs", k_product, guest, task);
    const ImageText feature = image_text(guest, k_mkinitfs_feature);
    std::string text = feature.text;
    KernelWords missing;
    for (const std::string &module : modules) {
        const std::string path = module_path(kernels.front().version, module, guest).value_or("");
        const std::string line = path.substr(0, path.find(".ko")) + ".ko*";
        const std::vector<std::string> lines = base::split_lines(text);
        if (std::ranges::find(lines, line) != lines.end())
            continue;
        missing.push_back(module);
        text += line + '\n';
    }
    const ImageText settings = image_text(guest, k_mkinitfs_settings);
    std::vector<std::string> lines = base::split(settings.text, '\n');
    for (std::string &line : lines)
        if (line.starts_with("features=\"") && line.ends_with('"') &&
            count_of(kernel_words(line.substr(10, line.size() - 11)), "retouch") == 0)
            line.insert(line.size() - 1, " retouch");
    want_text(task, feature, text);
    want_text(task, settings, base::joined(lines, "\n"));
    if (task.changes.empty())
        return;
    task.script = "set -e\n";
    for (const KernelImage &kernel : kernels)
        task.script += fmt::format("mkinitfs -o '{}' '{}'\n", kernel.initramfs, kernel.version);
    tell_rebuilds(kernels, missing.empty() ? modules : missing, task);
}

} // namespace

KernelTask initramfs_task(const std::vector<std::string> &modules, const GuestView &guest) {
    const SystemFamily family = system_family(guest.facts());
    if (family == SystemFamily::windows)
        return impossible_task("a Windows image has no initramfs");
    KernelTask task;
    const std::vector<KernelImage> kernels = kernel_images(guest, task);
    require_modules(kernels, modules, guest, task);
    if (!task.possible())
        return task;
    switch (family) {
    case SystemFamily::debian:
        want_by_tools(kernels, modules, guest, task);
        break;
    case SystemFamily::rhel:
    case SystemFamily::suse:
        want_by_dracut(kernels, modules, guest, task);
        break;
    case SystemFamily::alpine:
        want_by_mkinitfs(kernels, modules, guest, task);
        break;
    case SystemFamily::windows:
    case SystemFamily::other:
        task.fail("by what the image makes its initramfs is not known here");
    }
    return task;
}

} // namespace retouch::steps
