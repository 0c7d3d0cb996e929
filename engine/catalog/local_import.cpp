// Bringing image files into the local catalog.
// A file from outside is looked at before and after it is copied; its bytes become an image the way
// a stage does.

#include "base/file.hpp"
#include "catalog/imported_record.hpp"
#include "catalog/local_catalog.hpp"

namespace retouch::catalog {

Image import_image(Catalog &catalog, const std::filesystem::path &file, const std::string &name,
                   const std::map<std::string, std::string> &properties) {
    return import_image(catalog, file, imported_record(name, properties));
}

Image import_image(Catalog &catalog, const std::filesystem::path &file, Image image) {
    auto &target = dynamic_cast<LocalCatalog &>(catalog);
    const base::UniqueFd bytes = base::open_regular_file(file);
    const auto stage = target.store().receive(bytes.get(), file, image.id);
    const SealedImage sealed = stage->seal({});
    image.disk_format = stage->disk().format();
    image.size = sealed.size;
    image.virtual_size_bytes = sealed.virtual_size_bytes;
    image.checksums[sealed.checksum_algorithm] = sealed.checksum;
    target.adopt(image, *stage);
    return target.find(image.id).value();
}

} // namespace retouch::catalog
