// ImageApi: paths, bodies and expected statuses of each call. Everything unexpected becomes an
// error in one place, call().

#include "catalog/glance/image_api.hpp"

#include "base/clock.hpp"
#include "base/text.hpp"
#include "catalog/glance/answer.hpp"
#include "catalog/glance/list_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace retouch::catalog {

namespace {

constexpr std::size_t k_page_bound = std::size_t{16} * 1024 * 1024; ///< of a thousand records
constexpr std::size_t k_list_bound = std::size_t{128} * 1024 * 1024;
constexpr double k_list_seconds = 600;
constexpr std::size_t k_longest_next = 4096;
constexpr std::size_t k_most_images = 100'000;
constexpr int k_most_pages = 1000; ///< a service may give fewer records at a time than asked for
constexpr const char *k_patch_type = "application/openstack-images-v2.1-json-patch";
constexpr std::chrono::seconds k_transfer_patience{600}; ///< stores may be slow to finish
constexpr std::uint64_t k_slowest_transfer = std::uint64_t{256} * 1024; ///< bytes in a second

std::string image_path(const std::string &id, std::string_view more = {}) {
    return fmt::format("/v2/images/{}{}", url_encode(id), more);
}

std::string member_path(const std::string &id, const std::string &project) {
    return image_path(id, "/members/" + url_encode(project));
}

HttpRequest json_request(std::string doing, std::string method, std::string path,
                         const Json &body) {
    HttpRequest request;
    request.doing = std::move(doing);
    request.method = std::move(method);
    request.url = std::move(path);
    request.headers = {{"Content-Type", "application/json"}};
    request.body = body.dump();
    return request;
}

HttpRequest plain_request(std::string doing, std::string method, std::string path) {
    HttpRequest request;
    request.doing = std::move(doing);
    request.method = std::move(method);
    request.url = std::move(path);
    return request;
}

/// What to do about a refusal; `status` is of an answer that came with a token.
std::string hint_for(int status, Session &session) {
    if (status == 401)
        return fmt::format(
            "a new token did not help; is the image service of cloud '{}' set up for "
            "its Keystone?",
            base::escape(session.cloud().name));
    if (status == 403)
        return session.roles().empty()
                   ? "the cloud's rules forbid it"
                   : fmt::format(
                         "'{}' has the roles {}; an administrator of the cloud can allow it",
                         base::escape(session.user_name()), shown_names(session.roles()));
    if (status == 404 || status == 410)
        return "somebody may have removed it; look again with: retouch images";
    if (status == 409)
        return "somebody may have changed it; look again with: retouch images";
    if (status == 413)
        return "a quota of the project or a limit of the service is reached: remove images that "
               "are not needed any more, or properties and tags where one image has too many, or "
               "ask an administrator of the cloud to raise it";
    if (status == 429 || status == 502 || status == 503 || status == 504)
        return "try again later";
    if (status >= 500)
        return "the log of the image service knows more, under this request";
    if (status < 400)
        return "is this the address of the image service?";
    return "";
}

/// "v2.15", given as CURRENT or SUPPORTED; nullopt for what else there is.
std::optional<ApiVersion> version_of(const Json &entry) {
    const std::string status = text_at(entry, "status");
    const std::string text = text_at(entry, "id");
    if ((status != "CURRENT" && status != "SUPPORTED") || !text.starts_with('v'))
        return std::nullopt;
    ApiVersion version;
    const char *end = text.data() + text.size();
    const auto major = std::from_chars(text.data() + 1, end, version.major);
    if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.')
        return std::nullopt;
    const auto minor = std::from_chars(major.ptr + 1, end, version.minor);
    if (minor.ec != std::errc() || minor.ptr != end)
        return std::nullopt;
    return version;
}

/// An hour, and what a slow line takes for so many bytes.
std::chrono::seconds transfer_limit(std::uint64_t size) {
    return std::chrono::seconds(3600 + size / k_slowest_transfer);
}

} // namespace

HttpResponse ImageApi::call(HttpRequest request, std::span<const int> expected) const {
    const std::string doing = request.doing;
    HttpResponse response = session_.request(std::move(request));
    if (std::ranges::find(expected, response.status) == expected.end())
        throw refusal(response, doing, hint_for(response.status, session_), session_.secrets());
    return response;
}

Json ImageApi::read(const HttpResponse &response, const std::string &doing) const {
    return answer_json(response, doing, session_.secrets());
}

GlanceImage ImageApi::read_record(const HttpResponse &response, const std::string &doing,
                                  const std::string &id) const {
    GlanceImage found = image_from_json(read(response, doing));
    if (found.image.id != id)
        throw strange_answer(doing);
    return found;
}

