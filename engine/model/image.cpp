// Image: questions a record can answer about itself.
// Changing records is the catalog's business.
// No algorithm is computed here; the checksums were recorded when the bytes were sealed.

#include "retouch/image.hpp"

namespace retouch {

std::string Image::digest() const {
    if (checksums.empty())
        return "image:" + id;
    auto best = checksums.begin();
    for (auto it = checksums.begin(); it != checksums.end(); ++it)
        if (it->first.starts_with("sha512"))
            best = it;
    return best->first + ':' + best->second;
}

bool Image::has_digest(const std::string &digest) const {
    if (digest == "image:" + id)
        return true;
    const std::size_t colon = digest.find(':');
    const auto found = checksums.find(digest.substr(0, colon));
    return found != checksums.end() && colon != std::string::npos &&
           digest.substr(colon + 1) == found->second;
}

std::optional<std::string> Image::property(const std::string &property_name) const {
    const auto found = properties.find(property_name);
    return found == properties.end() ? std::nullopt : std::optional(found->second);
}

bool Image::unfinished() const {
    return status == "queued" || properties.contains(lineage::k_unfinished);
}

bool Image::awaits_detaching() const {
    const auto value = property(lineage::k_detach);
    return value == lineage::k_pending || value == lineage::k_pending_protected;
}

bool Image::stays_protected() const {
    return is_protected && property(lineage::k_detach) != lineage::k_pending_protected;
}

bool ImageChange::empty() const {
    return !name && !status && !visibility && !hidden && !is_protected && !min_disk_gib &&
           !min_ram_mib && !tags && !members && properties.empty();
}

} // namespace retouch
