#include "base/file.hpp"
#include "cli/arguments.hpp"
#include "model/names.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

using namespace retouch;

namespace {

std::string page(const std::string &name) {
    return base::read_file(std::filesystem::path(RETOUCH_SOURCE_DIR) / "docs" / name, 1 << 20);
}

/// The part of the page under the heading of `command`.
std::string section_of(const std::string &text, const std::string &command) {
    const auto start = text.find("\n## " + command + "\n");
    if (start == std::string::npos)
        return {};
    return text.substr(start, text.find("\n## ", start + 1) - start);
}

/// With their dashes.
std::vector<std::string> names_of(const CLI::Option &option) {
    std::vector<std::string> names;
    for (const std::string &name : option.get_lnames())
        names.push_back("--" + name);
    for (const std::string &name : option.get_snames())
        names.push_back("-" + name);
    return names;
}

/// What stands in backquotes in the first column of the table behind `heading`.
std::set<std::string> first_column(const std::string &text, const std::string &heading) {
    std::set<std::string> names;
    const std::size_t start = text.find(heading);
    REQUIRE(start != std::string::npos);
    const std::string table = text.substr(start, text.find("\n\n", start) - start);
    for (std::size_t row = table.find("\n| `"); row != table.npos;
         row = table.find("\n| `", row + 1)) {
        const std::string cell = table.substr(row + 3, table.find(" |", row + 3) - row - 3);
        for (std::size_t at = 0; (at = cell.find('`', at)) != cell.npos; ++at) {
            const std::size_t end = cell.find('`', at + 1);
            names.insert(cell.substr(at + 1, end - at - 1));
            at = end;
        }
    }
    return names;
}

template<model::Named Enum>
std::set<std::string> names_of() {
    return {model::NameTable<Enum>::names.begin(), model::NameTable<Enum>::names.end()};
}

} // namespace

TEST_CASE("docs/cli.md: every command has its section, every option is named in it") {
    cli::Context context;
    CLI::App app;
    cli::define_arguments(app, context);
    const std::string text = page("cli.md");
    std::vector<const CLI::App *> commands = {&app};
    for (const CLI::App *command : app.get_subcommands([](const CLI::App *) { return true; }))
        commands.push_back(command);
    for (const CLI::App *command : commands) {
        const bool is_root = command == &app;
        const std::string heading = is_root ? "Options every command takes" : command->get_name();
        const std::string section = section_of(text, heading);
        CAPTURE(heading);
        REQUIRE_FALSE(section.empty());
        for (const CLI::Option *option : command->get_options())
            for (const std::string &name : names_of(*option)) {
                CAPTURE(name);
                const bool is_help = !is_root && option == command->get_help_ptr();
                CHECK((is_help || section.find(name) != std::string::npos));
            }
    }
}

TEST_CASE("docs/drift.md: the table has every kind of deviation, and no other") {
    CHECK(first_column(page("drift.md"), "| `kind` | what |") == names_of<DeviationKind>());
}

TEST_CASE("docs/events.md: the table has every kind of event, and no other") {
    CHECK(first_column(page("events.md"), "| `type` | when |") == names_of<EventKind>());
}
