#pragma once
// Wire: values as bytes and back, for what goes between the library and the program in a machine of
// ours. Both are of one build. What comes from the machine is a stranger's all the same: it is
// whole and within its bounds, or an Error. The members of each value are listed once, for both
// ways.

#include "guest/machine/machine_call.hpp"
#include "guest/machine/wire_members.hpp"

#include <bit>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace retouch::guest {

/// Throws Error: failed, for bytes that are not what was agreed.
[[noreturn]] void refuse_wire();

class WireWriter {
  public:
    template<typename T>
    WireWriter &operator<<(const T &value) {
        if constexpr (std::integral<T> || std::is_enum_v<T>)
            number(static_cast<std::uint64_t>(value));
        else if constexpr (std::floating_point<T>)
            number(std::bit_cast<std::uint64_t>(double{value}));
        else if constexpr (std::same_as<T, std::chrono::seconds>)
            number(static_cast<std::uint64_t>(value.count()));
        else if constexpr (std::convertible_to<T, std::string_view>)
            text(value);
        else
            put(value);
        return *this;
    }

    [[nodiscard]] std::string take() { return std::move(bytes_); }

  private:
    void number(std::uint64_t value);
    void text(std::string_view bytes);

    template<typename T>
    void put(const std::optional<T> &value) {
        *this << value.has_value();
        if (value)
            *this << *value;
    }

    template<typename T>
    void put(const std::vector<T> &values) {
        *this << values.size();
        for (const T &value : values)
            *this << value;
    }

    template<typename First, typename Second>
    void put(const std::pair<First, Second> &pair) {
        *this << pair.first << pair.second;
    }

    template<typename T>
    void put(const T &value) {
        list_members(value, [this](const auto &...members) { (*this << ... << members); });
    }

    std::string bytes_;
};

class WireReader {
  public:
    /// Borrows.
    explicit WireReader(std::string_view bytes) : rest_(bytes) {}

    template<typename T>
    WireReader &operator>>(T &value) {
        if constexpr (std::same_as<T, bool>)
            value = number(1) == 1;
        else if constexpr (std::is_enum_v<T>)
            value = static_cast<T>(number(static_cast<std::uint64_t>(last_of(T{}))));
        else if constexpr (std::integral<T>)
            value = narrowed<T>(number());
        else if constexpr (std::floating_point<T>)
            value = std::bit_cast<double>(number());
        else if constexpr (std::same_as<T, std::chrono::seconds>)
            value = T(narrowed<std::int64_t>(number()));
        else if constexpr (std::same_as<T, std::string>)
            value = bytes(number(rest_.size()));
        else
            get(value);
        return *this;
    }

    template<typename T>
    [[nodiscard]] T take() {
        T value{};
        *this >> value;
        return value;
    }

    /// Bytes that were not taken yet.
    [[nodiscard]] std::size_t left() const { return rest_.size(); }

    /// Throws Error when something is left.
    void finish() const;

  private:
    /// Written as its 64 bits; what does not fit is refused.
    template<typename T>
    [[nodiscard]] static T narrowed(std::uint64_t bits) {
        const auto value = static_cast<T>(bits);
        if (static_cast<std::uint64_t>(value) != bits)
            refuse_wire();
        return value;
    }

    [[nodiscard]] std::uint64_t number(std::uint64_t most = UINT64_MAX);
    [[nodiscard]] std::string_view bytes(std::uint64_t size);

    template<typename T>
    void get(std::optional<T> &value) {
        if (take<bool>())
            *this >> value.emplace();
        else
            value.reset();
    }

    template<typename T>
    void get(std::vector<T> &values) {
        values.clear();
        // One needs a byte at least, so nothing is allocated for what is not there.
        for (std::uint64_t left = number(rest_.size()); left > 0; --left)
            *this >> values.emplace_back();
    }

    template<typename First, typename Second>
    void get(std::pair<First, Second> &pair) {
        *this >> pair.first >> pair.second;
    }

    template<typename T>
    void get(T &value) {
        list_members(value, [this](auto &...members) { (*this >> ... >> members); });
    }

    std::string_view rest_;
};

} // namespace retouch::guest