std::vector<ApiVersion> ImageApi::versions() const {
    const std::string doing = "ask for the versions of the image service";
    const HttpResponse response =
        call(plain_request(doing, "GET", "/versions"), std::array{200, 300});
    std::vector<ApiVersion> versions;
    const Json answer = read(response, doing);
    const Json &list = part_at(answer, "versions");
    for (const Json &entry : list)
        if (const auto version = version_of(entry))
            versions.push_back(*version);
    if (versions.empty())
        throw strange_answer(doing);
    std::ranges::sort(versions, std::greater<>());
    return versions;
}

std::vector<GlanceImage> ImageApi::list(const ImageQuery &query) const {
    std::vector<GlanceImage> images;
    for (const std::string &path : list_requests(query))
        list_into(images, path);
    // What was hidden in between came twice; the later state counts.
    std::unordered_map<std::string, std::size_t> last;
    for (std::size_t i = 0; i < images.size(); ++i)
        last[images[i].image.id] = i;
    std::vector<GlanceImage> unique;
    unique.reserve(last.size());
    for (std::size_t i = 0; i < images.size(); ++i)
        if (last[images[i].image.id] == i)
            unique.push_back(std::move(images[i]));
    std::ranges::sort(unique, {}, [](const GlanceImage &found) {
        return std::tie(found.image.created_at, found.image.id);
    });
    return unique;
}

void ImageApi::list_into(std::vector<GlanceImage> &images, const std::string &path) const {
    const std::string doing = "list the images";
    const auto endless = [&](const std::string &what) {
        return ApiError(ErrorKind::unavailable, fmt::format("cannot {}: {}", doing, what),
                        "is this the address of the right service?", {});
    };
    const base::Stopwatch stopwatch;
    std::unordered_set<std::string> seen;
    std::size_t bytes = 0;
    std::string next = path;
    for (int page = 0; page < k_most_pages; ++page) {
        HttpRequest request = plain_request(doing, "GET", next);
        request.bound = k_page_bound;
        const HttpResponse response = call(std::move(request), std::array{200});
        bytes += response.body.size();
        if (bytes > k_list_bound)
            throw endless(
                fmt::format("the list is longer than {}", base::format_bytes(k_list_bound)));
        const Json answer = read(response, doing);
        const Json &records = part_at(answer, "images");
        if (!records.is_array())
            throw strange_answer(doing);
        const std::size_t before = seen.size();
        for (const Json &record : records)
            seen.insert(images.emplace_back(image_from_json(record)).image.id);
        next = text_at(answer, "next");
        if (next.empty() || records.empty())
            return;
        // What goes in circles brings nothing new.
        if (!next.starts_with("/v2/images?") || next.size() > k_longest_next ||
            seen.size() == before)
            throw strange_answer(doing);
        if (seen.size() > k_most_images)
            throw endless(fmt::format("there are more than {}", k_most_images));
        if (stopwatch.seconds() > k_list_seconds)
            throw endless("the list does not end");
    }
    throw endless("the list does not end");
}

std::optional<GlanceImage> ImageApi::latest(const std::string &name,
                                            const std::string &owner) const {
    const std::string doing = fmt::format("look for images called '{}'", base::escape(name));
    const std::string path = fmt::format(
        "/v2/images?limit=1&visibility=all&os_hidden=false&sort_key=updated_at&sort_dir=desc{}{}",
        filter_by_name(name), owner.empty() ? std::string() : "&owner=" + url_encode(owner));
    const Json answer = read(call(plain_request(doing, "GET", path), std::array{200}), doing);
    const Json &records = part_at(answer, "images");
    if (!records.is_array())
        throw strange_answer(doing);
    if (records.empty())
        return std::nullopt;
    return image_from_json(records.front());
}

std::optional<GlanceImage> ImageApi::find(const std::string &id) const {
    const std::string doing = fmt::format("look at image {}", base::escape(id));
    const HttpResponse response =
        call(plain_request(doing, "GET", image_path(id)), std::array{200, 404});
    if (response.status != 404)
        return read_record(response, doing, id);
    // What stands in front of the service says so, too, and of images that are there.
    const Json answer = Json::parse(response.body, nullptr, false);
    if (!answer.is_object() || !text_at(answer, "code").starts_with("404"))
        throw strange_answer(doing);
    return std::nullopt;
}

GlanceImage ImageApi::create(const Image &draft, const std::string &owner) const {
    const std::string doing =
        fmt::format("create the record {} ({})", base::escape(draft.id), base::escape(draft.name));
    const HttpResponse response = call(
        json_request(doing, "POST", "/v2/images", image_to_json(draft, owner)), std::array{201});
    return image_from_json(read(response, doing));
}

GlanceImage ImageApi::patch(const std::string &id, const ImagePatch &changes) const {
    const std::string doing = fmt::format("change image {}", base::escape(id));
    HttpRequest request = json_request(doing, "PATCH", image_path(id), changes.operations());
    request.headers = {{"Content-Type", k_patch_type}};
    const HttpResponse response = call(std::move(request), std::array{200});
    return read_record(response, doing, id);
}

