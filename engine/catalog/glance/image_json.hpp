#pragma once
// Image JSON: records as Glance writes them and as it wants them, both ways. Pure functions; what
// the server sent is untrusted: texts of a wrong type count as absent, wrong amounts and ids are
// refused.

#include "retouch/image.hpp"
#include "retouch/json.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::catalog {

/// A record and what Glance adds to it that is nothing of ours.
struct GlanceImage {
    Image image;
    bool shows_locations = false;  ///< it has the key `locations`, whatever is in it
    bool shows_direct_url = false; ///< likewise `direct_url`
    std::vector<std::string> stores;
    std::map<std::string, std::string> internals; ///< os_glance_*

    bool operator==(const GlanceImage &) const = default;
};

/// One record. Image::locations are those of `locations`, else the one of `direct_url`.
/// Image::virtual_size_bytes of a raw image is its size when Glance does not know it. Unknown
/// values are ignored. Throws Error: unavailable when it is no record: no object, without an id
/// that can be part of an address, or with an amount that is none.
[[nodiscard]] GlanceImage image_from_json(const Json &record);

/// The body that creates `draft`; size, checksums, locations, status, times and names that Glance
/// refuses are left out. `owner`: empty: our own project.
[[nodiscard]] Json image_to_json(const Image &draft, const std::string &owner);

/// True for names of the image schema and Glance's own (os_glance_*), which are no properties.
[[nodiscard]] bool is_reserved_property(std::string_view name);

/// Changes of one record, all made or none: a JSON patch, in order.
class ImagePatch {
  public:
    /// Gives a property or field this value, whether it exists or not.
    void set(std::string_view name, Json value);

    /// Removes a property, which must exist.
    void unset(std::string_view name);

    /// Points a queued record at its bytes, which makes it active. Formats must be set by then.
    void add_location(const std::string &url);

    [[nodiscard]] bool empty() const { return operations_.empty(); }

    [[nodiscard]] const Json &operations() const { return operations_; }

  private:
    Json operations_ = Json::array();
};

} // namespace retouch::catalog
