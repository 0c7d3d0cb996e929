#pragma once
// EditedText: the lines of a file, to be edited and put back: its line ends, its encoding and its
// byte order mark stay. Without an edit the same bytes come back, whatever they were.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::steps {

inline constexpr std::size_t k_largest_edited = std::size_t{16} << 20;

class EditedText {
  public:
    /// `obstacle` says why the bytes cannot be edited ("it is binary: byte 7 is NUL"), or is empty.
    EditedText(std::string_view bytes, std::string &obstacle);

    /// Without their ends, in UTF-8 where the file is UTF-16, else as they are.
    [[nodiscard]] std::size_t size() const { return lines_.size(); }

    [[nodiscard]] const std::string &line(std::size_t number) const { return lines_[number].text; }

    void set(std::size_t number, std::string text) { lines_[number].text = std::move(text); }

    void remove(std::size_t first, std::size_t count);

    /// Puts a line before that of the number, or at the end; it ends as the others do.
    void insert(std::size_t number, std::string text);

    [[nodiscard]] std::string bytes() const;

    /// What a diff shows: as bytes(), but in UTF-8.
    [[nodiscard]] std::string shown() const;

  private:
    enum class Encoding { bytes, utf16_little, utf16_big };

    struct Line {
        std::string text;
        std::string_view end; ///< none, LF or CRLF
    };

    Encoding encoding_ = Encoding::bytes;
    std::string_view mark_; ///< at the beginning of a file in UTF-8
    std::string_view usual_end_;
    std::vector<Line> lines_;
};

} // namespace retouch::steps
