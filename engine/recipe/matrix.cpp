#include "recipe/matrix.hpp"

#include "base/text.hpp"
#include "recipe/place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

namespace retouch::recipe {

namespace {

constexpr std::size_t k_most_rows = 100;
constexpr std::size_t k_longest_row = 64;

using Cells = std::vector<std::pair<std::string, std::string>>; // in the order written

std::optional<Cells> cells_of(const Value &mapping) {
    Cells cells;
    for (const Field &field : mapping.fields) {
        if (!field.value.is_scalar())
            return std::nullopt;
        cells.emplace_back(field.key, field.value.scalar);
    }
    return cells.empty() ? std::nullopt : std::optional(std::move(cells));
}

/// Every value of each axis with every value of the others, the last axis first.
std::vector<Cells> combined(const Value &axes) {
    std::vector<Cells> rows = {{}};
    for (const Field &axis : axes.fields) {
        std::vector<Cells> longer;
        for (const Cells &row : rows)
            for (const Value &item : axis.value.items) {
                longer.push_back(row);
                longer.back().emplace_back(axis.key, item.scalar);
                if (longer.size() > k_most_rows * k_most_rows)
                    return longer;
            }
        rows = std::move(longer);
    }
    return rows;
}

bool is_left_out(const Cells &row, const Value *without) {
    if (without == nullptr)
        return false;
    return std::ranges::any_of(without->items, [&](const Value &pattern) {
        return !pattern.fields.empty() &&
               std::ranges::all_of(pattern.fields, [&](const Field &field) {
                   return std::ranges::find(row, std::pair(field.key, field.value.scalar)) !=
                          row.end();
               });
    });
}

/// Its variable `row` if it has one, else all its values; of each what a name may hold.
std::string name_of(const Cells &row) {
    std::string name;
    const auto add = [&](const std::string &text) {
        name += name.empty() ? "" : "-";
        for (const char c : text) {
            const bool stays = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                               (c >= '0' && c <= '9') || c == '.' || c == '_';
            name += stays ? c : '-';
        }
    };
    const auto named =
        std::ranges::find(row, std::string("row"), &std::pair<std::string, std::string>::first);
    if (named != row.end())
        add(named->second);
    else
        for (const auto &[key, value] : row)
            add(value);
    return name;
}

class Rows {
  public:
    Rows(const std::string &file, const std::vector<std::string> &lines, Diagnostics &found)
        : file_(file), lines_(lines), found_(found) {}

    void add(const Cells &cells, const Mark &mark) {
        MatrixRow row{name_of(cells), {cells.begin(), cells.end()}, mark};
        if (row.name.empty())
            return refuse(mark, "the values of this row make no name",
                          "give each row a name: a variable called 'row'");
        if (row.name.size() > k_longest_row)
            return refuse(mark, "the values of a row make a name of more than 64 characters",
                          "give each row a short name: a variable called 'row'");
        if (!names_.insert(row.name).second)
            return refuse(mark, fmt::format("two rows have the name '{}'", row.name),
                          "give each row a name: a variable called 'row'");
        rows_.push_back(std::move(row));
    }

    void refuse(const Mark &mark, std::string message, std::string hint) {
        found_.add(error_at(file_, mark, lines_, std::move(message), std::move(hint)));
    }

    [[nodiscard]] std::vector<MatrixRow> take() { return std::move(rows_); }

  private:
    const std::string &file_;
    const std::vector<std::string> &lines_;
    Diagnostics &found_;
    std::set<std::string> names_;
    std::vector<MatrixRow> rows_;
};

} // namespace

std::vector<MatrixRow> matrix_rows(const Value &value, const std::string &file,
                                   const std::vector<std::string> &lines, Diagnostics &found) {
    const Value *matrix = value.find("matrix");
    if (matrix == nullptr)
        return {{}};
    Rows rows(file, lines, found);
    for (const Value &item : matrix->items)
        if (const auto cells = cells_of(item))
            rows.add(*cells, item.mark);
    if (const Value *axes = matrix->find("axes")) {
        const std::vector<Cells> all = combined(*axes);
        if (all.size() > k_most_rows)
            rows.refuse(axes->mark, fmt::format("these axes make more than {} rows", k_most_rows),
                        "write recipes of their own, with what they share in a file they include");
        else
            for (const Cells &cells : all)
                if (!cells.empty() && !is_left_out(cells, matrix->find("without")))
                    rows.add(cells, axes->mark);
    }
    return rows.take();
}

MatrixRow any_row(const Value &value) {
    MatrixRow row;
    const Value *matrix = value.find("matrix");
    if (matrix == nullptr)
        return row;
    row.mark = matrix->mark;
    for (const Value &item : matrix->items)
        for (const Field &field : item.fields)
            row.values.emplace(field.key, field.value.scalar);
    if (const Value *axes = matrix->find("axes"))
        for (const Field &axis : axes->fields)
            row.values.emplace(axis.key,
                               axis.value.items.empty() ? "" : axis.value.items.front().scalar);
    return row;
}

} // namespace retouch::recipe
