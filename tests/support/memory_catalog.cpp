#include "support/memory_catalog.hpp"

#include "catalog/file_name_lock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace retouch::test {

class MemoryCatalog::MemoryStage : public Stage {
  public:
    MemoryStage(MemoryCatalog &catalog, std::string id, std::string bytes)
        : catalog_(catalog), id_(std::move(id)), bytes_(std::move(bytes)) {
        catalog_.stages_.insert(id_);
    }

    ~MemoryStage() override {
        if (!kept_)
            catalog_.stages_.erase(id_);
    }

    [[nodiscard]] const std::string &id() const override { return id_; }

    [[nodiscard]] Disk disk() const override {
        return {DiskFile{"raw", "/memory/" + id_}, disk_bytes_, false};
    }

    void grow(std::int64_t bytes) override {
        catalog_.change("grow");
        disk_bytes_ = bytes;
    }

    SealedImage seal(const WorkProgress &) override {
        catalog_.change("seal");
        return {static_cast<std::int64_t>(bytes_.size()), disk_bytes_, "sha512-used",
                "sealed-" + id_};
    }

    [[nodiscard]] std::unique_ptr<ByteReader> reader() const override { return nullptr; }

    void publish() override {
        catalog_.change("publish");
        catalog_.bytes_[id_] = bytes_;
    }

    std::string keep(const std::string &) override {
        catalog_.change("keep");
        catalog_.kept_[id_] = bytes_;
        kept_ = true;
        return "proof of " + bytes_;
    }

    [[nodiscard]] std::string location() const override { return "memory:" + id_; }

  private:
    MemoryCatalog &catalog_;
    std::string id_;
    std::string bytes_;
    std::int64_t disk_bytes_ = 1024;
    bool kept_ = false;
};

class MemoryCatalog::MemoryLock : public NameLock {
  public:
    MemoryLock(const std::filesystem::path &directory, const std::string &name,
               const std::string &run, int lost_at, Lapse lapse, std::string domain)
        : lock_(directory, name, run, std::move(domain)),
          countdown_(lost_at),
          lapse_(std::move(lapse)) {}

    [[nodiscard]] std::string domain() const override { return lock_.domain(); }

    [[nodiscard]] Held require_held() override {
        if (lapse_.at > 0 && --lapse_.at == 0) {
            lapse_.meanwhile();
            return Held::taken_anew;
        }
        if (countdown_ > 0 && --countdown_ == 0)
            throw Error(ErrorKind::temporary, "the lock was lost");
        return Held::throughout;
    }

  private:
    catalog::FileNameLock lock_;
    int countdown_;
    Lapse lapse_;
};

void MemoryCatalog::put(Image image) {
    bytes_[image.id] = "bytes of " + image.id;
    if (image.updated_at.empty())
        image.updated_at = image.created_at;
    records_.push_back(std::move(image));
    std::ranges::stable_sort(records_, {}, &Image::created_at);
}

std::vector<Image> MemoryCatalog::images() const {
    std::vector<Image> seen = records_;
    std::erase_if(seen, [&](const Image &image) {
        const bool is_others = !project_.empty() && image.owner != project_;
        return unseen_.contains(image.id) || (is_others && image.visibility != "public");
    });
    return seen;
}

std::vector<Image> MemoryCatalog::images_where(const ImageQuery &query) const {
    std::vector<Image> seen = records_;
    std::erase_if(seen, [&](const Image &image) {
        return unseen_.contains(image.id) || !query.matches(image);
    });
    return seen;
}

std::optional<Image> MemoryCatalog::find(const std::string &id) const {
    if (unseen_.contains(id))
        return std::nullopt;
    const auto found = std::ranges::find(records_, id, &Image::id);
    return found == records_.end() ? std::nullopt : std::optional(*found);
}

Disk MemoryCatalog::disk(const Image &image) const {
    return {DiskFile{"raw", "/memory/" + image.id}, 1024, true};
}

std::unique_ptr<NameLock> MemoryCatalog::lock(const std::string &name, const std::string &run) {
    return std::make_unique<MemoryLock>(directory_.path(), name, run, lose_lock_at_, lapse_,
                                        domain_);
}

