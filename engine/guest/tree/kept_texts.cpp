#include "guest/tree/kept_texts.hpp"

#include <algorithm>
#include <array>

namespace retouch::guest {

namespace {

constexpr std::array<std::string_view, 8> k_places = {
    "/boot/grub/", "/boot/grub2/", "/etc/", "/home/", "/opt/", "/root/", "/srv/", "/usr/local/"};

} // namespace

bool KeptTexts::wants(const TreeEntry &entry) const {
    if (entry.info.type != FileInfo::Type::regular)
        return false;
    if (named_.count(entry.path) > 0)
        return entry.info.size <= k_largest_named;
    const auto holds = [&entry](std::string_view place) { return entry.path.rfind(place, 0) == 0; };
    return entry.info.size <= k_largest_text &&
           std::any_of(k_places.begin(), k_places.end(), holds);
}

void KeptTexts::keep(const std::string &path, std::string bytes) {
    forget(path);
    if (!has_room(bytes.size()))
        return;
    bytes_ += bytes.size();
    texts_[path] = std::move(bytes);
}

void KeptTexts::forget(const std::string &path) {
    const auto found = texts_.find(path);
    if (found == texts_.end())
        return;
    bytes_ -= found->second.size();
    texts_.erase(found);
}

const std::string *KeptTexts::find(const std::string &path) const {
    const auto found = texts_.find(path);
    return found == texts_.end() ? nullptr : &found->second;
}

} // namespace retouch::guest
