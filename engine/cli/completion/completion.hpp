#pragma once
// Completion: what may stand where somebody pressed the tabulator. It is read off the tree of
// commands, so that it can never know other words than the program does; names that only catalogs
// and files know are asked for when they are needed.

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace CLI {
class App;
} // namespace CLI

namespace retouch::cli {

struct Candidate {
    std::string word;        ///< whole, as it replaces the word that is completed; not quoted
    std::string description; ///< may be empty

    bool operator==(const Candidate &) const = default;
};

struct Completion {
    bool files = false; ///< the shell shall offer the files that fit
    std::vector<Candidate> candidates;

    bool operator==(const Completion &) const = default;
};

/// The values of the global options among the words, by long name: "catalog" -> "lab".
using GivenOptions = std::map<std::string, std::string>;

/// Who knows names. Each is called at most once, with the options that were given; it may take its
/// time, and returns nothing where it knows none.
struct NameSources {
    using Names = std::function<std::vector<Candidate>(const GivenOptions &given)>;

    Names images;
    Names catalogs;
    Names clouds;
};

/// `words` are those behind the program's name, the last one being the word that is completed, as
/// far as it is written. Words like "--format=js" are whole, or in three words as bash has them.
/// Names that cannot be printed safely are left out.
[[nodiscard]] Completion complete(const CLI::App &app, std::vector<std::string> words,
                                  const NameSources &sources);

/// As shells read it: "files" or "words", then a line "WORD<TAB>DESCRIPTION" for each candidate.
[[nodiscard]] std::string completion_text(const Completion &completion);

} // namespace retouch::cli
