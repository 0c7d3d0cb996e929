#pragma once

// JsonWriter: makes the documented JSON form of a struct by its list in members.hpp, which whoever
// uses it includes. Bytes that are no UTF-8 have no place in JSON: they become U+FFFD.

#include "base/text.hpp"
#include "model/names.hpp"
#include "retouch/json.hpp"

#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace retouch::model {

/// `value` with all its strings and keys made valid.
[[nodiscard]] Json printable(const Json &value);

class JsonWriter {
  public:
    template<typename T>
    void operator()(const char *key, const T &value) {
        object_[key] = written(value);
    }

    template<typename T>
    void optional(const char *key, const std::optional<T> &value) {
        if (value)
            (*this)(key, *value);
    }

    template<typename T>
    void unless_default(const char *key, const T &value) {
        if (!(value == T{}))
            (*this)(key, value);
    }

    /// A number of seconds, to the millisecond.
    void milliseconds(const char *key, double seconds) {
        (*this)(key, std::round(seconds * 1000) / 1000);
    }

    void object(const char *key, const Json &value) { object_[key] = printable(value); }

    void any(const char *key, const Json &value) { object_[key] = printable(value); }

    void exit_status(const char *key, const std::optional<int> &value) { (*this)(key, value); }

    /// Keeps the place.
    void derived(const char *key) { object_[key] = nullptr; }

    /// The form of a value of any type that a list may hold.
    template<typename T>
    [[nodiscard]] static Json written(const T &value) {
        if constexpr (std::is_same_v<T, std::string>) {
            return base::to_valid_utf8(value);
        } else if constexpr (Named<T>) {
            return to_string(value);
        } else if constexpr (std::is_arithmetic_v<T>) {
            return value;
        } else {
            return written_parts(value);
        }
    }

    [[nodiscard]] Json take() { return std::move(object_); }

  private:
    template<typename T>
    static Json written_parts(const std::optional<T> &value) {
        return value ? written(*value) : Json();
    }

    template<typename T>
    static Json written_parts(const std::vector<T> &values) {
        Json list = Json::array();
        for (const T &value : values)
            list.push_back(written(value));
        return list;
    }

    static Json written_parts(const std::map<std::string, std::string> &entries) {
        Json object = Json::object();
        for (const auto &[key, value] : entries)
            object[base::to_valid_utf8(key)] = base::to_valid_utf8(value);
        return object;
    }

    template<typename Struct>
    static Json written_parts(const Struct &value) {
        JsonWriter writer;
        members(writer, value);
        return writer.take();
    }

    Json object_ = Json::object();
};

} // namespace retouch::model
