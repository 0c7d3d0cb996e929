// What a program needs the loader of this host tells; everything stands in the archive at the path
// it has here.

#include "guest/machine/initrd.hpp"

#include "base/file.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "guest/machine/cpio.hpp"
#include "guest/machine/machine_paths.hpp"
#include "guest/machine/server_program.hpp"

#include <fmt/format.h>

namespace retouch::guest {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_largest_file = std::size_t{64} << 20;
constexpr const char *k_loader = "/lib64/ld-linux-x86-64.so.2";

/// ext4 and the others ask for checksums by names that only modprobe could find.
const std::vector<std::string> k_required = {"virtio_pci", "virtio_console", "ext4"};
const std::vector<std::string> k_wished = {
    "crc32c_generic", "xfs",  "btrfs",     "xxhash_generic", "blake2b_generic",
    "sha256_generic", "vfat", "nls_cp437", "nls_ascii",      "nls_iso8859_1",
    "nls_utf8"};

/// Every path the loader names: "NAME => PATH (ADDRESS)" and "PATH (ADDRESS)".
std::set<fs::path> libraries_of(const fs::path &program) {
    base::ProcessSpec spec;
    spec.program = k_loader;
    spec.arguments = {"--list", program.string()};
    spec.environment.emplace();
    const std::string listed =
        base::run_checked(spec, fmt::format("list the libraries of {}", program.string())).out;
    std::set<fs::path> found = {k_loader};
    for (const std::string &line : base::split_lines(listed)) {
        const std::size_t end = line.rfind(" (");
        const std::size_t begin = line.find('/');
        if (begin < end && end != std::string::npos)
            found.insert(line.substr(begin, end - begin));
    }
    return found;
}

class Archive {
  public:
    void add_file(const fs::path &path, std::uint32_t mode, std::string_view bytes) {
        add_directory(path.parent_path());
        cpio_.add_file(path.relative_path().string(), mode, bytes);
    }

    void add_directory(const fs::path &path) {
        if (!path.has_relative_path() || !directories_.insert(path).second)
            return;
        add_directory(path.parent_path());
        cpio_.add_directory(path.relative_path().string(), 0755);
    }

    [[nodiscard]] std::string finish() { return cpio_.finish(); }

  private:
    Cpio cpio_;
    std::set<fs::path> directories_;
};

/// Numbered, so that their order is that of their names.
void add_modules(Archive &archive, const char *directory,
                 const std::vector<KernelModule> &modules) {
    archive.add_directory(directory);
    for (std::size_t number = 0; number < modules.size(); ++number)
        archive.add_file(fs::path(directory) /
                             fmt::format("{:03}-{}", number, modules[number].name),
                         0644, modules[number].bytes);
}

} // namespace

Initrd make_initrd(const MachineKind &kind, const fs::path &directory) {
    const fs::path server = directory / "server";
    base::write_file_atomically(server, server_program(), 0700);
    Initrd made;
    made.files = libraries_of(server);
    fs::remove(server);
    for (const fs::path &program : kind.programs) {
        made.files.insert(program);
        made.files.merge(libraries_of(program));
    }
    Archive archive;
    for (const char *place : {"/dev", "/proc", "/sys", "/run", "/tmp", k_machine_guest})
        archive.add_directory(place);
    for (const fs::path &file : made.files)
        archive.add_file(file, 0755, base::read_file(file, k_largest_file));
    archive.add_file("/init", 0755, server_program());
    add_modules(archive, k_machine_modules, read_modules(kind.kernel, k_required, k_wished));
    add_modules(archive, k_machine_disk_modules, read_modules(kind.kernel, {"virtio_blk"}));
    add_modules(archive, k_machine_network_modules, read_modules(kind.kernel, {"virtio_net"}));
    made.bytes = archive.finish();
    return made;
}

} // namespace retouch::guest
