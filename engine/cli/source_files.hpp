#pragma once
// SourceFiles: sources of recipes that are files of the web or of this host, and the images of the
// catalog they became. A dry run only asks what they are; an apply fetches and imports what is not
// there yet.

#include "catalog/fetch/fetcher.hpp"
#include "cli/context.hpp"
#include "cli/workspace.hpp"
#include "plan/check.hpp"
#include "retouch/catalog.hpp"
#include "retouch/event.hpp"

#include <optional>
#include <string>

namespace retouch::cli {

/// For one thread.
class SourceFiles {
  public:
    /// It borrows it.
    explicit SourceFiles(const Workspace &workspace) : workspace_(workspace) {}

    /// Asks for the checksum of the source, when it is a file. Then the recipe's source is the
    /// image that was made of it, or is awaited. Throws Error.
    void look(plan::CheckedRecipe &checked, const CatalogView &catalog);

    /// Fetches and imports it, hidden, when it is awaited. Throws Error.
    void bring(plan::CheckedRecipe &checked, Catalog &catalog, EventSink &events);

  private:
    [[nodiscard]] std::string download_of(const plan::CheckedRecipe &checked);
    [[nodiscard]] catalog::Fetcher &fetcher();

    const Workspace &workspace_;
    std::optional<catalog::Fetcher> fetcher_; ///< only sources of the web need its directory
};

} // namespace retouch::cli
