#pragma once
// Outputs: the files a command was asked to write, looked at before it works: none may be what the
// run reads or what a catalog keeps, no two may be one, and each must be possible to write.

#include "base/output_file.hpp"
#include "cli/configuration.hpp"
#include "retouch/plan.hpp"

#include <filesystem>
#include <list>
#include <string>
#include <vector>

namespace retouch::cli {

class Outputs {
  public:
    /// An output called `path`; it lives as long as this. Throws Error: usage when a file that is
    /// no earlier output of this kind is there.
    base::OutputFile &add(const std::filesystem::path &path, base::OutputKind kind);

    /// `file` is read by the run; `what` says what it is: "the recipe".
    void reads(const std::filesystem::path &file, const std::string &what);
    void reads(const std::vector<std::filesystem::path> &files, const std::string &what);
    void reads(const std::vector<InjectedFile> &files);

    /// Nothing may be written where `catalog` keeps its files.
    void keep_out_of(const CatalogSettings &catalog);

    /// Throws Error: usage as above; else what would fail after the work.
    void prepare();

  private:
    struct Input {
        base::FileId id;
        std::string what;
    };

    void require_no_input(const base::OutputFile &output) const;
    void require_outside_catalog(const base::OutputFile &output) const;
    void require_different() const;

    std::list<base::OutputFile> outputs_;
    std::vector<Input> inputs_;
    std::vector<std::filesystem::path> catalogs_;
};

/// Throws Error: usage when `file` is where `catalog` keeps its own.
void require_outside_catalog(const std::filesystem::path &file, const CatalogSettings &catalog);

/// A plan, or a bundle with one.
[[nodiscard]] base::OutputKind saved_plan_kind();

} // namespace retouch::cli
