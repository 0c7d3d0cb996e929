// Progress: one small thread redraws the elapsed time; everything it shares is under one lock.
// Signals are kept away from it, so that they interrupt the thread that does the work.
// It starts with the first event: a command with nothing to show has no second thread.

#include "cli/progress.hpp"

#include <chrono>
#include <csignal>

namespace retouch::cli {

namespace {

ProgressView::Mode mode_for(const Context &context) {
    if (context.global.quiet)
        return ProgressView::Mode::silent;
    return context.console.live() ? ProgressView::Mode::live : ProgressView::Mode::plain;
}

} // namespace

Progress::Progress(Context &context)
    : console_(context.console), view_(mode_for(context), context.console.err_colour()) {}

Progress::~Progress() {
    {
        const std::lock_guard lock(mutex_);
        done_ = true;
        console_.err(view_.pause(stopwatch_.seconds()));
    }
    ended_.notify_all();
    if (ticker_.joinable())
        ticker_.join();
}

void Progress::on(const Event &event) {
    const std::lock_guard lock(mutex_);
    console_.err(view_.on(event, stopwatch_.seconds(), Console::width()));
    if (ticker_.joinable())
        return;
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    ticker_ = std::thread([this] { keep_ticking(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Progress::pause() {
    const std::lock_guard lock(mutex_);
    console_.err(view_.pause(stopwatch_.seconds()));
}

void Progress::keep_ticking() {
    std::unique_lock lock(mutex_);
    while (!ended_.wait_for(lock, std::chrono::seconds(1), [this] { return done_; }))
        console_.err(view_.tick(stopwatch_.seconds(), Console::width()));
}

} // namespace retouch::cli
