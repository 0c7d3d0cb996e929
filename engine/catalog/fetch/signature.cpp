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
#include <initializer_list>
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

class Verification {
  public:
    Verification(std::string_view key, std::string_view shown) : shown_(shown) {
        const auto gpgv = base::find_program("gpgv");
        if (!gpgv)
            throw Error(
                ErrorKind::unavailable,
                fmt::format("the signature of {} cannot be verified: there is no gpgv", shown_),
                "install gpgv");
        spec_.program = *gpgv;
        spec_.arguments = {"--homedir",   directory_.path().string(),
                           "--keyring",   put("key", key),
                           "--status-fd", "1"};
        spec_.time_limit = k_patience;
    }

    /// A file that gpgv can be told.
    [[nodiscard]] std::string put(const char *name, std::string_view bytes) const {
        const std::filesystem::path path = directory_.path() / name;
        base::write_file_atomically(path, bytes, 0600);
        return path.string();
    }

    [[nodiscard]] std::filesystem::path place(const char *name) const {
        return directory_.path() / name;
    }

    void run(std::initializer_list<std::string> arguments) {
        spec_.arguments.insert(spec_.arguments.end(), arguments);
        const std::string flaw = flaw_in(base::run_process(spec_).out);
        if (!flaw.empty())
            throw Error(ErrorKind::failed,
                        fmt::format("the signature of {} is not good: {}", shown_, flaw),
                        "nothing was fetched; look whether the key is the one its publishers name");
    }

  private:
    std::string_view shown_;
    base::RunDirectory directory_;
    base::ProcessSpec spec_;
};

} // namespace

void require_signature(const SignedText &signed_text) {
    Verification verification(signed_text.key, signed_text.shown);
    verification.run({verification.put("signature", signed_text.signature),
                      verification.put("text", signed_text.text)});
}

std::string text_within_signature(std::string_view text, std::string_view key,
                                  std::string_view shown) {
    Verification verification(key, shown);
    const std::filesystem::path within = verification.place("within");
    verification.run({"--output", within.string(), verification.put("text", text)});
    return base::read_file(within, text.size());
}

} // namespace retouch::catalog
