// Arguments: the root of the tree and the pieces commands are made of.
// Choices are kept in the option's type name ("text|json"), where help, errors and completion
// find them again.

#include "cli/arguments.hpp"

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/usage.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <utility>

namespace retouch::cli {

namespace {

constexpr const char *k_examples = R"(retouch import debian-12.qcow2 --name "Debian 12"
retouch check recipes/*.yaml
retouch plan recipes/web.yaml
retouch apply recipes/web.yaml)";

void add_global_options(CLI::App &app, Context &context) {
    app.add_option("--catalog", context.global.catalog,
                   "catalog of the configuration to work on (also: RETOUCH_CATALOG)")
        ->type_name("NAME");
    app.add_option("--os-cloud", context.global.os_cloud,
                   "cloud in clouds.yaml a catalog of type glance works on (also: OS_CLOUD)")
        ->type_name("NAME");
    app.add_option("--config", context.global.config,
                   "configuration file, instead of the retouch.yaml that is found")
        ->type_name("FILE");
    app.add_option_function<std::string>(
           "--color",
           [&context](const std::string &word) {
               context.console.set_colour(word == "always"  ? Colour::always
                                          : word == "never" ? Colour::never
                                                            : Colour::automatic);
           },
           "colour in text (also: NO_COLOR, CLICOLOR_FORCE)")
        ->type_name("auto|always|never");
    app.add_flag("-q,--quiet", context.global.quiet, "no progress, only results and errors");
    app.set_version_flag("--version", std::string(), "print the version");
}

/// Refuses a word that is not among the choices in the option's type name.
void check_choices(CLI::App &app) {
    for (CLI::Option *option : app.get_options()) {
        const std::vector<std::string> choices = choices_of(*option);
        if (choices.empty())
            continue;
        option->check(CLI::Validator(
            [choices](const std::string &word) { return not_a_choice(word, choices); }, "", ""));
    }
    for (CLI::App *command : app.get_subcommands({}))
        check_choices(*command);
}

} // namespace

Command::Command(CLI::App &app, const std::string &name, const std::string &summary,
                 const std::string &examples)
    : app_(*app.add_subcommand(name, summary)) {
    app_.fallthrough();
    app_.footer(examples);
}

void Command::argument(const std::string &name, std::string &value, const std::string &summary) {
    app_.add_option(name, value, summary)->required();
}

void Command::arguments(const std::string &name, std::vector<std::string> &values,
                        const std::string &summary) {
    app_.add_option(name, values, summary)->required();
}

void Command::optional_arguments(const std::string &name, std::vector<std::string> &values,
                                 const std::string &summary) {
    app_.add_option(name, values, summary);
}

void Command::argument_of(const std::string &name, std::string &value,
                          const std::vector<std::string> &choices, const std::string &summary) {
    app_.add_option(name, value, summary)->required()->type_name(base::joined(choices, "|"));
}

void Command::option(const std::string &names, std::string &value, const std::string &type,
                     const std::string &summary) {
    app_.add_option(names, value, summary)->type_name(type);
}

void Command::required_option(const std::string &names, std::string &value, const std::string &type,
                              const std::string &summary) {
    app_.add_option(names, value, summary)->required()->type_name(type);
}

void Command::repeated_option(const std::string &names, std::vector<std::string> &values,
                              const std::string &type, const std::string &summary) {
    app_.add_option(names, values, summary)->type_name(type)->expected(1)->take_all();
}

void Command::option_of(const std::string &names, std::string &value,
                        const std::vector<std::string> &choices, const std::string &summary) {
    app_.add_option(names, value, summary)->type_name(base::joined(choices, "|"));
}

void Command::flag(const std::string &names, bool &value, const std::string &summary) {
    app_.add_flag(names, value, summary);
}

void Command::flag_or(const std::string &name, std::string &value, const std::string &word,
                      const std::string &summary) {
    app_.add_flag(name + "{plain}", value, summary)
        ->type_name("[=" + word + "]")
        ->check(CLI::Validator(
            [word](const std::string &given) {
                return given == "plain" || given == word ? std::string()
                                                         : not_a_choice(given, {word});
            },
            "", ""));
}

void Command::variables(VariableOptions &values) {
    repeated_option("--var", values.assignments, "NAME=VALUE",
                    "value of a variable of the recipes; repeatable");
    repeated_option("--var-file", values.files, "FILE",
                    "YAML file with values of variables; of several the last wins");
}

void Command::guest(std::string &value) {
    option_of("--guest", value, {"appliance", "host"},
              "how to open the image: in a small virtual machine, or, as root and for images you "
              "trust, mounted on this host (default: as configured, else appliance)");
}

void Command::from_current(bool &value) {
    flag("--from-current", value, "when the source image is gone, build on the current generation");
}

void Command::rebuild(bool &value) {
    flag("--rebuild", value, "build anew what is as the recipe says already");
}

void Command::selection(Selection &value) {
    repeated_option("--only", value.only, "NAME",
                    "these images alone, by the names they are published under, or patterns");
    repeated_option("--except", value.except, "NAME", "not these images");
}

void Command::action(Context &context, std::function<int()> act) {
    app_.callback([&context, act = std::move(act)] { context.command = act; });
}

std::map<std::string, std::string> parse_assignments(const std::string &option,
                                                     const std::vector<std::string> &words,
                                                     const std::string &example) {
    std::map<std::string, std::string> values;
    for (const std::string &word : words) {
        const auto equals = word.find('=');
        if (equals == std::string::npos || equals == 0)
            throw Error(ErrorKind::usage,
                        fmt::format("{} needs NAME=VALUE, not '{}'", option, base::escape(word)),
                        fmt::format("for example: {} {}", option, example));
        if (!values.emplace(word.substr(0, equals), word.substr(equals + 1)).second)
            throw Error(ErrorKind::usage, fmt::format("{} sets '{}' twice", option,
                                                      base::escape(word.substr(0, equals))));
    }
    return values;
}

void define_arguments(CLI::App &app, Context &context) {
    app.name("retouch");
    app.description("Update cloud images from recipes: see the plan first, then apply it.");
    app.footer(k_examples);
    app.set_help_flag("-h,--help", "print this help");
    app.require_subcommand(0, 1);
    add_global_options(app, context);
    add_check(app, context);
    add_plan(app, context);
    add_apply(app, context);
    add_drift(app, context);
    add_images(app, context);
    add_show(app, context);
    add_import(app, context);
    add_detach(app, context);
    add_discard(app, context);
    add_export(app, context);
    add_remove(app, context);
    add_doctor(app, context);
    add_schema(app, context);
    add_completion(app, context);
    add_version(app, context);
    check_choices(app);
}

} // namespace retouch::cli
