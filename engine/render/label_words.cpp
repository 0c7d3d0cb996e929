// Labels come from an image or a plan: what is none is told in the digits it was given in.

#include "render/label_words.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"
#include "model/attributes.hpp"
#include "render/effect_words.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

namespace retouch::render {

namespace {

constexpr std::size_t k_longest = 100;

/// The text behind hexadecimal digits, without the NUL at its end.
std::string text_of_digits(std::string_view digits) {
    std::string text;
    for (std::size_t at = 0; at + 1 < digits.size(); at += 2) {
        unsigned char byte = 0;
        std::from_chars(digits.data() + at, digits.data() + at + 2, byte, 16);
        text += static_cast<char>(byte);
    }
    if (!text.empty() && text.back() == '\0')
        text.pop_back();
    return text;
}

std::string short_label(std::string_view label) {
    constexpr std::string_view usual = "system_u:object_r:";
    if (!label.starts_with(usual))
        return std::string(label);
    std::string_view type = label.substr(usual.size());
    if (type.ends_with(":s0"))
        type.remove_suffix(3);
    return std::string(type.find(':') == std::string_view::npos && !type.empty() ? type : label);
}

/// "none" where there is none.
std::string label_text(const std::string &attributes) {
    const auto value = model::attribute_value(attributes, model::k_label_attribute);
    if (!value)
        return "none";
    const bool is_text = base::is_lower_hex(*value) && value->size() % 2 == 0;
    return base::clipped(is_text ? short_label(text_of_digits(*value)) : std::string(*value),
                         k_longest);
}

} // namespace

std::string label_words(const std::string &attributes) {
    return model::attribute_value(attributes, model::k_label_attribute)
               ? "label " + label_text(attributes)
               : "";
}

std::string label_words(const std::string &before, const std::string &after) {
    return model::attribute_value(before, model::k_label_attribute) ==
                   model::attribute_value(after, model::k_label_attribute)
               ? ""
               : fmt::format("label {} -> {}", label_text(before), label_text(after));
}

} // namespace retouch::render