void ImageApi::remove(const std::string &id) const {
    const std::string doing = fmt::format("delete image {}", base::escape(id));
    const HttpResponse response = session_.request(plain_request(doing, "DELETE", image_path(id)));
    const int status = response.status;
    if (status == 204 || status == 200 || status == 404 || status == 410)
        return;
    ApiError error = refusal(response, doing, hint_for(status, session_), session_.secrets());
    const bool is_protected = status == 403 && error.said().find("protected") != std::string::npos;
    if (!is_protected && status != 409)
        throw ApiError(std::move(error));
    throw ApiError(ErrorKind::refused, error.what(),
                   is_protected ? "take the protection off first if it must go"
                                : "something is made from it still; it can go when that is gone",
                   {.status = status, .request_id = error.request_id(), .said = error.said()});
}

void ImageApi::deactivate(const std::string &id) const {
    action(id, "deactivate");
}

void ImageApi::reactivate(const std::string &id) const {
    action(id, "reactivate");
}

void ImageApi::action(const std::string &id, const std::string &verb) const {
    call(plain_request(fmt::format("{} image {}", verb, base::escape(id)), "POST",
                       image_path(id, "/actions/" + verb)),
         std::array{204});
}

void ImageApi::add_location(const std::string &id, const std::string &url) const {
    call(json_request(fmt::format("tell the image service where image {} is", base::escape(id)),
                      "POST", image_path(id, "/locations"), Json{{"url", url}}),
         std::array{202, 200});
}

void ImageApi::upload(const std::string &id, ByteReader &source, const WorkProgress &progress,
                      const std::string &store, const std::function<void()> &watch) const {
    HttpRequest request = plain_request(fmt::format("upload image {}", base::escape(id)), "PUT",
                                        image_path(id, "/file"));
    request.headers = {{"Content-Type", "application/octet-stream"}};
    if (!store.empty())
        request.headers.emplace_back("X-Image-Meta-Store", store);
    request.source = &source;
    request.progress = progress;
    request.watch = watch;
    request.time_limit = k_transfer_patience;
    request.transfer_limit = transfer_limit(source.size());
    call(std::move(request), std::array{204});
}

void ImageApi::download(const std::string &id, std::uint64_t size,
                        const std::function<void(std::string_view)> &sink,
                        const WorkProgress &progress) const {
    const std::string doing = fmt::format("download image {}", base::escape(id));
    HttpRequest request = plain_request(doing, "GET", image_path(id, "/file"));
    request.sink = [&, got = std::uint64_t{0}](std::string_view bytes) mutable {
        got += bytes.size();
        if (got > size)
            throw ApiError(
                ErrorKind::failed,
                fmt::format("cannot {}: the image service sends more than the {} bytes its record "
                            "promises",
                            doing, size),
                "try again; if it stays so, the image is damaged in the cloud", {.status = 200});
        sink(bytes);
    };
    request.progress = progress;
    request.time_limit = k_transfer_patience;
    request.transfer_limit = transfer_limit(size);
    const HttpResponse response = call(std::move(request), std::array{200, 204});
    if (response.status == 204)
        throw ApiError(ErrorKind::failed,
                       fmt::format("cannot {}: the image service has no bytes of it", doing),
                       "they are gone from the service's store", {.status = 204});
}

std::vector<ImageMember> ImageApi::members(const std::string &id) const {
    const std::string doing = fmt::format("list the members of image {}", base::escape(id));
    const HttpResponse response =
        call(plain_request(doing, "GET", image_path(id, "/members")), std::array{200});
    std::vector<ImageMember> members;
    const Json answer = read(response, doing);
    const Json &list = part_at(answer, "members");
    for (const Json &entry : list)
        if (std::string project = text_at(entry, "member_id"); !project.empty())
            members.push_back({std::move(project), text_at(entry, "status")});
    std::ranges::sort(members, {}, &ImageMember::project);
    return members;
}

void ImageApi::add_member(const std::string &id, const std::string &project) const {
    call(
        json_request(fmt::format("share image {} with {}", base::escape(id), base::escape(project)),
                     "POST", image_path(id, "/members"), Json{{"member", project}}),
        std::array{200, 409});
}

void ImageApi::set_member_status(const std::string &id, const std::string &project,
                                 const std::string &status) const {
    call(json_request(fmt::format("set the share of {} in image {} to {}", base::escape(project),
                                  base::escape(id), base::escape(status)),
                      "PUT", member_path(id, project), Json{{"status", status}}),
         std::array{200});
}

void ImageApi::remove_member(const std::string &id, const std::string &project) const {
    call(plain_request(fmt::format("end the share of {} in image {}", base::escape(project),
                                   base::escape(id)),
                       "DELETE", member_path(id, project)),
         std::array{204, 404});
}

} // namespace retouch::catalog
