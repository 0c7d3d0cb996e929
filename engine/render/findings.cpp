// Findings as text and JSON. States come first in a line and in one column, so that the eye finds
// what is wrong; details are escaped where they are made and once more here.

#include "render/findings.hpp"

#include "base/text.hpp"
#include "render/style.hpp"
#include "render/text/columns.hpp"
#include "render/wording.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch::render {

namespace {

constexpr std::size_t k_state_width = 9; ///< of "warning" and two spaces

const char *state_word(Finding::State state) {
    switch (state) {
    case Finding::State::ok:
        return "ok";
    case Finding::State::warning:
        return "warning";
    case Finding::State::failed:
        return "failed";
    }
    return "";
}

std::string coloured(Finding::State state, const Style &style) {
    switch (state) {
    case Finding::State::ok:
        return style.green(state_word(state));
    case Finding::State::warning:
        return style.yellow(state_word(state));
    case Finding::State::failed:
        return style.red(state_word(state));
    }
    return {};
}

std::size_t count(const std::vector<Finding> &findings, Finding::State state) {
    return static_cast<std::size_t>(std::ranges::count(findings, state, &Finding::state));
}

std::string summary(const std::vector<Finding> &findings) {
    const std::size_t failed = count(findings, Finding::State::failed);
    const std::size_t warnings = count(findings, Finding::State::warning);
    const std::string checks = counted(findings.size(), "check");
    if (failed == 0 && warnings == 0)
        return fmt::format("{}: all is well.", checks);
    return fmt::format("{}: {} failed, {}, {} ok.", checks, failed, counted(warnings, "warning"),
                       count(findings, Finding::State::ok));
}

} // namespace

std::string findings_text(const std::vector<Finding> &findings, bool colour) {
    const Style style(colour);
    std::size_t width = 0;
    for (const Finding &finding : findings)
        width = std::max(width, base::code_points(finding.subject));
    std::string text;
    std::string area;
    for (const Finding &finding : findings) {
        if (finding.area != area || text.empty())
            text += fmt::format("{}{}\n", text.empty() ? "" : "\n",
                                style.bold(base::escape(finding.area)));
        area = finding.area;
        text += fmt::format("  {}{}{}{}  {}\n", coloured(finding.state, style),
                            padding(state_word(finding.state), k_state_width), finding.subject,
                            padding(finding.subject, width), base::escape(finding.detail));
        if (!finding.remedy.empty())
            text += fmt::format("  {}{}\n", std::string(k_state_width, ' '),
                                base::escape(finding.remedy));
    }
    return text + fmt::format("\n{}\n", style.bold(summary(findings)));
}

Json findings_json(const std::vector<Finding> &findings) {
    Json list = Json::array();
    for (const Finding &finding : findings) {
        Json entry = {{"area", base::to_valid_utf8(finding.area)},
                      {"subject", base::to_valid_utf8(finding.subject)},
                      {"state", state_word(finding.state)},
                      {"detail", base::to_valid_utf8(finding.detail)}};
        if (!finding.remedy.empty())
            entry["remedy"] = base::to_valid_utf8(finding.remedy);
        list.push_back(std::move(entry));
    }
    return {{"format_version", k_findings_format_version},
            {"findings", std::move(list)},
            {"summary",
             {{"ok", count(findings, Finding::State::ok)},
              {"warnings", count(findings, Finding::State::warning)},
              {"failed", count(findings, Finding::State::failed)}}}};
}

} // namespace retouch::render
