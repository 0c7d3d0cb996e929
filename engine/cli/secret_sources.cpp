#include "cli/secret_sources.hpp"

#include "base/core_files.hpp"
#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "cli/secret_key.hpp"
#include "model/names.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace retouch::cli {

namespace {

constexpr std::size_t k_longest_secret = std::size_t{64} * 1024;
constexpr std::chrono::seconds k_patience{60};
constexpr std::size_t k_longest_word = 300;

std::string subject_of(const DeclaredSecret &secret) {
    return fmt::format("the secret '{}'", base::escape(secret.name));
}

/// Programs end what they print, and editors a file, with a line break.
std::string without_last_break(std::string text) {
    if (text.ends_with('\n'))
        text.pop_back();
    if (text.ends_with('\r'))
        text.pop_back();
    return text;
}

std::string flaw_of(const std::string &text) {
    if (text.empty())
        return "is empty";
    if (text.size() < base::k_shortest_secret)
        return fmt::format("has less than {} characters, and could not be told from other text",
                           base::k_shortest_secret);
    if (text.size() > k_longest_secret)
        return "is longer than 64 KiB";
    if (text.find('\0') != std::string::npos || base::invalid_utf8(text))
        return "is not text";
    return {};
}

/// The last line a program said, without words of what it printed, which may be the secret.
std::string last_words(const base::ProcessResult &result) {
    base::SecretFilter filter;
    for (const std::string &line : base::split_lines(result.out))
        filter.add(base::Secret(std::string(base::trim(line))));
    std::string last;
    for (const std::string &line : base::split_lines(result.err))
        if (!base::trim(line).empty())
            last = base::trim(line);
    const auto said = filter.message(last.substr(0, k_longest_word));
    return said && !said->empty() ? ": " + base::escape(*said) : std::string();
}

} // namespace

std::string SecretSources::printed_by(const DeclaredSecret &secret) const {
    const std::string &program = secret.words.front();
    const std::vector<std::string> &allowed = workspace_.secret_programs();
    if (std::ranges::find(allowed, program) == allowed.end())
        throw Error(ErrorKind::refused,
                    fmt::format("{} comes from the program {}, which recipes may not run",
                                subject_of(secret), base::escape(program)),
                    fmt::format("allow it in retouch.yaml: secrets: {{programs: [{}]}}",
                                base::escape(program)));
    base::ProcessSpec spec;
    spec.program = program;
    spec.arguments.assign(secret.words.begin() + 1, secret.words.end());
    spec.output_bound = k_longest_secret + 2;
    spec.time_limit = k_patience;
    const base::ProcessResult result = base::run_process(spec);
    const std::string who = fmt::format("{}: {}", subject_of(secret), base::escape(program));
    if (result.timed_out)
        throw Error(ErrorKind::unavailable,
                    fmt::format("{} did not end within {} seconds", who, k_patience.count()),
                    "nobody can answer what it asks: it must find the secret by itself");
    if (!result.ok())
        throw Error(ErrorKind::failed,
                    fmt::format("{} {}{}", who,
                                base::ProcessEnd{result.exit_status, result.signal}.text(),
                                last_words(result)),
                    "run it yourself; it must print the secret and nothing else");
    return result.out_total > result.out.size() ? std::string(k_longest_secret + 1, 'x')
                                                : without_last_break(result.out);
}

std::string SecretSources::text_of(const DeclaredSecret &secret) const {
    switch (secret.from) {
    case SecretOrigin::env:
        if (auto value = context_.environment.get(secret.words.front()))
            return *std::move(value);
        throw Error(ErrorKind::bad_config,
                    fmt::format("{} comes from ${}, which is not set", subject_of(secret),
                                base::escape(secret.words.front())));
    case SecretOrigin::file:
        try {
            return without_last_break(base::read_file(secret.words.front(), k_longest_secret + 2));
        } catch (const Error &error) {
            if (error.kind() == ErrorKind::interrupted)
                throw;
            throw Error(ErrorKind::bad_config,
                        fmt::format("{}: {}", subject_of(secret), error.what()), error.hint());
        }
    case SecretOrigin::command:
        break;
    }
    return printed_by(secret);
}

const base::Secret &SecretSources::value_of(const DeclaredSecret &secret) {
    base::forbid_core_files();
    std::string source(model::to_string(secret.from));
    for (const std::string &word : secret.words)
        source += '\0' + word;
    const auto known = got_.find(source);
    if (known != got_.end())
        return known->second;
    std::string text = text_of(secret);
    if (const std::string flaw = flaw_of(text); !flaw.empty())
        throw Error(ErrorKind::bad_config, fmt::format("{} {}", subject_of(secret), flaw),
                    "a secret is a text of 4 characters to 64 KiB");
    return got_.emplace(std::move(source), base::Secret(std::move(text))).first->second;
}

std::string SecretSources::digest_of(const std::string &name, const base::Secret &value) {
    if (key_.empty())
        key_ = workspace_.secret_key();
    return "hmac-sha256:" + base::hmac_sha256_hex(key_, name + '\0' + value.reveal());
}

void SecretSources::get(plan::CheckedRecipe &checked) {
    if (!checked.values.empty())
        return;
    for (DeclaredSecret &secret : checked.secrets) {
        const base::Secret &value = value_of(secret);
        secret.digest = digest_of(secret.name, value);
        checked.values.add(secret.name, value, secret.digest);
    }
}

base::SecretValues SecretSources::get(const Plan &plan) {
    base::SecretValues values;
    std::set<std::string> names;
    for (const Target &target : plan.targets) {
        if (target.action != Action::create || target.kept() != nullptr)
            continue;
        for (const DeclaredSecret &secret : target.secrets) {
            if (!names.insert(secret.name).second)
                continue;
            const base::Secret &value = value_of(secret);
            if (digest_of(secret.name, value) != secret.digest)
                throw Error(ErrorKind::stale,
                            subject_of(secret) + " is not the one that the plan was made with",
                            "make a new plan; on another host, with the same key: secrets: {key: "
                            "FILE} in retouch.yaml");
            values.add(secret.name, value, secret.digest);
        }
    }
    return values;
}

} // namespace retouch::cli
