// One thread starts, watches and reaps the processes: they die with the thread that started them.

#include "cli/rollout.hpp"

#include "base/clock.hpp"
#include "base/exit_code.hpp"
#include "base/file.hpp"
#include "base/interrupt.hpp"
#include "base/path_glob.hpp"
#include "base/process.hpp"
#include "base/uuid.hpp"
#include "base/waiting.hpp"
#include "retouch/error.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <deque>
#include <fmt/format.h>
#include <list>
#include <map>
#include <optional>

namespace retouch::cli {

namespace {

constexpr std::chrono::milliseconds k_look_again{20};
/// An image that is taking over a name, or rolled back, may be some time at it.
constexpr std::chrono::minutes k_time_to_end{10};
constexpr int k_most_tries = 5;
constexpr std::chrono::seconds k_pause{2};
constexpr std::size_t k_largest_report = std::size_t{64} << 20;

class Rollout {
  public:
    Rollout(const Plan &plan, const RolloutOptions &options, const ImageEnded &ended)
        : plan_(plan), options_(options), ended_(ended), reports_(plan.targets.size()) {}

    Report run() {
        const base::Stopwatch stopwatch;
        std::deque<std::size_t> first;
        std::deque<std::size_t> rest;
        for (std::size_t item = 0; item < plan_.targets.size(); ++item)
            if (is_work(plan_.targets[item].action))
                (is_canary(item) ? first : rest).push_back(item);
            else
                end(item, report_of(plan_.targets[item], TargetOutcome::unchanged));
        work_on(std::move(first));
        if (failed_ > 0)
            is_stopped_ = true;
        work_on(std::move(rest));
        Report report;
        report.run = base::random_uuid();
        report.catalog = plan_.catalog;
        for (std::optional<TargetReport> &one : reports_)
            report.targets.push_back(*std::move(one));
        report.seconds = stopwatch.seconds();
        return report;
    }

  private:
    struct ItemAtWork {
        std::size_t item;
        base::ChildProcess process;
    };

    /// One that may go better in a while.
    struct TriedItem {
        std::size_t item;
        std::chrono::steady_clock::time_point due;
        TargetReport report; ///< of the last time
    };

    [[nodiscard]] bool is_canary(std::size_t item) const {
        return std::ranges::any_of(options_.first, [&](const std::string &glob) {
            return base::matches_name(glob, plan_.targets[item].publish.name);
        });
    }

    [[nodiscard]] bool is_over() const {
        return is_stopped_ || base::interrupt_due() ||
               (options_.stop_after > 0 && failed_ >= options_.stop_after);
    }

    void work_on(std::deque<std::size_t> waiting) {
        while (!waiting.empty() || !later_.empty() || !working_.empty()) {
            take_due(waiting);
            while (!waiting.empty() && working_.size() < options_.parallel && !is_over()) {
                start(waiting.front());
                waiting.pop_front();
            }
            if (is_over())
                leave(waiting);
            if (base::interrupt_due())
                stop_all();
            reap();
            if (!working_.empty() || !later_.empty())
                static_cast<void>(base::time_passes(k_look_again));
        }
    }

    /// Those whose time to be tried again has come.
    void take_due(std::deque<std::size_t> &waiting) {
        const auto now = std::chrono::steady_clock::now();
        std::erase_if(later_, [&](const TriedItem &tried) {
            if (tried.due <= now)
                waiting.push_back(tried.item);
            return tried.due <= now;
        });
    }

    /// What is not begun any more.
    void leave(std::deque<std::size_t> &waiting) {
        for (; !waiting.empty(); waiting.pop_front())
            end(waiting.front(),
                report_of(plan_.targets[waiting.front()], TargetOutcome::not_started));
        for (TriedItem &tried : later_)
            end(tried.item, std::move(tried.report));
        later_.clear();
    }

