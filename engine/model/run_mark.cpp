#include "model/run_mark.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace retouch::model {

namespace {

constexpr std::string_view k_in = " in ";

/// Cuts off `text` what follows the last `separator`, and returns it.
std::string cut_behind(std::string &text, std::string_view separator) {
    const std::size_t at = text.rfind(separator);
    if (at == std::string::npos)
        return {};
    std::string behind = text.substr(at + separator.size());
    text.resize(at);
    return behind;
}

} // namespace

std::string to_text(const RunMark &mark) {
    return mark.run + (mark.domain.empty() ? "" : fmt::format("@{}/{}", mark.domain, mark.owner)) +
           (mark.place.empty() ? "" : std::string(k_in) + mark.place);
}

std::optional<RunMark> run_mark_of(const Image &image) {
    auto text = image.property(lineage::k_unfinished);
    if (!text)
        return std::nullopt;
    RunMark mark;
    mark.place = cut_behind(*text, k_in);
    const std::size_t at = std::min(text->find('@'), text->size());
    mark.run = text->substr(0, at);
    mark.domain = text->substr(std::min(at + 1, text->size()));
    mark.owner = mark.domain.empty() ? image.owner : cut_behind(mark.domain, "/");
    return mark;
}

bool is_of_earlier_run(const Image &image, const RunMark &ours) {
    const auto mark = run_mark_of(image);
    return mark && image.owner == ours.owner && mark->run != ours.run &&
           mark->domain == ours.domain && mark->owner == ours.owner;
}

} // namespace retouch::model
