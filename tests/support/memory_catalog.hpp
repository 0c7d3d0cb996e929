#pragma once
// MemoryCatalog: records and bytes in memory, for tests of plan and apply, with a fault on demand
// in the n-th call that would change something. It keeps the contracts of retouch/catalog.hpp and
// retouch/store.hpp; it is no model of any real catalog's limits.

#include "base/run_directory.hpp"
#include "retouch/catalog.hpp"
#include "retouch/error.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace retouch::test {

class MemoryCatalog : public Catalog, private ImageStore {
  public:
    MemoryCatalog() = default;

    /// Adds a record as it is (created_at included) with bytes to match. Not counted as a change.
    void put(Image image);

    /// The `n`-th changing call from now on throws (1 is the next); 0 ends that.
    void fail_at(int n) {
        countdown_ = n;
        changes_ = 0;
    }

    /// What publish_way() answers. With any other than local, records are reserved early and images
    /// are to be detached.
    void set_way(PublishWay way) { way_ = std::move(way); }

    /// From now on hand_over() shows images and puts none aside, for this reason.
    void fail_aside(std::string reason) { aside_reason_ = std::move(reason); }

    /// The next hand_over() is made, or not, and throws: nobody is told which.
    void lose_answer(bool made) { lost_answer_ = made; }

    /// find() and images() do not show that record any more, as when others' credentials are used.
    void hide_from_sight(const std::string &id) { unseen_.insert(id); }

    /// The store knows that no run published that one.
    void refute(const std::string &id) { refuted_.insert(id); }

    [[nodiscard]] bool may_be_published_by_us(const Image &image) const override {
        return !refuted_.contains(image.id);
    }

    /// What project() answers; without one the catalog has no projects.
    void set_project(std::string project) { project_ = std::move(project); }

    [[nodiscard]] std::string project() const override { return project_; }

    [[nodiscard]] bool has_projects() const override { return !project_.empty(); }

    /// What its locks answer.
    void set_domain(std::string domain) { domain_ = std::move(domain); }

    /// The lock handed out next is lost from the `n`-th require_held() on; 0: never.
    void lose_lock_at(int n) { lose_lock_at_ = n; }

    /// It had lapsed when require_held() is asked for the `n`-th time, and `meanwhile` happened.
    void let_lock_lapse_at(int n, std::function<void()> meanwhile) {
        lapse_ = {n, std::move(meanwhile)};
    }

    [[nodiscard]] const std::set<std::string> &detached() const { return detached_; }

    [[nodiscard]] int changes() const { return changes_; }

    [[nodiscard]] const std::map<std::string, std::string> &bytes() const { return bytes_; }

    /// Ids and bytes of kept stages, to be changed behind everybody's back.
    [[nodiscard]] std::map<std::string, std::string> &kept() { return kept_; }

    /// Ids of stages that are neither published nor discarded; kept ones are among them.
    [[nodiscard]] const std::set<std::string> &open_stages() const { return stages_; }

    [[nodiscard]] const std::string &name() const override { return name_; }

    [[nodiscard]] std::vector<Image> images() const override;

    /// As an administrator sees them.
    [[nodiscard]] std::vector<Image> images_where(const ImageQuery &query) const override;

    [[nodiscard]] std::vector<std::string> source_owners() const override { return source_owners_; }

    /// What source_owners() answers.
    void set_source_owners(std::vector<std::string> owners) { source_owners_ = std::move(owners); }

    [[nodiscard]] std::optional<Image> find(const std::string &id) const override;

    [[nodiscard]] Disk disk(const Image &image) const override;

    [[nodiscard]] ImageStore &store() override { return *this; }

    [[nodiscard]] PublishWay publish_way(const Image &) const override { return way_; }

    /// What members() answers of that image.
    void set_members(const std::string &id, std::vector<ImageMember> members) {
        members_[id] = std::move(members);
    }

    void let_accept() { may_accept_ = true; }

    [[nodiscard]] bool may_accept_for_members() const override { return may_accept_; }

    [[nodiscard]] std::vector<ImageMember> members(const std::string &id) const override {
        const auto found = members_.find(id);
        return found == members_.end() ? std::vector<ImageMember>() : found->second;
    }

    [[nodiscard]] std::unique_ptr<NameLock> lock(const std::string &name,
                                                 const std::string &run) override;
    void reserve(const Image &draft, const ImageChange &wanted, std::span<const ImageChange> aside,
                 const PublishWay &way) override;
    [[nodiscard]] std::vector<std::string> attach(const Image &record, Stage &stage,
                                                  const PublishWay &way,
                                                  const WorkProgress &progress) override;
    void apply(const ImageChange &change) override;

    /// All at once, unless fail_aside() was called.
    [[nodiscard]] std::vector<LeftToDo> hand_over(const ImageChange &first,
                                                  std::span<const ImageChange> aside) override;
    void remove(const std::string &id) override;

    [[nodiscard]] std::filesystem::path state_directory() const override {
        return directory_.path();
    }

  private:
    class MemoryStage;
    class MemoryLock;

    [[nodiscard]] std::unique_ptr<Stage> stage(const Image &source, const std::string &new_id,
                                               LineagePolicy lineage) override;
    [[nodiscard]] std::unique_ptr<Stage> adopt(const Image &source, const KeptStage &kept,
                                               const std::string &new_id,
                                               LineagePolicy lineage) override;
    void discard(const std::string &kept_id) override;

    [[nodiscard]] bool shares_data(const Image &image) const override {
        return !detached_.contains(image.id);
    }

    [[nodiscard]] std::vector<std::string> detach(const Image &image,
                                                  const WorkProgress &progress) override;

    /// Counts a changing call and throws when it is the one that shall fail.
    void change(const char *what);
    std::string now();

    struct Lapse {
        int at = 0; ///< 0: never
        std::function<void()> meanwhile;
    };

    Image *record(const std::string &id);
    void change_record(const ImageChange &wanted);

    std::string name_ = "memory";
    std::vector<Image> records_;
    std::map<std::string, std::string> bytes_;
    std::set<std::string> stages_;
    std::map<std::string, std::string> kept_;
    std::set<std::string> detached_;
    std::map<std::string, std::vector<ImageMember>> members_;
    bool may_accept_ = false;
    PublishWay way_;
    int lose_lock_at_ = 0;
    Lapse lapse_;
    std::string aside_reason_;
    std::optional<bool> lost_answer_;
    std::string project_;
    std::vector<std::string> source_owners_;
    std::set<std::string> unseen_;
    std::set<std::string> refuted_;
    std::string domain_;
    base::RunDirectory directory_;
    int countdown_ = 0;
    int changes_ = 0;
    int clock_ = 0;
};

} // namespace retouch::test
