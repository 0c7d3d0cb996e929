#pragma once
// SchemaPlace: where in a document the schema walk stands, and how messages name that place; and
// the words for a value of the wrong type, which depend on place and spelling.

#include "recipe/schema/schema_words.hpp"

#include <string>
#include <string_view>

namespace retouch::recipe {

class SchemaPlace {
  public:
    /// `title` names the document: "the recipe".
    [[nodiscard]] static SchemaPlace root(std::string title);

    [[nodiscard]] SchemaPlace key(const std::string &key) const;
    [[nodiscard]] SchemaPlace entry() const;
    [[nodiscard]] SchemaPlace key_name(const std::string &key) const;

    /// The place as part of a sentence: "the recipe", "'publish'", "an entry of 'files'".
    [[nodiscard]] std::string name() const;

    /// A sentence about a text that stands here: name, `statement` and the text.
    [[nodiscard]] std::string about(std::string_view text, std::string_view statement) const;

    /// How the value would be written here: "mode: VALUE" or "- VALUE".
    [[nodiscard]] std::string written(const std::string &value) const;

  private:
    enum class Kind { root, key, entry, key_name };

    SchemaPlace(Kind kind, std::string label);

    Kind kind_;
    std::string label_; ///< the title, the key, or what an entry belongs to
};

/// What is wrong when `value` is of none of the types `schema` wants, or is spelled so that some
/// reader takes it for another type.
[[nodiscard]] std::optional<SchemaFinding> wrong_type(const Value &value, const Json &schema,
                                                      const SchemaPlace &place);

/// The value of an integer or real; nullopt when it is out of range.
[[nodiscard]] std::optional<Json> number_of(const Value &value);

/// Untrusted text for a message: escaped, and cut when long.
[[nodiscard]] std::string shorten(std::string_view text);

/// "1 entry", "3 entries".
[[nodiscard]] std::string amount(const Json &number, std::string_view one, std::string_view many);

/// `add "name: centos7"`, when the schema of `key` has a short example.
[[nodiscard]] std::string example_hint(const std::string &key, const Json &properties);

} // namespace retouch::recipe
