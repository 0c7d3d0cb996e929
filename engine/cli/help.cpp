// Help: examples come first because most readers look for a line to copy.
// Texts live with the commands that define them; here is only their layout.
// Descriptions are wrapped to 80 columns, so that help reads the same everywhere.

#include "cli/help.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch::cli {

namespace {

constexpr std::size_t k_width = 80;
constexpr std::size_t k_widest_label = 28;

constexpr const char *k_exit_codes = R"(Exit codes:
    0  done, or nothing to do
    1  failed; nothing was changed
    2  changes are pending (plan --detailed-exitcode), or drift was found
    3  some of several recipes failed
    4  the saved plan is stale
    5  refused by a guard
   64  wrong usage
   65  a recipe, plan or image file is not valid
   69  a service or tool is not available
   70  a bug in retouch
   74  done, but a report or other output could not be written
   75  try again later: a lock is held, or one thing is left to be done
   77  not authorised
   78  the configuration is wrong
  130, 143  interrupted; rolled back
)";

constexpr const char *k_environment = R"(Environment:
  RETOUCH_CATALOG   catalog to use when --catalog is not given
  RETOUCH_CONFIG    configuration file when --config is not given
  RETOUCH_GUEST     appliance or host, when --guest is not given
  RETOUCH_APPLIANCE machine or libguestfs, to have no other appliance
  NO_COLOR          no colour;  CLICOLOR_FORCE  colour even without a terminal
  TMPDIR            where private temporary directories are made
  XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_CACHE_HOME
                    instead of ~/.config, ~/.local/state, ~/.cache

Configuration: retouch.yaml in this directory or above, then
~/.config/retouch/config.yaml, then /etc/retouch/config.yaml. Without any, the
catalog is the directory ./images.
)";

struct Entry {
    std::string label;
    std::string text;
};

std::string wrapped(const std::string &text, std::size_t indent) {
    std::string out;
    std::size_t column = indent;
    std::size_t start = 0;
    while (start < text.size()) {
        const std::size_t end = std::min(text.find(' ', start), text.size());
        const std::string word = text.substr(start, end - start);
        if (column > indent && column + 1 + word.size() > k_width) {
            out += "\n" + std::string(indent, ' ');
            column = indent;
        } else if (column > indent) {
            out += ' ';
            ++column;
        }
        out += word;
        column += word.size();
        start = end + 1;
    }
    return out;
}

std::string list_text(const std::string &title, const std::vector<Entry> &entries) {
    if (entries.empty())
        return {};
    std::size_t width = 0;
    for (const Entry &entry : entries)
        width = std::max(width, std::min(entry.label.size(), k_widest_label));
    std::string text = fmt::format("\n{}:\n", title);
    for (const Entry &entry : entries) {
        text += fmt::format("  {:<{}}", entry.label, width);
        if (entry.label.size() > width)
            text += fmt::format("\n{}", std::string(width + 2, ' '));
        text += "  " + wrapped(entry.text, width + 4) + "\n";
    }
    return text;
}

std::string option_label(const CLI::Option &option) {
    std::string label;
    for (const std::string &name : option.get_snames())
        base::add_part(label, "-" + name);
    for (const std::string &name : option.get_lnames())
        base::add_part(label, "--" + name);
    if (option.get_items_expected_max() > 0 && !option.get_type_name().empty())
        label += " " + option.get_type_name();
    else if (option.get_type_name().starts_with('['))
        label += option.get_type_name();
    return label;
}

/// --help is shown with the global options only.
std::vector<Entry> options_of(const CLI::App &app) {
    std::vector<Entry> entries;
    for (const CLI::Option *option : app.get_options())
        if (option->nonpositional() &&
            (app.get_parent() == nullptr || option != app.get_help_ptr()))
            entries.push_back({option_label(*option), option->get_description()});
    return entries;
}

std::vector<Entry> positionals_of(const CLI::App &app) {
    std::vector<Entry> entries;
    for (const CLI::Option *option : app.get_options())
        if (!option->nonpositional())
            entries.push_back({option->get_name(true), option->get_description()});
    return entries;
}

std::string usage_line(const CLI::App &command) {
    std::string line = "retouch " + command.get_name();
    for (const CLI::Option *option : command.get_options()) {
        if (option->nonpositional())
            continue;
        const bool several = option->get_items_expected_max() > 1;
        const std::string name = option->get_name(true) + (several ? "..." : "");
        line += option->get_required() ? " " + name : fmt::format(" [{}]", name);
    }
    return line + " [OPTIONS]";
}

std::string examples_of(const CLI::App &app) {
    std::string text = "\nExamples:\n";
    for (const std::string &line : base::split_lines(app.get_footer()))
        text += "  " + line + "\n";
    return text;
}

std::vector<Entry> commands_of(const CLI::App &app) {
    std::vector<Entry> entries;
    for (const CLI::App *command : app.get_subcommands([](const CLI::App *) { return true; }))
        entries.push_back({command->get_name(), command->get_description()});
    return entries;
}

std::string root_help(const CLI::App &app) {
    return fmt::format("{}\n\nUsage: retouch COMMAND [ARGUMENTS] [OPTIONS]\n",
                       app.get_description()) +
           examples_of(app) + list_text("Commands", commands_of(app)) +
           list_text("Global options", options_of(app)) + "\n" + k_environment + "\n" +
           k_exit_codes;
}

std::string command_help(const CLI::App &command) {
    return fmt::format("{}\n\nUsage: {}\n", wrapped(command.get_description(), 0),
                       usage_line(command)) +
           examples_of(command) + list_text("Arguments", positionals_of(command)) +
           list_text("Options", options_of(command)) +
           list_text("Global options", options_of(*command.get_parent()));
}

} // namespace

std::string help_text(const CLI::App &app) {
    return app.get_parent() == nullptr ? root_help(app) : command_help(app);
}

std::string short_help_text(const CLI::App &app) {
    return fmt::format("{}\n", app.get_description()) + examples_of(app) +
           list_text("Commands", commands_of(app)) +
           "\nMore: retouch --help, retouch COMMAND --help\n";
}

} // namespace retouch::cli
