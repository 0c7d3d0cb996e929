#pragma once
// ImageApi: the calls of Glance's Image API v2 that retouch needs, one function each. It decides
// nothing: the order of calls and what follows from a failure are the catalog's business.

#include "catalog/glance/image_json.hpp"
#include "catalog/glance/keystone.hpp"
#include "catalog/http/api_error.hpp"
#include "retouch/image_query.hpp"

#include <compare>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace retouch::catalog {

struct ApiVersion {
    int major = 0;
    int minor = 0;

    bool operator==(const ApiVersion &) const = default;

    std::strong_ordering operator<=>(const ApiVersion &other) const {
        return std::tie(major, minor) <=> std::tie(other.major, other.minor);
    }
};

/// Every function throws ApiError when the service refuses, and when no answer came; what is said
/// here comes on top. `session` must outlive it.
class ImageApi {
  public:
    explicit ImageApi(Session &session) : session_(session) {}

    [[nodiscard]] Session &session() const { return session_; }

    /// What the service speaks, newest first.
    [[nodiscard]] std::vector<ApiVersion> versions() const;

    /// The records we may see that the service says match `query`, oldest first. Costs a request
    /// for each thousand of them, and one for each of hidden and not hidden. Throws ApiError:
    /// unavailable also for a list that goes in circles, or is longer than any cloud's.
    [[nodiscard]] std::vector<GlanceImage> list(const ImageQuery &query) const;

    /// Of the records of the project `owner`, of whomever when it is empty, called `name` and not
    /// hidden, the one changed last. One short request.
    [[nodiscard]] std::optional<GlanceImage> latest(const std::string &name,
                                                    const std::string &owner) const;

    /// nullopt when there is no such id, or none we may see.
    [[nodiscard]] std::optional<GlanceImage> find(const std::string &id) const;

    /// Creates a queued record; see image_to_json(). It may have another id than asked for: see
    /// create_record(). status() is 409 when the id was ever used.
    GlanceImage create(const Image &draft, const std::string &owner = {}) const;

    /// The record afterwards, as the answer shows it.
    GlanceImage patch(const std::string &id, const ImagePatch &changes) const;

    /// Removes record and bytes; fine when there is none. Throws ApiError: refused when it is
    /// protected or in use.
    void remove(const std::string &id) const;

    void deactivate(const std::string &id) const;
    void reactivate(const std::string &id) const;

    /// The add-location call of version 2.17: returns when the service took the order, not when it
    /// is done.
    void add_location(const std::string &id, const std::string &url) const;

    /// Sends all bytes of `source` into a queued record; `store`: empty: the service's default;
    /// `watch` as in HttpRequest.
    void upload(const std::string &id, ByteReader &source, const WorkProgress &progress,
                const std::string &store = {}, const std::function<void()> &watch = {}) const;

    /// Gives the bytes of an active record to `sink`, in order. Throws ApiError when the service
    /// has none, and as soon as it sends more than `size`; it may send less.
    void download(const std::string &id, std::uint64_t size,
                  const std::function<void(std::string_view)> &sink,
                  const WorkProgress &progress) const;

    /// Sorted by project. Requires: the image is shared; else it is refused.
    [[nodiscard]] std::vector<ImageMember> members(const std::string &id) const;

    /// Fine when it is one already.
    void add_member(const std::string &id, const std::string &project) const;

    void set_member_status(const std::string &id, const std::string &project,
                           const std::string &status) const;

    /// Fine when it is none.
    void remove_member(const std::string &id, const std::string &project) const;

  private:
    /// Throws ApiError for any other status.
    HttpResponse call(HttpRequest request, std::span<const int> expected) const;
    [[nodiscard]] Json read(const HttpResponse &response, const std::string &doing) const;

    /// Throws ApiError when it is not the record `id`.
    [[nodiscard]] GlanceImage read_record(const HttpResponse &response, const std::string &doing,
                                          const std::string &id) const;

    void list_into(std::vector<GlanceImage> &images, const std::string &path) const;
    void action(const std::string &id, const std::string &verb) const;

    Session &session_;
};

} // namespace retouch::catalog
