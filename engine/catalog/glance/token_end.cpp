#include "catalog/glance/token_end.hpp"

#include "base/clock.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

namespace retouch::catalog {

namespace {

namespace ch = std::chrono;

/// Rounded down: who is told "52 min" has them.
std::string words_of(ch::seconds left) {
    if (left < ch::minutes(1))
        return "in less than a minute";
    if (left < ch::hours(2))
        return fmt::format("in {} min", ch::floor<ch::minutes>(left).count());
    const auto hours = ch::floor<ch::hours>(left);
    return fmt::format("in {} h {:02} min", hours.count(),
                       ch::floor<ch::minutes>(left - hours).count());
}

/// "2026-01-31 12:00".
std::string minute_in(ch::seconds ahead) {
    std::string text = base::utc_in(ahead).substr(0, std::string_view("2026-01-31T12:00").size());
    text[text.find('T')] = ' ';
    return text;
}

} // namespace

std::string end_of_token(Session &session) {
    const auto left = session.time_left();
    if (!left)
        return "";
    return fmt::format("the token of cloud '{}' ends {}, at {} UTC, and cannot be renewed: a run "
                       "that takes longer cannot publish",
                       base::escape(session.cloud().name), words_of(*left), minute_in(*left));
}

} // namespace retouch::catalog
