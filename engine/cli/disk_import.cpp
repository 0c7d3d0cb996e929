#include "cli/disk_import.hpp"

#include "apply/import_file.hpp"
#include "apply/unpacked_file.hpp"
#include "base/text.hpp"

namespace retouch::cli {

Image import_disk(Catalog &catalog, const std::filesystem::path &file, const std::string &shown,
                  Image record, const Workspace &workspace, ImportWork &work) {
    if (!apply::is_packed(file))
        return apply::import_file(catalog, file, std::move(record), work.events());
    const store::NewFile disk = work.phase(PhaseKind::unpack, [&](const WorkProgress &progress) {
        return apply::unpack(file, workspace.fetch_directory(), progress);
    });
    try {
        return apply::import_file(catalog, disk.path(), std::move(record), work.events());
    } catch (const Error &error) { // the file that was unpacked is nobody's to look for
        const std::string unpacked = disk.path().string();
        std::string what = error.what();
        if (const std::size_t at = what.find(unpacked); at != what.npos)
            what.replace(at, unpacked.size(), "what is in " + base::escape(shown));
        throw Error(error.kind(), what, error.hint());
    }
}

} // namespace retouch::cli
