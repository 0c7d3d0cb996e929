// Downloads go to a hidden file beside their place and are moved there when they proved right.
// The hidden name is one FileStore knows, so that what a killed process left is cleared.

#include "catalog/glance/download.hpp"

#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "catalog/glance/sent_bytes.hpp"
#include "store/image_file.hpp"
#include "store/new_file.hpp"
#include "store/sparse_copy.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <system_error>
#include <unistd.h>

namespace retouch::catalog {

namespace {

namespace fs = std::filesystem;

constexpr int k_mode = 0600;

bool is_there(const fs::path &path, const Image &image) {
    std::error_code failed;
    return fs::file_size(path, failed) == static_cast<std::uintmax_t>(image.size) && !failed;
}

Error wrong_bytes(const Image &image, const std::string &what) {
    return {ErrorKind::failed,
            fmt::format("the bytes downloaded of image {} are not those of its record: {}",
                        image.id, what),
            "try again; if it stays so, the image is damaged in the cloud"};
}

void check(const Image &image, const store::NewFile &file, std::uint64_t size,
           const std::string &deviation) {
    if (size != static_cast<std::uint64_t>(image.size))
        throw wrong_bytes(image, fmt::format("{} bytes instead of {}", size, image.size));
    if (!deviation.empty())
        throw wrong_bytes(image, deviation);
    const store::ImageFile kind = store::probe_image(file.fd(), file.path());
    if (kind.format != image.disk_format)
        throw wrong_bytes(image, fmt::format("a {} disk instead of {}", kind.format,
                                             base::escape(image.disk_format)));
}

void require_usable(const Image &image) {
    if (!base::is_uuid(image.id))
        throw Error(ErrorKind::refused,
                    fmt::format("image '{}' has an id that is not a UUID", base::escape(image.id)),
                    "give the image another record in the cloud");
    if (image.disk_format != "raw" && image.disk_format != "qcow2")
        throw Error(ErrorKind::refused,
                    fmt::format("image {} has the disk format '{}'", image.id,
                                base::escape(image.disk_format)),
                    "only raw and qcow2 disks can be changed");
    if (image.size == 0)
        throw Error(ErrorKind::refused,
                    fmt::format("the image service does not say how large image {} is", image.id),
                    "only an image whose size is known can be downloaded");
}

} // namespace

void download_image(const ImageApi &api, const Image &image, const fs::path &directory) {
    require_usable(image);
    const std::string name = fmt::format("{}.{}", image.id, image.disk_format);
    if (is_there(directory / name, image))
        return;
    std::error_code failed;
    fs::create_directories(directory, failed);
    if (failed)
        throw base::system_error("create", directory, failed.value());
    store::require_space(directory, static_cast<std::uint64_t>(image.size));
    store::NewFile file = store::NewFile::locked(directory / (".import-" + name), k_mode);
    const std::optional<Promise> promise = promise_of(image);
    std::optional<base::Digest> digest;
    if (promise)
        digest = digest_for(*promise);
    std::uint64_t size = 0;
    api.download(
        image.id, static_cast<std::uint64_t>(image.size),
        [&](std::string_view bytes) {
            if (digest)
                digest->update(bytes);
            store::write_used(file, size, bytes);
            size += bytes.size();
        },
        [](std::uint64_t, std::uint64_t) { return !base::interrupt_due(); });
    if (ftruncate(file.fd(), static_cast<off_t>(size)) != 0)
        throw base::system_error("write", file.path(), errno);
    check(image, file, size, digest ? deviation(*promise, digest->finish()) : "");
    file.move_to(directory / name);
    file.keep();
}

} // namespace retouch::catalog
