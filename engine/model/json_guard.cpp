// JsonGuard: a first pass over the text checks the bounds and builds nothing; only what passed is
// turned into a document. The parser itself does not recurse, but whoever uses a document does.
// Positions in messages count bytes in a line, from 1.

#include "model/json_guard.hpp"

#include "base/text.hpp"
#include "retouch/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

namespace retouch::model {

namespace {

constexpr std::size_t k_shown_key = 100;

std::string position_text(std::string_view text, std::size_t byte) {
    const std::string_view before = text.substr(0, byte == 0 ? 0 : byte - 1);
    const auto line_start = before.rfind('\n');
    return fmt::format("line {}, column {}", std::ranges::count(before, '\n') + 1,
                       line_start == std::string_view::npos ? before.size() + 1
                                                            : before.size() - line_start);
}

/// Receives every event of one parse and ends it with the first reason to refuse the text.
class Guard : public nlohmann::json_sax<Json> {
  public:
    Guard(std::string_view text, const JsonBounds &bounds) : text_(text), bounds_(bounds) {}

    [[nodiscard]] const std::string &reason() const { return reason_; }

    bool null() override { return count(); }

    bool boolean(bool) override { return count(); }

    bool number_integer(number_integer_t) override { return count(); }

    bool number_unsigned(number_unsigned_t) override { return count(); }

    bool number_float(number_float_t, const string_t &) override { return count(); }

    bool string(string_t &) override { return count(); }

    bool binary(binary_t &) override { return count(); }

    bool start_object(std::size_t) override { return open(); }

    bool end_object() override { return close(); }

    bool start_array(std::size_t) override { return open(); }

    bool end_array() override { return close(); }

    bool key(string_t &name) override {
        if (!keys_.back().insert(name).second)
            return refuse(
                fmt::format("repeats the key '{}'", base::escape(name.substr(0, k_shown_key))));
        if (keys_.back().size() > bounds_.keys)
            return refuse(fmt::format("has more than {} keys in one object", bounds_.keys));
        return true;
    }

    bool parse_error(std::size_t byte, const std::string &,
                     const nlohmann::detail::exception &) override {
        return refuse(fmt::format("is not JSON: {}", position_text(text_, byte)));
    }

  private:
    bool refuse(std::string reason) {
        reason_ = std::move(reason);
        return false;
    }

    bool count() {
        if (++values_ > bounds_.values)
            return refuse(fmt::format("holds more than {} values", bounds_.values));
        return true;
    }

    bool open() {
        keys_.emplace_back();
        if (keys_.size() > bounds_.depth)
            return refuse(fmt::format("nests more than {} levels deep", bounds_.depth));
        return count();
    }

    bool close() {
        keys_.pop_back();
        return true;
    }

    std::string_view text_;
    JsonBounds bounds_;
    std::size_t values_ = 0;
    std::vector<std::set<std::string>> keys_; ///< of each open object or array
    std::string reason_;
};

} // namespace

Json parse_guarded(const std::string &text, const JsonBounds &bounds, const std::string &subject,
                   const std::string &hint) {
    const auto refuse = [&](const std::string &reason) {
        return Error(ErrorKind::invalid, fmt::format("{} {}", subject, reason), hint);
    };
    if (text.size() > bounds.bytes)
        throw refuse(fmt::format("is larger than {}", base::format_bytes(bounds.bytes)));
    // The parser takes a NUL for the end of the text.
    if (const auto nul = text.find('\0'); nul != std::string::npos)
        throw refuse(fmt::format("is not JSON: {}", position_text(text, nul + 1)));
    Guard guard(text, bounds);
    if (!Json::sax_parse(text, &guard))
        throw refuse(guard.reason());
    return Json::parse(text);
}

} // namespace retouch::model
