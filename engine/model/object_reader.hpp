#pragma once

// ObjectReader: takes the members of one JSON object, each with its type checked, and knows where
// in the document it stands. A mistake is an Error naming that place: "targets[0].reason: missing".

#include "model/names.hpp"
#include "retouch/error.hpp"
#include "retouch/json.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace retouch::model {

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

    // The visitor of members.hpp, which whoever uses it includes. Each throws Error when the member
    // is missing, of another type or out of its bounds.

    template<typename T>
    void operator()(std::string_view key, T &value) {
        if constexpr (std::is_enum_v<T>)
            value = choice<T>(key);
        else
            read(key, value);
    }

    template<typename T>
    void optional(std::string_view key, std::optional<T> &value) {
        if (value_->contains(key))
            (*this)(key, value.emplace());
    }

    /// What is as it is by default is left out.
    template<typename T>
    void unless_default(std::string_view key, T &value) {
        if (value_->contains(key))
            (*this)(key, value);
    }

    void milliseconds(std::string_view key, double &seconds) { (*this)(key, seconds); }

    void object(std::string_view key, Json &value);

    void any(std::string_view key, Json &value) { value = member(key); }

    void exit_status(std::string_view key, std::optional<int> &value);

    void derived(std::string_view key) { (void)member(key); }

    [[nodiscard]] std::string text(std::string_view key);

    /// Throws Error when a member was not asked for, unless the context allows that.
    void finish() const;

    /// An Error about the member `key`.
    [[nodiscard]] Error wrong(std::string_view key, const std::string &what) const;

  private:
    void read(std::string_view key, std::string &value) { value = text(key); }

    void read(std::string_view key, bool &value);
    void read(std::string_view key, int &value);
    void read(std::string_view key, std::uint32_t &value);

    void read(std::string_view key, std::int64_t &value) { value = count(key); }

    void read(std::string_view key, std::uint64_t &value) {
        value = static_cast<std::uint64_t>(count(key));
    }

    void read(std::string_view key, double &value); ///< not negative
    void read(std::string_view key, std::vector<std::string> &values);
    void read(std::string_view key, std::map<std::string, std::string> &entries);

    template<typename T>
    void read(std::string_view key, std::optional<T> &value) {
        if (!member(key).is_null())
            (*this)(key, value.emplace());
    }

    template<Named Enum>
    void read(std::string_view key, std::vector<Enum> &values) {
        std::vector<std::string> names;
        read(key, names);
        for (const std::string &name : names) {
            const auto value = from_name<Enum>(name);
            if (!value)
                throw wrong(key, "expected only " + joined_names<Enum>());
            values.push_back(*value);
        }
    }

    template<typename Struct>
    void read(std::string_view key, std::vector<Struct> &values) {
        const Json &elements = array(key);
        values.reserve(elements.size());
        for (const Json &element : elements) {
            std::string element_place = place(key) + '[' + std::to_string(values.size()) + ']';
            read_struct(element, std::move(element_place), values.emplace_back());
        }
    }

    template<typename Struct>
    void read(std::string_view key, Struct &value) {
        read_struct(member(key), place(key), value);
    }

    template<typename Struct>
    void read_struct(const Json &json, std::string path, Struct &value) {
        ObjectReader reader(json, std::move(path), *context_);
        members(reader, value);
        reader.finish();
    }

    template<Named Enum>
    [[nodiscard]] Enum choice(std::string_view key) {
        if (const auto value = from_name<Enum>(text(key)))
            return *value;
        throw wrong(key, "expected " + choices<Enum>());
    }

    [[nodiscard]] const Json &member(std::string_view key);
    [[nodiscard]] const Json &array(std::string_view key);
    [[nodiscard]] std::int64_t count(std::string_view key); ///< an integer, not negative
    [[nodiscard]] std::string place(std::string_view key) const;

    const Json *value_;
    std::string path_;
    const DocumentContext *context_;
    std::set<std::string, std::less<>> asked_;
};

} // namespace retouch::model
