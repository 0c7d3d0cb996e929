#pragma once
// Workspace: what a command works on: the configuration that holds here and the catalogs it names.
// It is made when a command first needs it, so that `schema` never reads a
// configuration, and `check` only for a recipe that names files outside its own directory.

#include "catalog/glance.hpp"
#include "catalog/http/http.hpp"
#include "cli/configuration.hpp"
#include "cli/context.hpp"
#include "retouch/catalog.hpp"

#include <memory>
#include <string>

namespace retouch::cli {

class Workspace {
  public:
    /// Finds and reads the configuration. Prints its mistakes and throws Error: bad_config, or
    /// unavailable when too few files may be open for any work.
    explicit Workspace(Context &context);

    /// The configuration file; empty when there is none.
    [[nodiscard]] const std::filesystem::path &file() const { return configuration_.file; }

    [[nodiscard]] const std::vector<CatalogSettings> &catalogs() const {
        return configuration_.catalogs;
    }

    /// Where recipes may name files besides their own directories; absolute.
    [[nodiscard]] const std::vector<std::filesystem::path> &allowed_directories() const {
        return configuration_.allowed_directories;
    }

    /// The catalog to use: --catalog, then RETOUCH_CATALOG, then the file's default.
    /// Throws Error: bad_config when there is none of that name.
    [[nodiscard]] const CatalogSettings &catalog() const;

    /// The catalog a saved plan was made for. Throws Error: refused when --catalog names another.
    [[nodiscard]] const CatalogSettings &catalog_of_plan(const std::string &name) const;

    /// `choice` is the word given with --guest; empty: as RETOUCH_GUEST says, else as configured.
    /// Throws Error: usage when that is no guest.
    [[nodiscard]] GuestKind guest(const std::string &choice) const;

    /// As RETOUCH_APPLIANCE says. Throws Error.
    [[nodiscard]] ApplianceKind appliance() const;

    /// Where fetched files are kept, for all catalogs. Throws Error: bad_config without a home.
    [[nodiscard]] std::filesystem::path fetch_directory() const;

    /// How servers of the web are believed: CURL_CA_BUNDLE or SSL_CERT_FILE may name authorities.
    [[nodiscard]] catalog::TlsSettings web_tls() const;

    /// Programs that recipes may run on this host to get secrets.
    [[nodiscard]] const std::vector<std::string> &secret_programs() const {
        return configuration_.secret_programs;
    }

    /// The key of keyed digests of secrets; one of retouch's own is made when there is none yet.
    /// Throws Error.
    [[nodiscard]] std::string secret_key() const;

    [[nodiscard]] const CommandLimits &limits() const { return configuration_.limits; }

  private:
    const Context &context_;
    Configuration configuration_;
};

/// What a catalog of type glance is opened with. Throws Error: bad_config when its cloud is not
/// described.
[[nodiscard]] catalog::GlanceOptions glance_options(const CatalogSettings &settings,
                                                    const Context &context);

[[nodiscard]] std::unique_ptr<CatalogView> view_catalog(const CatalogSettings &settings,
                                                        const Context &context);

enum class Clear {
    all,  ///< what dead runs left in the catalog and on this host
    host, ///< the latter only: nobody has agreed yet to anything that touches images
};

/// Opens for writing and clears what dead runs left; `events` is told what was cleared.
[[nodiscard]] std::unique_ptr<Catalog> open_catalog(const CatalogSettings &settings,
                                                    const Context &context, EventSink &events,
                                                    Clear what = Clear::all);

} // namespace retouch::cli
