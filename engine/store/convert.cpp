// Convert. The source is named in JSON, so that no path can smuggle in an option, and without what
// it may refer to.

#include "store/convert.hpp"

#include "base/process.hpp"
#include "retouch/error.hpp"
#include "retouch/json.hpp"

namespace retouch::store {

namespace {

constexpr const char *k_program = "qemu-img";

std::string source_words(const std::filesystem::path &path, const std::string &format) {
    Json file = {{"driver", "file"}, {"filename", path.string()}};
    Json source = {{"driver", format}, {"file", std::move(file)}, {"read-only", true}};
    if (format == "qcow2")
        source["backing"] = nullptr;
    return "json:" + source.dump();
}

} // namespace

void convert_image(const std::filesystem::path &source, const std::string &from, NewFile &target,
                   const std::string &to) {
    if (!base::find_program(k_program))
        throw Error(ErrorKind::unavailable, "qemu-img, which converts images, is not on this host",
                    "install it (qemu-utils), or export the image as it is: --format " + from);
    base::ProcessSpec spec;
    spec.program = k_program;
    spec.arguments = {"convert", "-O", to, source_words(source, from), target.path().string()};
    static_cast<void>(base::run_checked(spec, "convert the image"));
}

} // namespace retouch::store
