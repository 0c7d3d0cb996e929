// Nothing the program prints on its standard output is ever shown: it may be the token. Of its
// standard error only the end is, when it fails, without any secret we or it know of.

#include "catalog/glance/token_command.hpp"

#include "base/child_environment.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "catalog/glance/answer.hpp"
#include "model/json_guard.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace retouch::catalog {

namespace {

/// Single sign-on asks several servers; nobody is there to type anything.
constexpr std::chrono::minutes k_time_limit{2};
constexpr std::size_t k_most_output = std::size_t{64} * 1024;
constexpr std::size_t k_longest_token = std::size_t{16} * 1024;
constexpr model::JsonBounds k_bounds = {
    .bytes = k_most_output, .depth = 8, .values = 1000, .keys = 100};
constexpr std::size_t k_shown_lines = 3;
constexpr std::size_t k_longest_line = 300;
/// A word of the output that may be a piece of a token.
constexpr std::size_t k_shortest_token = 16;

constexpr const char *k_contract = "it must print a token and nothing else, or JSON with a text "
                                   "'token' or 'id', as openstack token issue -f json does";

std::string subject(const CloudSettings &cloud) {
    return fmt::format(
        "cannot log in to cloud '{}': its auth_command ({})", base::escape(cloud.name),
        base::escape(std::filesystem::path(cloud.command.words.front()).filename().string()));
}

base::ProcessResult run(const CloudSettings &cloud) {
    const std::vector<std::string> &words = cloud.command.words;
    const auto program = base::find_program(words.front());
    if (!program)
        throw Error(ErrorKind::bad_config, subject(cloud) + " cannot be run",
                    fmt::format("there is no program {}{}; auth_command in retouch.yaml is a list "
                                "of the program and its arguments",
                                base::escape(words.front()),
                                words.front().find('/') == std::string::npos ? " in PATH" : ""));
    base::ProcessSpec spec;
    spec.program = *program;
    spec.arguments.assign(words.begin() + 1, words.end());
    if (!cloud.command.cloud.empty())
        spec.environment = base::environment_with("OS_CLOUD", cloud.command.cloud);
    spec.output_bound = k_most_output;
    spec.time_limit = k_time_limit;
    return base::run_process(spec);
}

/// Its last lines, each bounded; not escaped yet.
std::string last_lines(const std::string &text) {
    std::vector<std::string> lines;
    for (const std::string &line : base::split_lines(text))
        if (const std::string_view words = base::trim(line); !words.empty())
            lines.emplace_back(words.substr(words.size() - std::min(words.size(), k_longest_line)));
    if (lines.size() > k_shown_lines)
        lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(k_shown_lines));
    return fmt::format("{}", fmt::join(lines, "; "));
}

/// What a failed program said. What it printed may hold a token although it failed.
std::string said_by(const base::ProcessResult &result, base::SecretFilter secrets) {
    for (const std::string &line : base::split_lines(result.out))
        for (std::string_view rest = base::trim(line); !rest.empty();) {
            const std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
            if (word.size() >= k_shortest_token)
                secrets.add(base::Secret(std::string(word)));
            rest = base::trim(rest.substr(word.size()));
        }
    const std::string lines = last_lines(result.err);
    if (lines.empty())
        return "";
    const auto shown = secrets.message(lines);
    return shown ? ": " + base::escape(*shown) : "; what it said holds a secret and is not shown";
}

Error failed(const CloudSettings &cloud, const base::ProcessResult &result,
             const base::SecretFilter &secrets) {
    const std::string said = said_by(result, secrets);
    if (result.timed_out)
        return {
            ErrorKind::unavailable,
            fmt::format("{} did not end within {}{}", subject(cloud),
                        base::format_seconds(std::chrono::duration<double>(k_time_limit).count()),
                        said),
            "nobody can answer what it asks: it must sign in by itself"};
    return {ErrorKind::not_authorised,
            fmt::format("{} {}{}", subject(cloud),
                        base::ProcessEnd{result.exit_status, result.signal}.text(), said),
            "run it yourself; it must sign in without asking anything"};
}

Error no_token(const CloudSettings &cloud, const std::string &what) {
    return {ErrorKind::bad_config, subject(cloud) + ' ' + what, k_contract};
}

/// It travels in a header, and no text that says something else passes for one: "null" is what jq
/// prints where there is none, "None" what Python does.
bool is_token(std::string_view text) {
    return !text.empty() && text != "null" && text != "None" && text.size() <= k_longest_token &&
           std::ranges::all_of(text, [](char c) {
               return c > ' ' && c < '\x7f' &&
                      std::string_view("\"'<>{}[]|").find(c) == std::string_view::npos;
           });
}

/// "2026-01-31T12:00:00+0000", as the openstack client writes it, among others.
std::optional<base::UtcTime> end_in(const Json &answer) {
    std::string text = text_at(answer, "expires_at");
    if (text.empty())
        text = text_at(answer, "expires");
    for (const std::string_view zone : {"+0000", "+00:00"})
        if (text.ends_with(zone))
            text.replace(text.size() - zone.size(), zone.size(), "Z");
    return base::parse_utc(text);
}

PrintedToken token_in_json(const std::string &text, const CloudSettings &cloud) {
    Json answer;
    try {
        answer = model::parse_guarded(text, k_bounds, "", "");
    } catch (const Error &) {
        throw no_token(cloud, "printed JSON that cannot be read"); // its text is not quoted
    }
    std::string token = text_at(answer, "token");
    if (token.empty())
        token = text_at(answer, "id");
    if (!is_token(token))
        throw no_token(cloud, "printed JSON without a token");
    return {base::Secret(std::move(token)), end_in(answer)};
}

} // namespace

PrintedToken run_token_command(const CloudSettings &cloud, const base::SecretFilter &secrets) {
    const base::ProcessResult result = run(cloud);
    if (!result.ok())
        throw failed(cloud, result, secrets);
    if (result.out_total > k_most_output)
        throw no_token(cloud, "printed too much");
    const std::string text(base::trim(result.out));
    if (text.starts_with('{'))
        return token_in_json(text, cloud);
    if (text.empty())
        throw no_token(cloud, "printed nothing");
    if (!is_token(text))
        throw no_token(cloud, "printed something else than one token");
    return {base::Secret(text), std::nullopt};
}

} // namespace retouch::catalog
