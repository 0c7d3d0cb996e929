#include "steps/packages/debconf.hpp"

#include "base/text.hpp"
#include "guest/resolve.hpp"

#include <array>
#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr std::array<const char *, 2> k_databases = {"/var/cache/debconf/config.dat",
                                                     "/var/cache/debconf/passwords.dat"};
constexpr std::size_t k_largest_database = std::size_t{16} << 20;

struct Question {
    std::string name;
    std::string value;
    bool was_seen = false;
};

void read_line(const std::string &line, Question &question) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos)
        return;
    const std::string key = line.substr(0, colon);
    const std::string value(base::trim(line.substr(colon + 1)));
    if (key == "Name")
        question.name = value;
    else if (key == "Value")
        question.value = value;
    else if (key == "Flags")
        question.was_seen = value.find("seen") != std::string::npos;
}

/// For what the package is not there yet to say: its own template replaces it.
std::string_view type_of(const std::string &value) {
    return value == "true" || value == "false" ? "boolean" : "string";
}

} // namespace

DebconfAnswers debconf_answers_in(std::string_view text) {
    DebconfAnswers answers;
    Question question;
    std::vector<std::string> lines = base::split_lines(text);
    lines.emplace_back();
    for (const std::string &line : lines) {
        if (!line.empty()) {
            read_line(line, question);
            continue;
        }
        if (question.was_seen)
            answers[question.name] = question.value;
        question = {};
    }
    return answers;
}

DebconfAnswers debconf_answers(const GuestView &guest) {
    DebconfAnswers answers;
    for (const char *database : k_databases) {
        const std::string path = guest::resolve_in_guest(guest, database);
        if (guest.lstat(path))
            answers.merge(debconf_answers_in(guest.read(path, k_largest_database)));
    }
    return answers;
}

std::string debconf_selections(const DebconfAnswers &answers) {
    std::string lines;
    for (const auto &[question, value] : answers)
        lines += fmt::format("{} {} {} {}\n", question.substr(0, question.find('/')), question,
                             type_of(value), value);
    return lines;
}

} // namespace retouch::steps
