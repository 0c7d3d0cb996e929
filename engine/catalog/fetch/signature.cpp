// What gpgv says for programs decides, not its exit status alone: that is also 0 for a key that has
// expired (doc/DETAILS of GnuPG).

#include "catalog/fetch/signature.hpp"

#include "base/file.hpp"
#include "base/process.hpp"
#include "base/run_directory.hpp"
#include "base/text.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <vector>

namespace retouch::catalog {

namespace {

constexpr std::string_view k_mark = "[GNUPG:] ";
constexpr std::chrono::seconds k_patience{60};

struct Judgement {
    std::string_view word;
    const char *meaning; ///< nullptr: it is good
};

constexpr std::array<Judgement, 7> k_judgements = {{
    {"BADSIG", "it is not the signature of these bytes"},
    {"EXPSIG", "it has expired"},
    {"EXPKEYSIG", "its key has expired"},
    {"REVKEYSIG", "its key was revoked"},
    {"GOODSIG", nullptr},
    {"ERRSIG", "it was made by another key, or cannot be verified"},
    {"NODATA", "it is no signature"},
}};

/// The first judgement, in their order, that is among the lines; what is wrong.
std::string flaw_in(const std::string &status) {
    const std::vector<std::string> lines = base::split_lines(status);
    for (const Judgement &each : k_judgements)
        if (std::ranges::any_of(lines, [&](const std::string &line) {
                return line.starts_with(fmt::format("{}{}", k_mark, each.word));
            }))
            return each.meaning == nullptr ? std::string() : std::string(each.meaning);
    return "it is no signature";
}

} // namespace

void require_signature(const SignedText &signed_text) {
    const auto gpgv = base::find_program("gpgv");
    if (!gpgv)
        throw Error(ErrorKind::unavailable,
                    fmt::format("the signature of {} cannot be verified: there is no gpgv",
                                signed_text.shown),
                    "install gpgv");
    const base::RunDirectory directory;
    const auto put = [&](const char *name, std::string_view bytes) {
        const std::filesystem::path path = directory.path() / name;
        base::write_file_atomically(path, bytes, 0600);
        return path.string();
    };
    base::ProcessSpec spec;
    spec.program = *gpgv;
    spec.arguments = {"--homedir",
                      directory.path().string(),
                      "--keyring",
                      put("key", signed_text.key),
                      "--status-fd",
                      "1",
                      put("signature", signed_text.signature),
                      put("text", signed_text.text)};
    spec.time_limit = k_patience;
    const base::ProcessResult result = base::run_process(spec);
    const std::string flaw = flaw_in(result.out);
    if (flaw.empty())
        return;
    throw Error(ErrorKind::failed,
                fmt::format("the signature of {} is not good: {}", signed_text.shown, flaw),
                "nothing was fetched; look whether the key is the one its publishers name");
}

} // namespace retouch::catalog
