#pragma once
// Answers to questions that packages of Debian ask, in debconf's database.

#include "retouch/guest.hpp"

#include <map>
#include <string>
#include <string_view>

namespace retouch::steps {

using DebconfAnswers = std::map<std::string, std::string>; ///< by "OWNER/QUESTION"

/// Those that are answered, as a person would have done it. Throws Error.
[[nodiscard]] DebconfAnswers debconf_answers(const GuestView &guest);

/// The same of the text of one database: debconf(7), config.dat.
[[nodiscard]] DebconfAnswers debconf_answers_in(std::string_view text);

/// The lines that debconf-set-selections(1) reads.
[[nodiscard]] std::string debconf_selections(const DebconfAnswers &answers);

} // namespace retouch::steps
