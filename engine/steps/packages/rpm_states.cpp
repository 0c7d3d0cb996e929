#include "steps/packages/rpm_states.hpp"

#include "base/text.hpp"
#include "retouch/error.hpp"
#include "steps/packages/package_scripts.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace retouch::steps {

namespace {

/// A line for each package of that name, and for each that stands for it; what is not installed
/// rpm says in words of its own, without tabs. The last line tells that rpm could be asked at all.
constexpr const char *k_ask = R"(for name in{}; do
    for how in '' --whatprovides; do
        rpm -q --qf "$name\t$how\t%|EPOCH?{{%{{EPOCH}}:}}|%{{VERSION}}-%{{RELEASE}}\n" $how "$name"
    done
done 2>/dev/null
rpm --version >/dev/null && echo asked
)";

std::string without_epoch(const std::string &version) {
    const std::size_t colon = version.find(':');
    return colon == std::string::npos ? version : version.substr(colon + 1);
}

std::string without_release(const std::string &version) {
    return version.substr(0, version.rfind('-'));
}

} // namespace

PackageStates rpm_states(const GuestView &guest, std::span<const std::string> names) {
    PackageWork asked;
    PackageStates states;
    for (const std::string &name : names) {
        asked.packages.push_back({name, {}, false});
        states[name];
    }
    GuestCommand command;
    command.script = fmt::format(k_ask, quoted_packages(asked, ""));
    const CommandResult answer = guest.probe(command);
    const std::vector<std::string> lines = base::split_lines(answer.out.text);
    if (answer.exit_status != 0 || lines.empty() || lines.back() != "asked" ||
        answer.out.truncated())
        throw Error(ErrorKind::failed, "the image's rpm does not say what is installed",
                    base::escape(base::trim(answer.err.text)));
    for (const std::string &line : lines) {
        const std::vector<std::string> parts = base::split(line, '\t');
        const auto state = states.find(parts.front());
        constexpr std::size_t k_parts = 3;
        if (parts.size() != k_parts || state == states.end())
            continue;
        if (parts[1].empty())
            state->second.versions.push_back(parts[2]);
        else
            state->second.provided = true;
    }
    return states;
}

bool is_rpm_version(const std::string &installed, const std::string &wanted) {
    const auto [text, is_prefix] = version_wish(wanted);
    const std::string plain = without_epoch(installed);
    if (is_prefix)
        return installed.starts_with(text) || plain.starts_with(text);
    const std::array<std::string, 4> forms = {installed, plain, without_release(installed),
                                              without_release(plain)};
    return std::ranges::find(forms, text) != forms.end();
}

} // namespace retouch::steps
