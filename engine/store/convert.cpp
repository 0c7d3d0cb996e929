// Convert. The source is named in JSON, so that no path can smuggle in an option, and without what
// it may refer to.

#include "store/convert.hpp"

#include "base/process.hpp"
#include "retouch/error.hpp"
#include "retouch/json.hpp"

#include <utility>
#include <vector>

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

/// As qemu-img calls it, with what it needs so that others can read it.
std::vector<std::string> output_words(const FileFormat &to) {
    if (to.name == "vhd") // other programs go by the size that is written down
        return {"-O", "vpc", "-o", "force_size=on"};
    if (to.name == "vmdk")
        return {"-O", "vmdk", "-o", "subformat=streamOptimized"};
    if (to.name != "qcow2" || to.compression == Compression::none)
        return {"-O", to.name};
    const char *type = to.compression == Compression::zstd ? "zstd" : "zlib";
    return {"-O", "qcow2", "-c", "-o", std::string("compression_type=") + type};
}

} // namespace

void convert_image(const std::filesystem::path &source, const std::string &from, NewFile &target,
                   const FileFormat &to) {
    if (!base::find_program(k_program))
        throw Error(ErrorKind::unavailable, "qemu-img, which converts images, is not on this host",
                    "install it (qemu-utils), or keep the format: " + from);
    base::ProcessSpec spec;
    spec.program = k_program;
    spec.arguments = {"convert"};
    for (std::string &word : output_words(to))
        spec.arguments.push_back(std::move(word));
    spec.arguments.push_back(source_words(source, from));
    spec.arguments.push_back(target.path().string());
    static_cast<void>(base::run_checked(spec, "convert the image"));
}

} // namespace retouch::store
