#pragma once
// Progress: shows a run on standard error while it goes on. It decides between a live line and
// plain lines and keeps the clock going; ProgressView decides what is written.

#include "base/clock.hpp"
#include "cli/context.hpp"
#include "cli/progress_view.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace retouch::cli {

class Progress : public EventSink {
  public:
    explicit Progress(Context &context);
    ~Progress() override;
    Progress(const Progress &) = delete;
    Progress &operator=(const Progress &) = delete;

    void on(const Event &event) override;

    /// Leaves standard error clean for something else, until the next event.
    void pause();

  private:
    void keep_ticking();

    Console &console_;
    ProgressView view_;
    base::Stopwatch stopwatch_;
    std::mutex mutex_;
    std::condition_variable ended_;
    bool done_ = false;
    std::thread ticker_; ///< last: it uses all of the above
};

} // namespace retouch::cli
