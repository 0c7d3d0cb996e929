// One list of members serves writing and reading.

#include "guest/host/launch_orders.hpp"

#include <algorithm>
#include <array>

namespace retouch::guest {

namespace {

constexpr std::array k_switches = {&LaunchOrders::only_try, &LaunchOrders::writable,
                                   &LaunchOrders::network, &LaunchOrders::joins_network,
                                   &LaunchOrders::personality_32};
constexpr std::array k_numbers = {&LaunchOrders::memory_bytes, &LaunchOrders::processes,
                                  &LaunchOrders::open_files,   &LaunchOrders::file_bytes,
                                  &LaunchOrders::lifeline,     &LaunchOrders::program};
constexpr std::array k_words = {&LaunchOrders::root,  &LaunchOrders::group,
                                &LaunchOrders::slirp, &LaunchOrders::forbidden,
                                &LaunchOrders::disks, &LaunchOrders::disk_links};

std::string_view take_word(std::string_view &text) {
    const std::size_t end = std::min(text.find('\0'), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return word;
}

std::uint64_t to_number(std::string_view digits) {
    std::uint64_t value = 0;
    for (const char digit : digits)
        value = value * 10 + static_cast<std::uint64_t>(digit - '0');
    return value;
}

} // namespace

std::string write_orders(const LaunchOrders &orders) {
    std::string text;
    const auto add = [&text](std::string_view word) {
        text += word;
        text += '\0';
    };
    for (const auto member : k_switches)
        add(orders.*member ? "1" : "0");
    for (const auto member : k_numbers)
        add(std::to_string(orders.*member));
    for (const auto member : k_words)
        add(orders.*member);
    for (const std::string &word : orders.arguments)
        add(word);
    return text;
}

LaunchOrders read_orders(std::string_view text) {
    LaunchOrders orders;
    for (const auto member : k_switches)
        orders.*member = take_word(text) == "1";
    for (const auto member : k_numbers)
        orders.*member = to_number(take_word(text));
    for (const auto member : k_words)
        orders.*member = take_word(text);
    while (!text.empty())
        orders.arguments.emplace_back(take_word(text));
    return orders;
}

} // namespace retouch::guest
