// Moving image files into and out of the local catalog.
// A file from outside is looked at before and after it is copied; its bytes become an image the way
// a stage does. What goes out is a plain copy with its holes.

#include "base/file.hpp"
#include "base/name_rule.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "base/working_directory.hpp"
#include "catalog/local_catalog.hpp"
#include "catalog/record_rules.hpp"
#include "store/new_file.hpp"
#include "store/sparse_copy.hpp"

#include <fmt/format.h>

namespace retouch {

namespace {

constexpr std::string_view k_own_properties = "retouch_";

LocalCatalog &local(Catalog &catalog) {
    auto *found = dynamic_cast<LocalCatalog *>(&catalog);
    if (found == nullptr)
        throw Error(ErrorKind::refused,
                    fmt::format("files can be imported into local catalogs only, and '{}' is none",
                                escape(catalog.name())),
                    "bring it into a cloud with: openstack image create --file FILE NAME");
    return *found;
}

/// Names are chosen here, not taken over from a catalog that allows more.
void refuse_no_name(const std::string &what, const std::string &name) {
    if (const auto why = why_no_name(name))
        throw Error(ErrorKind::invalid, fmt::format("{} {}, found '{}'", what, *why, escape(name)));
}

void refuse_own_properties(const std::map<std::string, std::string> &properties) {
    for (const auto &[name, value] : properties)
        if (name.starts_with(k_own_properties))
            throw Error(ErrorKind::invalid,
                        fmt::format("the property '{}' cannot be given: names that start with "
                                    "retouch_ are written by retouch itself",
                                    escape(name)),
                        "leave it out, or name it otherwise");
}

} // namespace

Image import_image(Catalog &catalog, const std::filesystem::path &file, const std::string &name,
                   const std::map<std::string, std::string> &properties) {
    LocalCatalog &target = local(catalog);
    refuse_own_properties(properties);
    Image image;
    image.id = random_uuid();
    image.name = name;
    image.properties = properties;
    check_record(image);
    refuse_no_name("the image's name", name);
    for (const auto &[property, value] : properties)
        refuse_no_name("the name of a property", property);
    const UniqueFd bytes = open_regular_file(file);
    const auto stage = target.store().receive(bytes.get(), file, image.id);
    const SealedImage sealed = stage->seal({});
    image.disk_format = stage->disk().format;
    image.size = sealed.size;
    image.virtual_size = sealed.virtual_size;
    image.checksums[sealed.checksum_algorithm] = sealed.checksum;
    target.adopt(image, *stage);
    return target.find(image.id).value();
}

void export_image(const CatalogView &catalog, const Image &image,
                  const std::filesystem::path &file) {
    constexpr int k_mode = 0600;
    const std::filesystem::path path = absolute_path(file);
    const Disk disk = catalog.disk(image);
    if (disk.rbd)
        throw Error(ErrorKind::refused,
                    fmt::format("image {} lies in a Ceph cluster, not in a file", image.id),
                    fmt::format("fetch it with: openstack image save --file FILE {}", image.id));
    const UniqueFd bytes = open_regular_file(disk.path);
    NewFile copy(path, k_mode);
    copy_sparse(bytes.get(), disk.path, copy);
    copy.sync();
    sync_directory(path.parent_path());
    copy.keep();
}

} // namespace retouch
