// What a record must be like so that its bytes in Ceph can be the source of a new image.
// It looks at the record alone; each refusal says what to do instead.

#include "store/rbd/rbd_store.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <string_view>

namespace retouch::store {

namespace {

Error refusal(const Image &image, std::string_view why, std::string hint) {
    return {ErrorKind::refused,
            fmt::format("image '{}' ({}) cannot be a source: {}", base::escape(image.name),
                        base::escape(image.id), why),
            std::move(hint)};
}

bool is_volume_backed(const Image &image) {
    return image.size == 0 && (image.property("block_device_mapping") || image.property("bdm_v2") ||
                               image.property("root_device_name"));
}

bool is_encrypted(const Image &image) {
    for (const auto &[name, value] : image.properties)
        if (name == "cinder_encryption_key_id" || name == "hw_ephemeral_encryption_secret_uuid" ||
            name.starts_with("os_encrypt_") || name.starts_with("os_decrypt_"))
            return true;
    return false;
}

} // namespace

void require_usable_source(const Image &image) {
    if (is_volume_backed(image))
        throw refusal(
            image,
            "it is a snapshot of a server that boots from a volume, and has no bytes of its own",
            "make an image of the volume: openstack image create --volume VOLUME NAME");
    if (image.status != "active")
        throw refusal(image,
                      fmt::format("its status is {}, not active", base::escape(image.status)),
                      image.status == "deactivated"
                          ? fmt::format("reactivate it: openstack image set --activate {}",
                                        base::escape(image.id))
                          : "wait until it is uploaded");
    if (is_encrypted(image))
        throw refusal(image, "it is encrypted",
                      "decrypt it into an image of its own and use that as the source");
    if (image.disk_format != "raw")
        throw refusal(
            image,
            fmt::format("its disk format is {}; in Ceph only raw images can be cloned",
                        base::escape(image.disk_format)),
            "convert it with 'qemu-img convert -O raw' and upload the result as a new image");
}

} // namespace retouch::store
