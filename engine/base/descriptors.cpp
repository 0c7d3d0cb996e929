#include "base/descriptors.hpp"

#include "retouch/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>

namespace retouch::base {

namespace {

// The limit is the process's, and so is what it was: nowhere else can it be asked.
std::atomic<rlim_t> former_soft_limit = 0;

rlimit present_limit() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit;
}

} // namespace

bool raise_descriptors(std::uint64_t needed) {
    rlimit limit = present_limit();
    if (needed <= limit.rlim_cur)
        return true;
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = std::min<rlim_t>(needed, limit.rlim_max);
    if (limit.rlim_cur > before && setrlimit(RLIMIT_NOFILE, &limit) == 0) {
        rlim_t none = 0;
        former_soft_limit.compare_exchange_strong(none, before);
    }
    return needed <= present_limit().rlim_cur;
}

void require_descriptors(std::uint64_t needed) {
    if (raise_descriptors(needed))
        return;
    throw Error(ErrorKind::unavailable,
                fmt::format("this process may have {} files open at once, and needs {}",
                            present_limit().rlim_cur, needed),
                "raise the hard limit of open files: 'ulimit -Hn' shows it, LimitNOFILE= sets it "
                "for a service");
}

std::optional<rlimit> former_descriptor_limit() {
    const rlim_t former = former_soft_limit.load();
    if (former == 0)
        return std::nullopt;
    return rlimit{former, present_limit().rlim_max};
}

} // namespace retouch::base
