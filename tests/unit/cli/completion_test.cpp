#include "cli/completion/completion.hpp"

#include "cli/arguments.hpp"
#include "cli/completion/known_names.hpp"

#include <CLI/CLI.hpp>
#include <catch2/catch.hpp>

using namespace retouch;

namespace {

using Words = std::vector<std::string>;

/// The program's own commands, with names from three sources that note what they were asked with.
struct Shell {
    cli::Context context;
    CLI::App app;
    cli::GivenOptions asked;

    Shell() { cli::define_arguments(app, context); }

    cli::Completion at(const Words &words) {
        const auto names = [this](const Words &known) {
            return [this, known](const cli::GivenOptions &given) {
                asked = given;
                std::vector<cli::Candidate> candidates;
                for (const std::string &name : known)
                    candidates.push_back({name, ""});
                return candidates;
            };
        };
        return cli::complete(app, words,
                             {names({"Debian 12", "Debian 13", "a\tb", "x\n"}),
                              names({"lab", "live"}), names({"north", "south"})});
    }

    /// The words alone, and "files" for the files that fit.
    Words words(const Words &words) {
        const cli::Completion completion = at(words);
        Words found;
        if (completion.files)
            found.emplace_back("files");
        for (const cli::Candidate &candidate : completion.candidates)
            found.push_back(candidate.word);
        return found;
    }
};

} // namespace

TEST_CASE("completion: what fits where") {
    struct Case {
        Words words;
        Words fitting;
    };

    const std::vector<Case> cases = {
        {{"im"}, {"images", "import"}},
        {{"__"}, {}},
        {{"--co"}, {"--config", "--color"}},
        {{"--color", ""}, {"auto", "always", "never"}},
        {{"--color", "ne"}, {"never"}},
        {{"--color=ne"}, {"--color=never"}},
        {{"--color", "=", "ne"}, {"never"}},
        {{"--color", "="}, {"auto", "always", "never"}},
        {{"--color=never", "--quiet", "ver"}, {"version"}},
        {{"plan", "--f"}, {"--format", "--from-current"}},
        {{"plan", "-"}, {"--var",      "--var-file",     "--format",  "--output",
                         "-o",         "--bundle",       "--expires", "--policy",
                         "--rehearse", "--prove",        "--report",  "--detailed-exitcode",
                         "--guest",    "--from-current", "--rebuild", "--only",
                         "--except",   "--help",         "-h",        "--catalog",
                         "--os-cloud", "--config",       "--color",   "--quiet",
                         "-q",         "--version"}},
        {{"plan", "--nothing", ""}, {"files"}},
        {{"plan", "--nothing=x"}, {}},
        {{"plan", ""}, {"files"}},
        {{"plan", "a.yaml", "b"}, {"files"}},
        {{"plan", "-o", ""}, {"files"}},
        {{"plan", "--output=x"}, {"files"}},
        {{"plan", "--rehearse="}, {"--rehearse=keep"}},
        {{"plan", "--rehearse", ""}, {"files"}},
        {{"plan", "--expires", ""}, {}},
        {{"show", ""}, {"Debian 12", "Debian 13"}},
        {{"show", "Debian 13"}, {"Debian 13"}},
        {{"show", "--", "Deb"}, {"Debian 12", "Debian 13"}},
        {{"show", "--", "-"}, {}},
        {{"show", "Debian 12", ""}, {}},
        {{"detach", "Debian 12", "Debian 1"}, {"Debian 12", "Debian 13"}},
        {{"export", "Debian 12", ""}, {"files"}},
        {{"completion", "f"}, {"fish"}},
        {{"version", ""}, {}},
        {{"--catalog", "l"}, {"lab", "live"}},
        {{"apply", "--catalog=la"}, {"--catalog=lab"}},
        {{"apply", "--os-cloud", ""}, {"north", "south"}},
        {{"import", "x.raw", "--name", ""}, {}},
        {{""},
         {"check", "plan", "apply", "drift", "images", "show", "import", "detach", "discard",
          "export", "remove", "doctor", "schema", "completion", "version"}},
        {{}, {}},
    };
    for (const auto &[words, fitting] : cases) {
        CAPTURE(words);
        CHECK(Shell().words(words) == fitting);
    }
}

TEST_CASE("completion: names are asked for where the options given say") {
    Shell shell;
    (void)shell.at({"--catalog", "lab", "--config=c.yaml", "show", "--os-cloud", "north", ""});
    CHECK(shell.asked ==
          cli::GivenOptions{{"catalog", "lab"}, {"config", "c.yaml"}, {"os-cloud", "north"}});
    shell.asked.clear();
    (void)shell.at({"--catalog", "lab", "show", "--f"});
    CHECK(shell.asked.empty());
}

TEST_CASE("completion: shells read what to do with files, and a line for each candidate") {
    CHECK(cli::completion_text({true, {}}) == "files\n");
    CHECK(cli::completion_text({false, {{"a b", ""}, {"--x", "one\nline"}}}) ==
          "words\na b\t\n--x\tone\\x0aline\n");
}

TEST_CASE("completion: what cannot be read offers no names and stops nothing") {
    cli::Context context;
    const cli::NameSources sources = cli::known_names(context);
    const cli::GivenOptions nowhere = {{"config", "/nowhere/retouch.yaml"}};
    CHECK(sources.images(nowhere).empty());
    CHECK(sources.catalogs(nowhere).empty());
}
