// Run: parses the command line, then does what it asks, and words every failure the same way.
// Parsing only fills in Context::command; no work is done inside the parser.
// This is one of the two places where an Error is caught.

#include "cli/run.hpp"

#include "base/exit_code.hpp"
#include "base/file.hpp"
#include "base/undelivered.hpp"
#include "base/version.hpp"
#include "cli/arguments.hpp"
#include "cli/context.hpp"
#include "cli/help.hpp"
#include "cli/usage.hpp"

#include <CLI/CLI.hpp>
#include <exception>
#include <filesystem>
#include <fmt/format.h>
#include <optional>

namespace retouch {

namespace {

/// The words of the command line as actions of `context`; nullopt when it is to be run.
std::optional<int> parse(CLI::App &app, const std::vector<std::string> &arguments,
                         Context &context) {
    try {
        // CLI11 takes the words from the back.
        app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::CallForHelp &) {
        context.console.out(help_text(selected_command(app)));
        return 0;
    } catch (const CLI::CallForVersion &) {
        context.console.out(fmt::format("{}\n", k_tool));
        return 0;
    } catch (const CLI::ParseError &error) {
        throw usage_error(app, error);
    }
    return std::nullopt;
}

int run(const std::vector<std::string> &arguments, Context &context) {
    CLI::App app;
    define_arguments(app, context);
    if (const std::optional<int> code = parse(app, arguments, context))
        return *code;
    if (!context.command) {
        context.console.out(short_help_text(app));
        return 0;
    }
    return context.command();
}

} // namespace

int run_cli(const std::vector<std::string> &arguments) {
    Context context;
    try {
        return run(arguments, context);
    } catch (const Error &error) {
        context.console.error(error);
        return exit_code_of(error);
    } catch (const std::filesystem::filesystem_error &error) {
        context.console.error(system_error("use", error.path1(), error.code().value()));
        return exit_code(ErrorKind::failed);
    } catch (const std::exception &error) {
        context.console.error(Error(ErrorKind::internal,
                                    fmt::format("this is a bug in retouch: {}", error.what()),
                                    "please report it with the command that led to it"));
        return exit_code(ErrorKind::internal);
    }
}

} // namespace retouch
