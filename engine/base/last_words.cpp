#include "base/last_words.hpp"

#include "base/file.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace retouch::base {

namespace {

constexpr std::size_t k_longest_log = std::size_t{16} << 20;
constexpr std::size_t k_bytes_shown = 2000;

} // namespace

std::string last_words(const std::filesystem::path &log) {
    const std::string said = read_if_there(log, k_longest_log);
    const std::string_view text = trim(said);
    return text.empty() ? k_no_last_words
                        : escape(text.substr(text.size() - std::min(text.size(), k_bytes_shown)));
}

} // namespace retouch::base
