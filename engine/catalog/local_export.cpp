// Copying an image out: its very bytes with their holes, or the same disk in another format.

#include "base/file.hpp"
#include "base/working_directory.hpp"
#include "catalog/local.hpp"
#include "store/new_file.hpp"
#include "store/sparse_copy.hpp"

#include <cerrno>
#include <fmt/format.h>

namespace retouch::catalog {

namespace {

/// The service keeps the bytes as they are in the cluster: raw.
Error in_ceph(const Image &image, const std::string &format) {
    const std::string fetch =
        format == "raw"
            ? fmt::format("fetch it with: openstack image save --file FILE {}", image.id)
            : fmt::format("fetch it with: openstack image save --file NEW.raw {0}\n"
                          "and convert it: qemu-img convert -f raw -O {1} NEW.raw FILE",
                          image.id, format);
    return {ErrorKind::refused,
            fmt::format("image {} is in a Ceph cluster, not in a file", image.id), fetch};
}

} // namespace

void export_image(const CatalogView &catalog, const Image &image, const std::filesystem::path &file,
                  const store::FileFormat &format) {
    constexpr int k_mode = 0600;
    const std::filesystem::path path = base::absolute_path(file);
    const std::optional<DiskFile> from = catalog.disk(image).file();
    if (!from)
        throw in_ceph(image, format.name);
    const base::UniqueFd bytes = base::open_regular_file(from->path);
    store::refuse_taken(path);
    if (!std::filesystem::exists(path.parent_path()))
        throw base::system_error("create", path, ENOENT);
    const auto part = path.parent_path() / fmt::format(".{}.part", path.filename().string());
    store::remove_abandoned(part); // of an export that was killed
    auto copy = store::NewFile::locked(part, k_mode);
    if (format.name == from->format && format.compression == Compression::none)
        store::copy_sparse(bytes.get(), from->path, copy);
    else
        store::convert_image(from->path, from->format, copy, format);
    copy.sync();
    copy.move_to(path); // from now on it is whole
    copy.keep();
}

} // namespace retouch::catalog
