// Into a cloud a file goes as a new version of an image does: under the lock of its name, noted in
// a journal before anything is made, and hidden until all of it is there.

#include "apply/import_file.hpp"

#include "apply/journal.hpp"
#include "apply/phases.hpp"
#include "base/file.hpp"
#include "base/interrupt.hpp"
#include "base/uuid.hpp"
#include "catalog/glance/glance_store.hpp"
#include "catalog/local.hpp"
#include "model/run_mark.hpp"

#include <utility>

namespace retouch::apply {

namespace {

const PublishWay k_upload = {PublishMethod::upload, "a file is imported"};

/// What the run has begun is taken back unless it ends well.
class Import {
  public:
    Import(Catalog &catalog, catalog::GlanceStore &store, Image record, EventSink &events)
        : catalog_(catalog),
          store_(store),
          record_(std::move(record)),
          stays_hidden_(record_.hidden),
          events_(events),
          lock_(catalog.lock(record_.name, run_)),
          journal_(catalog.state_directory(), run_, catalog.project(),
                   {{"recipe", ""}, {"name", record_.name}}) {
        report_.name = record_.name;
        record_.status = "queued";
        record_.visibility = "private";
        record_.hidden = true;
        record_.owner = catalog.project();
        record_.properties[lineage::k_unfinished] =
            model::to_text({run_, lock_->domain(), record_.owner});
    }

    Image run(int fd, const std::filesystem::path &file) {
        journal_.add(journal_entry::k_stage, {{"id", record_.id}, {"owner", record_.owner}});
        try {
            send(*receive(fd, file));
            show();
        } catch (...) {
            take_back();
            throw;
        }
        return catalog_.find(record_.id).value();
    }

  private:
    std::unique_ptr<Stage> receive(int fd, const std::filesystem::path &file) {
        const Phase phase(PhaseKind::convert, report_, events_);
        auto stage = store_.receive(fd, file, record_.id);
        const SealedImage sealed = stage->seal({});
        record_.disk_format = stage->disk().format();
        record_.size = sealed.size;
        record_.virtual_size_bytes = sealed.virtual_size_bytes;
        return stage;
    }

    void send(Stage &stage) {
        ImageChange wanted;
        wanted.id = record_.id;
        wanted.visibility = record_.visibility;
        {
            const Phase phase(PhaseKind::reserve, report_, events_);
            catalog_.reserve(record_, wanted, {}, k_upload);
        }
        const Phase phase(PhaseKind::upload, report_, events_);
        for (const std::string &note : catalog_.attach(
                 record_, stage, k_upload, tell_progress(PhaseKind::upload, report_, events_)))
            events_.on({EventKind::notice, "", note, Json::object()});
    }

    void show() {
        base::check_interrupt();
        const base::InterruptShield shield;
        static_cast<void>(lock_->require_held());
        ImageChange change;
        change.id = record_.id;
        change.hidden = stays_hidden_;
        change.properties[lineage::k_unfinished] = std::nullopt;
        journal_.add(journal_entry::k_hand_over, {{"id", record_.id}});
        static_cast<void>(catalog_.hand_over(change, {}));
    }

    void take_back() noexcept {
        if (base::interrupt_due())
            store_.hurry();
        const base::InterruptShield shield;
        try {
            const auto record = catalog_.find(record_.id);
            if (!record || record->unfinished())
                catalog_.remove(record_.id);
        } catch (const std::exception &) {
            journal_.leave_open(); // the next run does it
        }
    }

    Catalog &catalog_;
    catalog::GlanceStore &store_;
    Image record_;
    bool stays_hidden_;
    EventSink &events_;
    std::string run_ = base::random_uuid();
    std::unique_ptr<NameLock> lock_;
    Journal journal_;
    TargetReport report_{};
};

} // namespace

Image import_file(Catalog &catalog, const std::filesystem::path &file, Image record,
                  EventSink &events) {
    auto *const store = dynamic_cast<catalog::GlanceStore *>(&catalog.store());
    if (store == nullptr)
        return catalog::import_image(catalog, file, std::move(record));
    const base::UniqueFd bytes = base::open_regular_file(file);
    return Import(catalog, *store, std::move(record), events).run(bytes.get(), file);
}

} // namespace retouch::apply
