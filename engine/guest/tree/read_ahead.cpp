// A disk behind FUSE, NBD or a network answers several questions in little more time than one. The
// threads are plain POSIX ones: without them the walk is slower, no more.

#include "guest/tree/read_ahead.hpp"

#include "guest/tree/open_below.hpp"
#include "guest/tree/tree_walk.hpp"

#include <climits>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <string_view>
#include <unistd.h>

namespace retouch::guest {

namespace {

constexpr std::size_t k_threads = 4;
constexpr std::size_t k_most_waiting = 10'000; ///< the rest is left to the walk

} // namespace

ReadAhead::ReadAhead(int root) : root_(root) {
    const auto begin = [](void *self) -> void * {
        static_cast<ReadAhead *>(self)->work();
        return nullptr;
    };
    pthread_t thread{};
    while (threads_.size() < k_threads && pthread_create(&thread, nullptr, begin, this) == 0)
        threads_.push_back(thread);
}

ReadAhead::~ReadAhead() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    for (const pthread_t thread : threads_)
        pthread_join(thread, nullptr);
}

void ReadAhead::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stop_ || !waiting_.empty() || busy_ == 0; });
        if (stop_ || waiting_.empty())
            return;
        const std::string path = std::move(waiting_.front());
        waiting_.pop_front();
        ++busy_;
        lock.unlock();
        std::vector<std::string> below;
        read(path, below);
        lock.lock();
        --busy_;
        for (std::string &directory : below)
            if (waiting_.size() < k_most_waiting)
                waiting_.push_back(std::move(directory));
        changed_.notify_all();
    }
}

void ReadAhead::read(const std::string &path, std::vector<std::string> &below) const {
    const int fd = path.size() < PATH_MAX ? open_below(root_, path, O_RDONLY | O_DIRECTORY) : -1;
    if (fd < 0)
        return;
    const std::unique_ptr<DIR, int (*)(DIR *)> directory(is_made_up(fd) ? nullptr : fdopendir(fd),
                                                         &closedir);
    if (!directory) {
        close(fd);
        return;
    }
    while (const dirent *entry = readdir(directory.get()))
        if (const std::string_view name = entry->d_name;
            entry->d_type == DT_DIR && name != "." && name != ".." && below.size() < k_most_waiting)
            below.push_back(path + "/" + entry->d_name);
}

} // namespace retouch::guest
