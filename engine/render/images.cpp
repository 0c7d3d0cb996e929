// Images as text, markdown and JSON.
// JSON keys are Glance's names, so that a reader of one understands the other; `hidden` stands for
// os_hidden. Times in text are cut to minutes, UTC; JSON has them whole.

#include "render/images.hpp"

#include "base/text.hpp"
#include "render/markdown/markdown.hpp"
#include "render/message.hpp"
#include "render/style.hpp"
#include "render/wording.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch::render {

namespace {

using Row = std::vector<std::string>;

const Row k_header = {"NAME", "ID", "STATUS", "VISIBILITY", "FORMAT", "SIZE", "UPDATED", "MARKS"};

std::string amount(std::int64_t bytes) {
    return base::format_bytes(static_cast<std::uint64_t>(std::max<std::int64_t>(bytes, 0)));
}

/// "2026-01-31T12:00:00.123456Z" -> "2026-01-31 12:00".
std::string minutes(const std::string &time) {
    std::string text = base::escape(time.substr(0, 16));
    std::ranges::replace(text, 'T', ' ');
    return text;
}

std::string marks(const Image &image) {
    std::vector<std::string> words;
    if (image.hidden)
        words.emplace_back("hidden");
    if (image.is_protected)
        words.emplace_back("protected");
    return base::listed(words);
}

/// What a service calls a name may be megabytes; one long cell makes every row long.
std::string cell(const std::string &text) {
    constexpr std::size_t k_longest = 120;
    return shortened_line(text, k_longest);
}

Row row(const Image &image) {
    return {cell(image.name),          cell(image.id),
            cell(image.status),        cell(image.visibility),
            cell(image.disk_format),   amount(image.size),
            minutes(image.updated_at), marks(image)};
}

std::string table_line(const Row &cells, const std::vector<std::size_t> &widths) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::size_t width = base::code_points(cells[i]);
        line += cells[i] + std::string(widths[i] - width + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

Json record_json(const Image &image) {
    Json json;
    json["id"] = image.id;
    json["name"] = base::to_valid_utf8(image.name);
    json["status"] = image.status;
    json["visibility"] = image.visibility;
    json["disk_format"] = image.disk_format;
    json["size"] = image.size;
    json["virtual_size"] = image.virtual_size_bytes;
    json["min_disk"] = image.min_disk_gib;
    json["min_ram"] = image.min_ram_mib;
    json["protected"] = image.is_protected;
    json["hidden"] = image.hidden;
    json["tags"] = Json::array();
    for (const std::string &tag : image.tags)
        json["tags"].push_back(base::to_valid_utf8(tag));
    json["properties"] = Json::object();
    for (const auto &[name, value] : image.properties)
        json["properties"][base::to_valid_utf8(name)] = base::to_valid_utf8(value);
    json["checksums"] = Json::object();
    for (const auto &[algorithm, checksum] : image.checksums)
        json["checksums"][algorithm] = checksum;
    json["created_at"] = image.created_at;
    json["updated_at"] = image.updated_at;
    return json;
}

/// Field and value of one record, in display order; lists are empty strings when empty.
std::vector<std::pair<std::string, std::string>> fields(const Image &image) {
    std::vector<std::pair<std::string, std::string>> all = {
        {"id", base::escape(image.id)},
        {"status", base::escape(image.status)},
        {"visibility", base::escape(image.visibility)},
        {"hidden", image.hidden ? "yes" : "no"},
        {"protected", image.is_protected ? "yes" : "no"},
        {"disk_format", base::escape(image.disk_format)},
        {"size", fmt::format("{} ({} bytes)", amount(image.size), image.size)},
        {"virtual_size",
         fmt::format("{} ({} bytes)", amount(image.virtual_size_bytes), image.virtual_size_bytes)},
        {"min_disk", fmt::format("{} GiB", image.min_disk_gib)},
        {"min_ram", fmt::format("{} MiB", image.min_ram_mib)},
        {"tags", image.tags.empty() ? "none" : base::listed(image.tags)},
        {"created_at", base::escape(image.created_at)},
        {"updated_at", base::escape(image.updated_at)},
    };
    for (const auto &[algorithm, checksum] : image.checksums)
        all.emplace_back(base::escape(algorithm), base::escape(checksum));
    return all;
}

} // namespace

std::string images_text(const std::vector<Image> &images, const std::string &catalog, bool colour) {
    if (images.empty())
        return fmt::format("No images in catalog {}.\n", base::escape(catalog));
    const Style style(colour);
    std::vector<Row> rows;
    rows.reserve(images.size());
    for (const Image &image : images)
        rows.push_back(row(image));
    std::vector<std::size_t> widths;
    for (std::size_t column = 0; column < k_header.size(); ++column) {
        widths.push_back(k_header[column].size());
        for (const Row &cells : rows)
            widths.back() = std::max(widths.back(), base::code_points(cells[column]));
    }
    std::string text = style.bold(table_line(k_header, widths)) + "\n";
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::string line = table_line(rows[i], widths);
        text += (images[i].hidden ? style.dim(line) : line) + "\n";
    }
    return text;
}

std::string images_markdown(const std::vector<Image> &images) {
    if (images.empty())
        return "No images.\n";
    std::vector<Row> rows;
    for (const Image &image : images) {
        Row cells = row(image);
        for (std::size_t i = 0; i < cells.size(); ++i)
            cells[i] = i < 2 ? markdown_cell(cells[i]) : markdown_words(cells[i]);
        rows.push_back(std::move(cells));
    }
    return markdown_table(
        {"name", "id", "status", "visibility", "format", "size", "updated", "marks"}, rows);
}

Json images_json(const std::vector<Image> &images, const std::string &catalog) {
    Json json;
    json["format_version"] = k_images_format_version;
    json["catalog"] = base::to_valid_utf8(catalog);
    json["images"] = Json::array();
    for (const Image &image : images)
        json["images"].push_back(record_json(image));
    return json;
}

std::string image_text(const Image &image, bool colour) {
    const Style style(colour);
    std::size_t width = 0;
    for (const auto &[label, value] : fields(image))
        width = std::max(width, label.size());
    std::string text = style.bold(in_quotes(image.name)) + "\n";
    for (const auto &[label, value] : fields(image))
        text += fmt::format("    {:<{}}  {}\n", label, width, value);
    if (!image.properties.empty())
        text += "    properties\n";
    std::size_t name_width = 0;
    for (const auto &[name, value] : image.properties)
        name_width = std::max(name_width, base::code_points(base::escape(name)));
    for (const auto &[name, value] : image.properties) {
        const std::string label = base::escape(name);
        text +=
            fmt::format("        {}{}  {}\n", label,
                        std::string(name_width - base::code_points(label), ' '), in_quotes(value));
    }
    return text;
}

std::string image_markdown(const Image &image) {
    std::vector<Row> rows;
    for (const auto &[label, value] : fields(image))
        rows.push_back({markdown_words(label), markdown_cell(value)});
    for (const auto &[name, value] : image.properties)
        rows.push_back({markdown_cell(name), markdown_cell(value)});
    return fmt::format("### {}\n\n", markdown_code(image.name)) +
           markdown_table({"field", "value"}, rows);
}

Json image_json(const Image &image, const std::string &catalog) {
    Json json;
    json["format_version"] = k_images_format_version;
    json["catalog"] = base::to_valid_utf8(catalog);
    json["image"] = record_json(image);
    return json;
}

} // namespace retouch::render
