// Run: parses the command line, then does what it asks, and words every failure the same way.
// Parsing only fills in Context::command; no work is done inside the parser.
// This is one of the two places where an Error is caught.

#include "cli/run.hpp"

#include "base/exit_code.hpp"
#include "base/file.hpp"
#include "base/interrupt.hpp"
#include "base/shortage.hpp"
#include "base/undelivered.hpp"
#include "base/version.hpp"
#include "cli/arguments.hpp"
#include "cli/completion/completion.hpp"
#include "cli/completion/known_names.hpp"
#include "cli/context.hpp"
#include "cli/help.hpp"
#include "cli/usage.hpp"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <exception>
#include <filesystem>
#include <fmt/format.h>
#include <new>
#include <optional>
#include <system_error>

namespace retouch::cli {

namespace {

/// The words of the command line as actions of `context`; nullopt when it is to be run.
std::optional<int> parse(CLI::App &app, const std::vector<std::string> &arguments,
                         Context &context) {
    refuse_long_words_with_one_dash(app, arguments);
    try {
        // CLI11 takes the words from the back.
        app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::CallForHelp &) {
        context.console.out(help_text(selected_command(app)));
        return 0;
    } catch (const CLI::CallForVersion &) {
        context.console.out(fmt::format("{}\n", base::k_tool));
        return 0;
    } catch (const CLI::ParseError &error) {
        throw usage_error(app, error);
    }
    return std::nullopt;
}

/// The errno behind a failure of the standard library's (of its threads, for one) when the host had
/// no more of something; else 0.
int code_of_shortage(const std::exception &error) {
    if (dynamic_cast<const std::bad_alloc *>(&error) != nullptr)
        return ENOMEM;
    const auto *failed = dynamic_cast<const std::system_error *>(&error);
    const int code = failed == nullptr ? 0 : failed->code().value();
    return base::is_shortage(code) || code == EAGAIN ? code : 0;
}

/// Asked by the scripts of `retouch completion`, with the words behind the program's name; in no
/// help, since it is for them alone.
constexpr std::string_view k_complete = "__complete";

void answer_shell(const CLI::App &app, const std::vector<std::string> &arguments,
                  Context &context) {
    const std::vector<std::string> words(arguments.begin() + 1, arguments.end());
    const Completion completion = complete(app, words, known_names(context));
    // What took too long has been ended; what is known is said.
    const base::InterruptShield shield;
    context.console.out(completion_text(completion));
}

int run(const std::vector<std::string> &arguments, Context &context) {
    CLI::App app;
    define_arguments(app, context);
    if (!arguments.empty() && arguments.front() == k_complete) {
        answer_shell(app, arguments, context);
        return 0;
    }
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
        return base::exit_code_of(error);
    } catch (const std::filesystem::filesystem_error &error) {
        context.console.error(base::system_error("use", error.path1(), error.code().value()));
        return base::exit_code(ErrorKind::failed);
    } catch (const std::exception &error) {
        if (const int code = code_of_shortage(error)) {
            const Error shortage = base::shortage_error("go on", code);
            context.console.error(shortage);
            return base::exit_code(shortage.kind());
        }
        context.console.error(Error(ErrorKind::internal,
                                    fmt::format("this is a bug in retouch: {}", error.what()),
                                    "please report it with the command that led to it"));
        return base::exit_code(ErrorKind::internal);
    }
}

} // namespace retouch::cli
