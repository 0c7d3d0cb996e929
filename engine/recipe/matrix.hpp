#pragma once
// Matrix: rows of variables, for each of which a recipe is one of its own.

#include "retouch/diagnostics.hpp"
#include "retouch/value.hpp"

#include <map>
#include <string>
#include <vector>

namespace retouch::recipe {

struct MatrixRow {
    std::string name; ///< distinguishes it in the recipe; empty: the recipe has no matrix
    std::map<std::string, std::string> values{};
    Mark mark{}; ///< where it stands, or its axes do
};

/// Of the recipe `value`, which need not be what a schema accepts: what has another form gives no
/// rows. One row without a name where there is no matrix. Mistakes go to `found`.
[[nodiscard]] std::vector<MatrixRow> matrix_rows(const Value &value, const std::string &file,
                                                 const std::vector<std::string> &lines,
                                                 Diagnostics &found);

/// Values for all variables the matrix names, of no row in particular: for who looks for further
/// mistakes where there are no rows.
[[nodiscard]] MatrixRow any_row(const Value &value);

} // namespace retouch::recipe