void MemoryCatalog::reserve(const Image &draft, const ImageChange &, std::span<const ImageChange>,
                            const PublishWay &) {
    if (way_.method == PublishMethod::local)
        return;
    change("reserve");
    Image copy = draft;
    copy.created_at = copy.updated_at = now();
    records_.push_back(std::move(copy));
}

std::vector<std::string> MemoryCatalog::attach(const Image &image, Stage &stage, const PublishWay &,
                                               const WorkProgress &) {
    stage.publish();
    change("attach");
    Image copy = image;
    copy.created_at = copy.updated_at = now();
    if (Image *reserved = record(image.id))
        *reserved = std::move(copy);
    else
        records_.push_back(std::move(copy));
    return {};
}

void MemoryCatalog::apply(const ImageChange &wanted) {
    change("apply");
    change_record(wanted);
}

std::vector<LeftToDo> MemoryCatalog::hand_over(const ImageChange &first,
                                               std::span<const ImageChange> aside) {
    change("hand over");
    const std::optional<bool> lost = std::exchange(lost_answer_, std::nullopt);
    if (lost.value_or(true))
        change_record(first);
    if (lost)
        throw Error(ErrorKind::unavailable, "the answer was lost");
    std::vector<LeftToDo> left;
    for (const ImageChange &wanted : aside) {
        if (aside_reason_.empty())
            change_record(wanted);
        else
            left.push_back({wanted.id, "still has its name: " + aside_reason_});
    }
    return left;
}

void MemoryCatalog::change_record(const ImageChange &wanted) {
    if (record(wanted.id) == nullptr)
        throw Error(ErrorKind::failed, "no image " + wanted.id);
    Image &image = *record(wanted.id);
    image.name = wanted.name.value_or(image.name);
    image.status = wanted.status.value_or(image.status);
    image.visibility = wanted.visibility.value_or(image.visibility);
    image.hidden = wanted.hidden.value_or(image.hidden);
    image.is_protected = wanted.is_protected.value_or(image.is_protected);
    image.min_disk_gib = wanted.min_disk_gib.value_or(image.min_disk_gib);
    image.min_ram_mib = wanted.min_ram_mib.value_or(image.min_ram_mib);
    image.tags = wanted.tags.value_or(image.tags);
    for (const auto &[name, value] : wanted.properties) {
        if (value)
            image.properties[name] = *value;
        else
            image.properties.erase(name);
    }
    image.updated_at = now();
}

void MemoryCatalog::remove(const std::string &id) {
    // Also ImageStore::remove: the bytes of an unfinished stage have no record.
    std::erase_if(records_, [&](const Image &image) { return image.id == id; });
    bytes_.erase(id);
}

std::unique_ptr<Stage> MemoryCatalog::stage(const Image &source, const std::string &new_id,
                                            LineagePolicy) {
    change("stage");
    return std::make_unique<MemoryStage>(*this, new_id, bytes_.at(source.id) + " changed");
}

std::unique_ptr<Stage> MemoryCatalog::adopt(const Image &, const KeptStage &kept,
                                            const std::string &new_id, LineagePolicy) {
    const auto found = kept_.find(kept.id);
    if (found == kept_.end() || "proof of " + found->second != kept.proof)
        throw Error(ErrorKind::stale, "the kept bytes are gone or changed");
    change("adopt");
    auto stage = std::make_unique<MemoryStage>(*this, new_id, found->second);
    discard(kept.id);
    return stage;
}

void MemoryCatalog::discard(const std::string &kept_id) {
    if (kept_.erase(kept_id) > 0)
        stages_.erase(kept_id);
}

std::vector<std::string> MemoryCatalog::detach(const Image &image, const WorkProgress &) {
    change("detach");
    detached_.insert(image.id);
    return {};
}

void MemoryCatalog::change(const char *what) {
    ++changes_;
    if (countdown_ > 0 && --countdown_ == 0)
        throw Error(ErrorKind::failed, fmt::format("injected fault in {}", what));
}

std::string MemoryCatalog::now() {
    return fmt::format("2030-01-01T00:00:00.{:06}Z", ++clock_);
}

Image *MemoryCatalog::record(const std::string &id) {
    const auto found = std::ranges::find(records_, id, &Image::id);
    return found == records_.end() ? nullptr : &*found;
}

} // namespace retouch::test
