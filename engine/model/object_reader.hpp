#pragma once

// ObjectReader: takes the members of one JSON object, each with its type checked, and knows where
// in the document it stands. A mistake is an Error naming that place: "targets[0].reason: missing".

#include "model/names.hpp"
#include "retouch/error.hpp"
#include "retouch/json.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace retouch {

/// What all readers of one document share.
struct DocumentContext {
    std::string subject;       ///< "the plan is not acceptable"
    std::string hint;          ///< for every error
    bool unknown_keys = false; ///< keys that are not known are ignored: the document is newer
};

class ObjectReader {
  public:
    /// `path` is empty for the document itself. Throws Error when `value` is no object.
    ObjectReader(const Json &value, std::string path, const DocumentContext &context);

    /// Whether there is a member that may be absent.
    [[nodiscard]] bool has(std::string_view key) const { return value_->contains(key); }

    // Each throws Error when the member is missing or of another type.
    [[nodiscard]] const Json &member(std::string_view key);
    [[nodiscard]] std::string text(std::string_view key);
    [[nodiscard]] bool boolean(std::string_view key);
    [[nodiscard]] std::int64_t count(std::string_view key); ///< an integer, not negative
    [[nodiscard]] double seconds(std::string_view key);     ///< a number, not negative
    [[nodiscard]] std::vector<std::string> texts(std::string_view key);
    [[nodiscard]] std::map<std::string, std::string> text_map(std::string_view key);
    [[nodiscard]] Json object(std::string_view key);
    [[nodiscard]] ObjectReader reader(std::string_view key);
    /// One reader for each element, which must be objects.
    [[nodiscard]] std::vector<ObjectReader> readers(std::string_view key);

    template<Named Enum>
    [[nodiscard]] Enum choice(std::string_view key) {
        if (const auto value = from_name<Enum>(text(key)))
            return *value;
        throw wrong(key, "expected " + joined_names<Enum>(" or "));
    }

    template<Named Enum>
    [[nodiscard]] std::vector<Enum> choices(std::string_view key) {
        std::vector<Enum> values;
        for (const std::string &name : texts(key)) {
            const auto value = from_name<Enum>(name);
            if (!value)
                throw wrong(key, "expected only " + joined_names<Enum>());
            values.push_back(*value);
        }
        return values;
    }

    /// Throws Error when a member was not asked for, unless the context allows that.
    void finish() const;

    /// An Error about the member `key`.
    [[nodiscard]] Error wrong(std::string_view key, const std::string &what) const;

  private:
    [[nodiscard]] std::string place(std::string_view key) const;
    [[nodiscard]] const Json &array(std::string_view key);

    const Json *value_;
    std::string path_;
    const DocumentContext *context_;
    std::set<std::string, std::less<>> asked_;
};

} // namespace retouch
