#pragma once
// ProvidedFile: a file of ours that stands in a guest while a command runs there, as an ordinary
// file, so that packages can replace it. What was there before comes back, unless the command put
// something else in its place. Shared with the runner in the appliance: plain system calls, no
// exceptions.

#include <string>
#include <string_view>

#include <sys/stat.h>

namespace retouch::guest {

class ProvidedFile {
  public:
    /// `directory`: an open directory, which this takes over. Nothing is done yet.
    ProvidedFile(int directory, std::string name);
    /// Takes away what is still ours.
    ~ProvidedFile();
    ProvidedFile(ProvidedFile &&other) noexcept;
    ProvidedFile &operator=(ProvidedFile &&) = delete;
    ProvidedFile(const ProvidedFile &) = delete;
    ProvidedFile &operator=(const ProvidedFile &) = delete;

    /// Puts `bytes` there, whatever there is. False with errno, and nothing changed, when it
    /// cannot: what is there may be immutable, or the filesystem full.
    [[nodiscard]] bool put(std::string_view bytes, mode_t mode);

    /// What the command moved aside instead gets the former contents. Called once, at the latest by
    /// the destructor.
    void take_away();

  private:
    [[nodiscard]] bool is_ours(const std::string &name) const;
    [[nodiscard]] std::string moved_to() const;
    void put_back(const std::string &name);

    int directory_;
    std::string name_;
    std::string aside_; ///< where the former entry is; empty when there was none
    bool is_put_ = false;
    struct stat ours_ = {};   ///< the file
    struct stat before_ = {}; ///< the directory
    struct stat after_ = {};  ///< the directory
};

} // namespace retouch::guest
