// Where the bytes of an image are worked on. Nothing is fetched or connected to before it is asked
// for, so that looking at records costs no more than the records.

#include "catalog/glance/glance_store.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "catalog/glance/download.hpp"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <system_error>

namespace retouch::catalog {

namespace {

namespace fs = std::filesystem;

constexpr const char *k_system_conf = "/etc/ceph/ceph.conf";

/// Ceph is configured here when retouch.yaml, the environment or the system says how.
bool is_configured(const RbdAccess &access) {
    std::error_code failed;
    return !access.conf.empty() || std::getenv("CEPH_CONF") != nullptr ||
           fs::exists(k_system_conf, failed);
}

std::string scheme(const std::string &url) {
    constexpr std::size_t k_longest = 40;
    return base::escape(url.substr(0, std::min(url.find(':'), k_longest)));
}

} // namespace

GlanceStore::GlanceStore(ImageApi &api, RbdAccess access, std::string pool,
                         std::string scratch_pool, fs::path cache)
    : api_(api),
      access_(std::move(access)),
      pool_(std::move(pool)),
      scratch_pool_(std::move(scratch_pool)),
      cache_(std::move(cache)),
      has_rbd_(is_configured(access_)),
      files_(cache_) {}

store::RbdStore &GlanceStore::rbd() const {
    if (!rbd_)
        rbd_ =
            std::make_unique<store::RbdStore>(access_, pool_, store::k_chain_limit, scratch_pool_);
    return *rbd_;
}

std::string GlanceStore::reason_to_download(const Image &image) const {
    if (!image.locations.empty() && std::ranges::none_of(image.locations, store::is_rbd_location))
        return fmt::format("the image is in a store of type {}", scheme(image.locations.front()));
    if (!has_rbd_)
        return "no Ceph cluster is configured on this host";
    store::require_usable_source(image);
    if (!image.locations.empty()) {
        static_cast<void>(rbd().location_of_source(image));
        return {};
    }
    try {
        static_cast<void>(rbd().location_of_source(image));
        return {};
    } catch (const Error &error) {
        if (error.kind() != ErrorKind::refused)
            throw;
        return "the image service does not show where the image is, and it is not in the Ceph "
               "pool configured here";
    }
}

Disk GlanceStore::disk(const Image &image) const {
    if (reason_to_download(image).empty())
        return rbd().disk(image);
    download_image(api_, image, cache_);
    return files_.disk(image);
}

std::unique_ptr<Stage> GlanceStore::stage(const Image &source, const std::string &new_id,
                                          LineagePolicy lineage) {
    if (reason_to_download(source).empty())
        return rbd().stage(source, new_id, lineage);
    download_image(api_, source, cache_);
    return files_.stage(source, new_id, lineage);
}

std::unique_ptr<Stage> GlanceStore::receive(int fd, const fs::path &file,
                                            const std::string &new_id) {
    std::error_code failed;
    fs::create_directories(cache_, failed);
    if (failed)
        throw base::system_error("create", cache_, failed.value());
    return files_.receive(fd, file, new_id, has_rbd_ ? "raw" : "");
}

void GlanceStore::hurry() noexcept {
    api_.session().hurry();
}

std::unique_ptr<Stage> GlanceStore::adopt(const Image &source, const KeptStage &kept,
                                          const std::string &new_id, LineagePolicy lineage) {
    if (reason_to_download(source).empty())
        return rbd().adopt(source, kept, new_id, lineage);
    return files_.adopt(source, kept, new_id, lineage);
}

std::string GlanceStore::stage_place(const Image &source) const {
    return reason_to_download(source).empty() ? rbd().stage_place(source) : std::string();
}

std::string GlanceStore::rehearsal_place(const Image &source) const {
    return reason_to_download(source).empty() ? rbd().rehearsal_place(source) : std::string();
}

void GlanceStore::look_in(const std::string &place) {
    if (has_rbd_)
        rbd().look_in(place);
}

void GlanceStore::discard(const std::string &kept_id) {
    std::error_code failed;
    if (fs::is_directory(cache_, failed))
        files_.discard(kept_id);
    if (has_rbd_)
        rbd().discard(kept_id);
}

std::unique_ptr<Stage> GlanceStore::rehearsal_stage(const Image &source,
                                                    const std::string &new_id) {
    if (reason_to_download(source).empty())
        return rbd().rehearsal_stage(source, new_id);
    download_image(api_, source, cache_);
    return files_.rehearsal_stage(source, new_id);
}

void GlanceStore::remove(const std::string &id) {
    std::error_code failed;
    if (fs::is_directory(cache_, failed))
        files_.remove(id);
    if (has_rbd_)
        rbd().remove(id);
}

bool GlanceStore::shares_data(const Image &image) const {
    return rbd().shares_data(image);
}

std::vector<std::string> GlanceStore::detach(const Image &image, const WorkProgress &progress) {
    return rbd().detach(image, progress);
}

} // namespace retouch::catalog
