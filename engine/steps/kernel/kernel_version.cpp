// The rules of rpmvercmp: what is neither letter nor digit only parts, and a number is newer than
// letters in its place. Debian's own differ in nothing that versions of its kernels hold.

#include "steps/kernel/kernel_version.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <compare>

namespace retouch::steps {

namespace {

bool is_digit_letter(char letter) {
    return letter >= '0' && letter <= '9';
}

void skip_signs(std::string_view &text) {
    while (!text.empty() && text.front() != '~' && !base::is_alphanumeric(text.front()))
        text.remove_prefix(1);
}

/// Digits, or letters.
std::string_view take_part(std::string_view &text) {
    const bool digits = is_digit_letter(text.front());
    const auto end = std::ranges::find_if(text, [digits](char each) {
        return is_digit_letter(each) != digits || !base::is_alphanumeric(each);
    });
    const std::string_view part = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(part.size());
    return part;
}

std::strong_ordering compare_parts(std::string_view one, std::string_view other) {
    const bool is_number = is_digit_letter(one.front());
    if (is_number != is_digit_letter(other.front()))
        return is_number ? std::strong_ordering::greater : std::strong_ordering::less;
    if (!is_number)
        return one <=> other;
    one.remove_prefix(std::min(one.find_first_not_of('0'), one.size()));
    other.remove_prefix(std::min(other.find_first_not_of('0'), other.size()));
    if (const auto length = one.size() <=> other.size(); length != 0)
        return length;
    return one <=> other;
}

} // namespace

bool is_older_version(std::string_view one, std::string_view other) {
    for (;;) {
        skip_signs(one);
        skip_signs(other);
        const bool one_is_before = one.starts_with('~');
        if (one_is_before != other.starts_with('~'))
            return one_is_before;
        if (one_is_before) {
            one.remove_prefix(1);
            other.remove_prefix(1);
            continue;
        }
        if (one.empty() || other.empty())
            return one.empty() && !other.empty();
        const std::string_view part = take_part(one);
        if (const auto order = compare_parts(part, take_part(other)); order != 0)
            return order < 0;
    }
}

} // namespace retouch::steps
