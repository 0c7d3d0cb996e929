// The file is named in JSON, so that no path can smuggle in an option, and without what it may
// refer to.

#include "store/grow_qcow2.hpp"

#include "base/process.hpp"
#include "retouch/error.hpp"
#include "retouch/json.hpp"

#include <string>

namespace retouch::store {

void grow_qcow2(const std::filesystem::path &file, std::int64_t bytes) {
    constexpr const char *program = "qemu-img";
    if (!base::find_program(program))
        throw Error(ErrorKind::unavailable,
                    "qemu-img, which makes qcow2 images larger, is not on this host",
                    "install the package qemu-utils");
    const Json disk = {{"driver", "qcow2"},
                       {"backing", nullptr},
                       {"file", {{"driver", "file"}, {"filename", file.string()}}}};
    base::ProcessSpec spec;
    spec.program = program;
    spec.arguments = {"resize", "json:" + disk.dump(), std::to_string(bytes)};
    static_cast<void>(base::run_checked(spec, "make the image's disk larger"));
}

} // namespace retouch::store
