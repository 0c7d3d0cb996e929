#include "apply/run_mark.hpp"

#include <fmt/format.h>

#include <string_view>

namespace retouch {

namespace {

std::string place_of(const RunMark &mark) {
    return mark.domain.empty() ? std::string() : fmt::format("@{}/{}", mark.domain, mark.owner);
}

} // namespace

std::string to_text(const RunMark &mark) {
    return mark.run + place_of(mark);
}

bool is_of_earlier_run(const Image &image, const RunMark &ours) {
    const auto text = image.property(lineage::k_unfinished);
    if (!text || image.owner != ours.owner)
        return false;
    const std::size_t at = std::min(text->find('@'), text->size());
    const std::string_view run = std::string_view(*text).substr(0, at);
    const std::string_view place = std::string_view(*text).substr(at);
    return run != ours.run && place == place_of(ours);
}

} // namespace retouch
