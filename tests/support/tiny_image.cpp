// Runs tiny_image.sh. RETOUCH_SOURCE_DIR comes from the build.

#include "support/tiny_image.hpp"

#include "base/process.hpp"

namespace retouch::test {

void make_tiny_image(const std::filesystem::path &path, const std::vector<std::string> &options) {
    base::ProcessSpec spec;
    spec.program = RETOUCH_SOURCE_DIR "/tests/support/tiny_image.sh";
    spec.arguments = options;
    spec.arguments.insert(spec.arguments.begin(), path.string());
    base::run_checked(spec, "make a tiny image");
}

Disk disk_of(const std::filesystem::path &path, bool read_only) {
    Disk disk;
    disk.place = DiskFile{path.extension() == ".qcow2" ? "qcow2" : "raw", path};
    disk.virtual_size_bytes = static_cast<std::int64_t>(std::filesystem::file_size(path));
    disk.read_only = read_only;
    return disk;
}

} // namespace retouch::test
