// Layout findings: masks are kept in the order of the text, which is that of the findings.

#include "recipe/yaml/yaml_layout_findings.hpp"

#include <utility>

namespace retouch::recipe {

namespace {

constexpr std::size_t k_most_findings = 50;

} // namespace

void LayoutFindings::report(const RefusedYaml &finding) {
    Diagnostic diagnostic = source_.error(finding.offset, finding.message, finding.hint);
    if (finding.related_offset)
        diagnostic.related.push_back(
            source_.related(*finding.related_offset, finding.related_message));
    diagnostics_.add(std::move(diagnostic));
    ++found_;
}

void LayoutFindings::report_end_of_line(const RefusedYaml &finding) {
    report(finding);
    open_ = next_.has_value();
    trusted_ = trusted_ && open_;
    if (next_)
        masks_.push_back(*std::exchange(next_, std::nullopt));
}

MaybeFinding LayoutFindings::masked(std::size_t from, std::string replacement,
                                    MaybeFinding finding) {
    if (finding && !next_)
        next_ = Mask{from, from, std::move(replacement)};
    return finding;
}

void LayoutFindings::hide(std::size_t from, std::size_t to, std::string replacement) {
    masks_.push_back({from, to, std::move(replacement)});
}

void LayoutFindings::go_on_at(std::size_t offset) {
    if (std::exchange(open_, false))
        masks_.back().to = offset;
}

bool LayoutFindings::too_many() const {
    return found_ >= k_most_findings;
}

std::optional<std::vector<Mask>> LayoutFindings::take_masks() {
    return trusted_ ? std::optional(std::move(masks_)) : std::nullopt;
}

} // namespace retouch::recipe
