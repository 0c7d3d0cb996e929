#pragma once
// Catalog: where image records live. CatalogView can only look, which is all planning is given;
// Catalog can also change records and hands out the store with the bytes.

#include "retouch/image.hpp"
#include "retouch/store.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace retouch {

class CatalogView {
  public:
    virtual ~CatalogView() = default;

    /// Its name in retouch.yaml.
    [[nodiscard]] virtual const std::string &name() const = 0;

    /// Every record, hidden and queued ones included, oldest first. Throws Error.
    [[nodiscard]] virtual std::vector<Image> images() const = 0;

    /// Throws Error; nullopt when there is no such id.
    [[nodiscard]] virtual std::optional<Image> find(const std::string &id) const = 0;

    /// The bytes of an active image, read-only. Throws Error.
    [[nodiscard]] virtual Disk disk(const Image &image) const = 0;
};

class Catalog : public CatalogView {
  public:
    [[nodiscard]] virtual ImageStore &store() = 0;

    /// Adds a record; `image.id` is the caller's choice, created_at and updated_at are set here.
    /// Throws Error: refused when the id exists.
    virtual void create(const Image &image) = 0;

    /// Makes all changes or none, in one step if the catalog can, else in order with undo.
    /// Throws Error when a record is gone or refuses the change.
    virtual void apply(std::span<const ImageChange> changes) = 0;

    /// Removes the record and then its bytes. Throws Error: refused when it is protected.
    virtual void remove(const std::string &id) = 0;

    /// Where runs keep journals, locks and sockets for this catalog; exists and is writable.
    [[nodiscard]] virtual std::filesystem::path state_directory() const = 0;
};

} // namespace retouch
