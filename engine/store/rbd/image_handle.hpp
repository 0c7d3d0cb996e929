#pragma once
// ImageHandle: one open RBD image or snapshot. Thin: each operation is one call of librbd with its
// failure turned into an Error that names the image. A writable handle is a watcher of the image.

#include "store/rbd/cluster.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace retouch::store {

/// What a clone shares data with.
struct RbdParent {
    std::string pool;
    std::string pool_namespace;
    std::string image;
    std::string image_id;
    std::string snapshot;
    std::uint64_t snapshot_id = 0;
};

class ImageHandle {
  public:
    enum class Access { read, write };

    /// Throws Error when it is not there.
    ImageHandle(const Pool &pool, const std::string &image, Access access,
                const std::string &snapshot = {});

    /// The same, but nullopt when there is no such image or snapshot.
    [[nodiscard]] static std::optional<ImageHandle> find(const Pool &pool, const std::string &image,
                                                         Access access,
                                                         const std::string &snapshot = {});

    /// The snapshot a clone was made of, even when it is in the trash. Throws Error.
    [[nodiscard]] static ImageHandle open_parent(const Cluster &cluster, const RbdParent &parent);

    /// An image that lies in the trash under `internal_id`, to look at; nullopt when there is none.
    [[nodiscard]] static std::optional<ImageHandle> find_trashed(const Pool &pool,
                                                                 const std::string &internal_id);

    ~ImageHandle();

    ImageHandle(ImageHandle &&other) noexcept
        : handle_(std::exchange(other.handle_, nullptr)), name_(std::move(other.name_)) {}

    ImageHandle &operator=(ImageHandle &&) = delete;
    ImageHandle(const ImageHandle &) = delete;
    ImageHandle &operator=(const ImageHandle &) = delete;

    /// "POOL/IMAGE" or "POOL/IMAGE@SNAPSHOT", escaped.
    [[nodiscard]] const std::string &name() const { return name_; }

    /// The rbd_image_t.
    [[nodiscard]] void *get() const { return handle_; }

    [[nodiscard]] std::uint64_t size() const;
    [[nodiscard]] std::uint64_t object_size() const;
    [[nodiscard]] std::uint64_t features() const;

    /// Never to less than it has. Opened for writing.
    void grow(std::uint64_t bytes);

    /// Fine when it has them. Opened for writing.
    void enable(std::uint64_t features);

    /// What the cluster knows it by; no other image of the pool ever has the same.
    [[nodiscard]] std::string internal_id() const;

    /// Requires: there is such a snapshot. Never used again for another one.
    [[nodiscard]] std::uint64_t snapshot_id(const std::string &snapshot) const;

    /// The pool its data objects are in.
    [[nodiscard]] std::int64_t data_pool_id() const;

    /// nullopt when it shares data with nothing.
    [[nodiscard]] std::optional<RbdParent> parent() const;

    /// True when the open snapshot has clones, those we may not see included.
    [[nodiscard]] bool has_children() const;

    /// Clones of the open snapshot, as POOL/IMAGE; nullopt when some of them may not be seen.
    [[nodiscard]] std::optional<std::vector<std::string>> children() const;

    /// Clients that have the image open for writing, as "client.4711 at ADDRESS", through this
    /// handle too.
    [[nodiscard]] std::vector<std::string> watchers() const;

    /// Names of its snapshots, those in the trash left out.
    [[nodiscard]] std::vector<std::string> snapshots() const;
    /// Those in the trash count: clones still need them.
    [[nodiscard]] bool has_any_snapshot() const;
    /// Requires: there is such a snapshot.
    [[nodiscard]] bool is_protected(const std::string &snapshot) const;

    void create_snapshot(const std::string &snapshot);
    void rename_snapshot(const std::string &snapshot, const std::string &name);
    void protect(const std::string &snapshot);

    /// Unprotects it first when necessary; no error when absent.
    void remove_snapshot(const std::string &snapshot);

    [[nodiscard]] std::optional<std::string> metadata(const std::string &key) const;
    void set_metadata(const std::string &key, const std::string &value);
    /// No error when absent.
    void remove_metadata(const std::string &key);

    /// Fills `buffer` from `offset` on; less only at the end.
    std::size_t read(std::uint64_t offset, std::span<char> buffer) const;

    /// Closes now and reports a failure, which the destructor cannot.
    void close();

  private:
    ImageHandle(void *handle, std::string name) : handle_(handle), name_(std::move(name)) {}

    /// Throws Error "cannot DOING NAME: REASON" for a negative code.
    void check(int code, std::string_view doing) const;

    void *handle_ = nullptr;
    std::string name_;
};

} // namespace retouch::store
