// Writing bundles. Each contents is in it once; no times, no owners, no host names, so that the
// same plan gives the same archive, byte for byte.

#include "plan/bundle.hpp"

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "plan/archive_handle.hpp"

#include <fmt/format.h>

#include <array>
#include <exception>
#include <set>
#include <string_view>

namespace retouch::plan {

namespace {

constexpr int k_private = 0600;

Error changed_meanwhile(const InjectedFile &file) {
    return {ErrorKind::stale,
            fmt::format("{} changed while the plan was made", base::escape(file.path)),
            "run the command again"};
}

class Writer {
  public:
    Writer(int fd, const std::filesystem::path &path)
        : fd_(fd), handle_(archive_write_new()), path_(path) {
        require(archive_write_set_format_pax_restricted(handle_.get()));
        require(archive_write_set_bytes_in_last_block(handle_.get(), 1));
        require(archive_write_open(handle_.get(), this, nullptr, &Writer::write_block, nullptr));
    }

    Writer(const Writer &) = delete;
    Writer &operator=(const Writer &) = delete;

    void add(const std::string &name, std::string_view bytes) {
        begin(name, bytes.size());
        write(bytes);
    }

    void add(const InjectedFile &file) {
        if (!written_.insert(file.sha256).second)
            return;
        begin("files/" + file.sha256, static_cast<std::uint64_t>(file.size));
        const base::UniqueFd source = base::open_regular_file(file.path);
        base::Digest digest(base::Digest::Algorithm::sha256);
        std::int64_t done = 0;
        while (const std::size_t count = base::read_some(source.get(), buffer_, file.path)) {
            done += static_cast<std::int64_t>(count);
            if (done > file.size)
                throw changed_meanwhile(file);
            const std::string_view bytes(buffer_.data(), count);
            digest.update(bytes);
            write(bytes);
        }
        if (digest.finish() != file.sha256)
            throw changed_meanwhile(file);
    }

    void finish() { require(archive_write_close(handle_.get())); }

  private:
    /// Called by the library, through which no exception can pass.
    static la_ssize_t write_block(archive *handle, void *self, const void *bytes, size_t count) {
        auto &writer = *static_cast<Writer *>(self);
        try {
            base::write_all(writer.fd_, {static_cast<const char *>(bytes), count}, writer.path_);
            return static_cast<la_ssize_t>(count);
        } catch (const Error &) {
            writer.failure_ = std::current_exception();
            archive_set_error(handle, -1, "%s", "not written");
            return ARCHIVE_FATAL;
        }
    }

    void require(int code) {
        if (code < ARCHIVE_OK)
            throw failure();
    }

    Error failure() {
        if (failure_)
            std::rethrow_exception(failure_);
        if (const int code = archive_errno(handle_.get()); code > 0)
            return base::system_error("write", path_, code);
        return {ErrorKind::failed, fmt::format("cannot write {}: {}", base::escape(path_.string()),
                                               reason_of(handle_))};
    }

    void begin(const std::string &name, std::uint64_t size) {
        const ArchiveEntry entry(archive_entry_new());
        archive_entry_set_pathname(entry.get(), name.c_str());
        archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        archive_entry_set_perm(entry.get(), k_private);
        archive_entry_set_mtime(entry.get(), 0, 0);
        require(archive_write_header(handle_.get(), entry.get()));
    }

    void write(std::string_view bytes) {
        if (archive_write_data(handle_.get(), bytes.data(), bytes.size()) !=
            static_cast<la_ssize_t>(bytes.size()))
            throw failure();
    }

    int fd_;
    std::exception_ptr failure_;
    ArchiveHandle handle_;
    const std::filesystem::path &path_;
    std::set<std::string> written_;
    std::array<char, std::size_t{256} * 1024> buffer_{};
};

} // namespace

void write_bundle(int fd, const std::filesystem::path &path, const Plan &plan) {
    const auto writer = std::make_unique<Writer>(fd, path);
    writer->add("plan.json", to_json(plan).dump(2) + "\n");
    for (const Target &target : plan.targets)
        for (const InjectedFile &file : target.injected)
            writer->add(file);
    writer->finish();
}

} // namespace retouch::plan
