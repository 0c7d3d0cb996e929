// CommandEntry, see the header.
// Options name every key, so that a plan shows what will happen without knowing the defaults.
// Nothing of a script is ever quoted into another: it reaches the shell as a file.

#include "steps/support/command_entry.hpp"

#include "base/text.hpp"
#include "steps/support/guest_paths.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>

namespace retouch::steps {

namespace {

constexpr std::size_t k_summary_length = 72;

bool is_variable_name(std::string_view name) {
    const auto allowed = [](char each) { return each == '_' || base::is_alphanumeric(each); };
    return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
           std::ranges::all_of(name, allowed);
}

Json environment_of(const Value &entry, const Reader &reader) {
    std::map<std::string, std::string> variables; // sorted: their order means nothing
    if (const Value *env = entry.find("env"))
        for (const Field &field : env->fields) {
            variables[field.key] = field.value.scalar;
            if (!is_variable_name(field.key))
                reader.error(field.key_mark,
                             fmt::format("'{}' is not a valid name of an environment variable",
                                         base::escape(field.key)),
                             "use letters, digits and _, not beginning with a digit");
        }
    return Json(variables);
}

constexpr std::int64_t k_usual_timeout = 600;
constexpr const char *k_usual_shell = "/bin/sh";
constexpr const char *k_usual_directory = "/";

std::string path_or(const Value &entry, std::string_view key, std::string fallback,
                    const Reader &reader) {
    const Value *value = entry.find(key);
    if (value == nullptr || value->scalar == fallback)
        return fallback;
    return guest_path(*value, reader).value_or(std::move(fallback));
}

} // namespace

std::int64_t timeout_of(const Value &entry, std::int64_t usual, const Reader &reader) {
    const Value *value = entry.find("timeout");
    if (value == nullptr)
        return usual;
    const auto duration = base::parse_duration(value->scalar);
    if (!duration)
        reader.error(
            value->mark,
            fmt::format("'{}' is not a duration from 1s to 24h", base::escape(value->scalar)),
            "write hours, minutes and seconds, such as 90s, 10m or 1h30m");
    return duration ? duration->count() : usual;
}

void spell_timeout(Json &entry) {
    const auto timeout = entry.find("timeout");
    if (timeout == entry.end())
        return;
    if (timeout->is_number_unsigned())
        *timeout = fmt::format("{}s", timeout->get<std::uint64_t>());
    else
        entry.erase("timeout");
}

void read_command(const Value &entry, Step &step, const Reader &reader) {
    const bool is_short = entry.kind != Value::Kind::mapping;
    const Value &script = is_short ? entry : *entry.find("run");
    if (base::trim(script.scalar).empty())
        reader.error(script.mark, "the command is empty");
    step.options["run"] = script.scalar;
    step.options["shell"] = path_or(entry, "shell", k_usual_shell, reader);
    step.options["workdir"] = path_or(entry, "workdir", k_usual_directory, reader);
    step.options["env"] = environment_of(entry, reader);
    step.options["network"] = entry.flag_or("network", false);
    step.identity = step.options;
    step.options["timeout"] = timeout_of(entry, k_usual_timeout, reader);
}

std::vector<std::string> command_remarks(const Json &options) {
    std::vector<std::string> remarks;
    for (const char *guard : {"creates", "unless", "only_if"})
        if (options.contains(guard))
            remarks.push_back(fmt::format(
                "{}: {}", guard, base::trim(options.at(guard).get_ref<const std::string &>())));
    std::vector<std::string> unusual;
    if (options.at("network").get<bool>())
        unusual.emplace_back("network");
    if (const auto seconds = options.at("timeout").get<std::int64_t>(); seconds != k_usual_timeout)
        unusual.push_back("timeout " + spell_duration(std::chrono::seconds(seconds)));
    for (const auto &[name, value] : options.at("env").items())
        unusual.push_back("env " + name);
    for (const auto &[key, usual] :
         {std::pair{"shell", k_usual_shell}, {"workdir", k_usual_directory}})
        if (const auto path = options.at(key).get<std::string>(); path != usual)
            unusual.push_back(fmt::format("{} {}", key, path));
    if (!unusual.empty())
        remarks.push_back(fmt::format("{}", fmt::join(unusual, ", ")));
    return remarks;
}

Json command_entries(const std::vector<Json> &options) {
    Json entries = options;
    for (Json &entry : entries)
        spell_timeout(entry);
    return entries;
}

GuestCommand command_from(const Json &options, const std::string &script) {
    GuestCommand command;
    command.script = script;
    command.shell = options.at("shell").get<std::string>();
    command.working_directory = options.at("workdir").get<std::string>();
    for (const auto &[name, value] : options.at("env").items())
        command.environment.emplace_back(name, value.get<std::string>());
    command.network = options.at("network").get<bool>();
    command.time_limit = std::chrono::seconds(options.at("timeout").get<std::int64_t>());
    return command;
}

std::string start_obstacle(const GuestView &guest, const GuestCommand &command) {
    if (!stat(guest, command.shell))
        return fmt::format("the image has no {}", base::escape(command.shell));
    if (command.working_directory != "/" && !is_directory(guest, command.working_directory))
        return fmt::format("the image has no directory {}",
                           base::escape(command.working_directory));
    return {};
}

std::string spell_duration(std::chrono::seconds duration) {
    constexpr std::int64_t k_minute = 60;
    const std::int64_t all = duration.count();
    std::string text;
    if (all >= k_minute * k_minute)
        text += fmt::format("{}h", all / (k_minute * k_minute));
    if (all / k_minute % k_minute != 0)
        text += fmt::format("{}m", all / k_minute % k_minute);
    if (all % k_minute != 0)
        text += fmt::format("{}s", all % k_minute);
    return text;
}

std::string first_line(const std::string &script) {
    const std::string_view text = base::trim(script);
    const auto end = text.find('\n');
    const std::string line = base::escape(base::trim(text.substr(0, end)));
    const std::string_view shown = base::first_code_points(line, k_summary_length);
    const bool was_cut = shown.size() < line.size() || end != std::string_view::npos;
    return std::string(shown) + (was_cut ? " ..." : "");
}

std::string failure_of(const CommandResult &result, const GuestCommand &command) {
    if (result.timed_out && result.limits.empty())
        return fmt::format("timed out after {}", spell_duration(command.time_limit));
    std::string text = result.timed_out ? std::string("timed out")
                                        : fmt::format("exited with status {}", result.exit_status);
    if (!result.limits.empty())
        text += fmt::format(": {}", fmt::join(result.limits, "; "));
    return text;
}

StepResult report_of(const CommandResult &result) {
    StepResult report;
    report.exit_status = result.exit_status;
    report.out = result.out;
    report.err = result.err;
    report.seconds = result.seconds;
    return report;
}

} // namespace retouch::steps