    void start(std::size_t item) {
        const std::size_t number = options_.items.at(item);
        std::filesystem::remove(item_report(options_.results, number));
        base::ProcessSpec spec;
        spec.program = std::filesystem::read_symlink("/proc/self/exe").string();
        spec.arguments = {"apply",     options_.plan.string(),
                          "--item",    fmt::format("{}", number),
                          "--results", options_.results.string()};
        spec.arguments.insert(spec.arguments.end(), options_.words.begin(), options_.words.end());
        spec.log = item_log(options_.results, number);
        spec.many_descriptors = true;
        working_.push_back({item, base::ChildProcess(spec)});
    }

    /// All at once; each then has its time.
    void stop_all() {
        for (const ItemAtWork &one : working_)
            one.process.hold().signal(SIGTERM);
        for (ItemAtWork &one : working_)
            end(one.item, result_of(one.item, one.process.stop(k_time_to_end)));
        working_.clear();
    }

    void reap() {
        for (auto one = working_.begin(); one != working_.end();) {
            if (const auto ended = one->process.end()) {
                end_or_try_again(one->item, result_of(one->item, *ended));
                one = working_.erase(one);
            } else {
                ++one;
            }
        }
    }

    /// Who holds the name, or is too busy to answer, will not be so for long.
    void end_or_try_again(std::size_t item, TargetReport report) {
        const bool may_pass = report.outcome == TargetOutcome::failed &&
                              report.exit_code == base::exit_code(ErrorKind::temporary);
        if (!may_pass || ++tries_[item] >= k_most_tries || is_over())
            return end(item, std::move(report));
        later_.push_back(
            {item, std::chrono::steady_clock::now() + k_pause * tries_[item], std::move(report)});
    }

    TargetReport result_of(std::size_t item, const base::ProcessEnd &ended) const {
        std::string why = fmt::format("its process {} and left no report", ended.text());
        try {
            const auto path = item_report(options_.results, options_.items.at(item));
            if (std::filesystem::exists(path)) {
                Report report = report_from_json(base::read_file(path, k_largest_report));
                if (report.targets.size() == 1)
                    return std::move(report.targets.front());
            }
        } catch (const Error &error) {
            why = fmt::format("its report cannot be read: {}", error.what());
        }
        TargetReport report = report_of(plan_.targets[item], TargetOutcome::failed);
        report.error = why;
        report.hint = fmt::format("what it said is in {}",
                                  item_log(options_.results, options_.items.at(item)).string());
        report.exit_code =
            ended.exit_status != 0 ? ended.exit_status : base::exit_code(ErrorKind::internal);
        return report;
    }

    void end(std::size_t item, TargetReport report) {
        failed_ += report.outcome == TargetOutcome::failed ? 1 : 0;
        ++count_;
        if (ended_)
            ended_(report, count_, reports_.size());
        reports_[item] = std::move(report);
    }

    const Plan &plan_;
    const RolloutOptions &options_;
    const ImageEnded &ended_;
    std::vector<std::optional<TargetReport>> reports_;
    std::list<ItemAtWork> working_;
    std::vector<TriedItem> later_;
    std::map<std::size_t, int> tries_;
    std::size_t count_ = 0; ///< that have ended
    std::size_t failed_ = 0;
    bool is_stopped_ = false;
};

} // namespace

std::filesystem::path item_report(const std::filesystem::path &results, std::size_t item) {
    return results / fmt::format("{}.json", item);
}

std::filesystem::path item_log(const std::filesystem::path &results, std::size_t item) {
    return results / fmt::format("{}.log", item);
}

TargetReport report_of(const Target &target, TargetOutcome outcome) {
    TargetReport report;
    report.recipe = target.recipe;
    report.name = target.publish.name;
    report.outcome = outcome;
    if (outcome == TargetOutcome::unchanged && target.present)
        report.image_id = target.present->id;
    return report;
}

Report roll_out(const Plan &plan, const RolloutOptions &options, const ImageEnded &ended) {
    return Rollout(plan, options, ended).run();
}

} // namespace retouch::cli
