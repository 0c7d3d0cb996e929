#pragma once
// ReadAhead: reads the directories of a tree beside a walk of it that has yet to read them from the
// disk, so that the walk finds them in memory. Shared with the runner in the appliance.

#include <condition_variable>
#include <deque>
#include <mutex>
#include <pthread.h>
#include <string>
#include <vector>

namespace retouch::guest {

class ReadAhead {
  public:
    /// Begins at the directory `root`, which stays open. What cannot be read is left to the walk.
    explicit ReadAhead(int root);

    /// Ends it, finished or not.
    ~ReadAhead();
    ReadAhead(const ReadAhead &) = delete;
    ReadAhead &operator=(const ReadAhead &) = delete;

  private:
    void work();
    void read(const std::string &path, std::vector<std::string> &below) const;

    int root_;
    std::mutex mutex_; ///< for what follows
    std::condition_variable changed_;
    std::deque<std::string> waiting_{"."}; ///< directories, relative to the root
    int busy_ = 0;                         ///< threads that may yet find some
    bool stop_ = false;
    std::vector<pthread_t> threads_;
};

} // namespace retouch::guest
