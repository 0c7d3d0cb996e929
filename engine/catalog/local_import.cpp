// Bringing image files into the local catalog.
// A file from outside is looked at before and after it is copied; its bytes become an image the way
// a stage does.

#include "base/file.hpp"
#include "base/name_rule.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "catalog/local_catalog.hpp"
#include "catalog/record_rules.hpp"
#include "store/image_file.hpp"

#include <fmt/format.h>

namespace retouch {

namespace {

constexpr std::string_view k_own_properties = "retouch_";

/// A word for a POSIX shell.
std::string shell_word(const std::string &text) {
    constexpr std::string_view k_plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                         "0123456789._-/=:+,@";
    if (!text.empty() && text.find_first_not_of(k_plain) == std::string::npos)
        return text;
    std::string quoted = "'";
    for (const char c : text)
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return escape(quoted + "'");
}

/// How the same is done with the tools of the cloud, whose stores in Ceph want raw images: named
/// without its format, a file is taken for one.
std::string cloud_commands(const std::filesystem::path &file, const std::string &format,
                           const std::string &name,
                           const std::map<std::string, std::string> &properties) {
    std::string raw = file.string();
    std::string commands = "bring it into a cloud with:";
    if (format != "raw") {
        raw = file.stem().string() + ".raw";
        commands += fmt::format("\nqemu-img convert -f {} -O raw {} {}", format,
                                shell_word(file.string()), shell_word(raw));
    }
    commands += fmt::format("\nopenstack image create --disk-format raw --container-format bare "
                            "--file {}",
                            shell_word(raw));
    for (const auto &[key, value] : properties)
        commands += " --property " + shell_word(key + "=" + value);
    return commands + " " + shell_word(name);
}

/// Names are chosen here, not taken over from a catalog that allows more.
void refuse_no_name(const std::string &what, const std::string &name) {
    if (const auto why = why_no_name(name))
        throw Error(ErrorKind::invalid, fmt::format("{} {}, found '{}'", what, *why, escape(name)));
}

void refuse_own_properties(const std::map<std::string, std::string> &properties) {
    for (const auto &[name, value] : properties)
        if (name.starts_with(k_own_properties))
            throw Error(ErrorKind::invalid,
                        fmt::format("the property '{}' cannot be given: names that start with "
                                    "retouch_ are written by retouch itself",
                                    escape(name)),
                        "leave it out, or name it otherwise");
}

} // namespace

Image import_image(Catalog &catalog, const std::filesystem::path &file, const std::string &name,
                   const std::map<std::string, std::string> &properties) {
    auto *const target = dynamic_cast<LocalCatalog *>(&catalog);
    refuse_own_properties(properties);
    Image image;
    image.id = random_uuid();
    image.name = name;
    image.properties = properties;
    check_record(image);
    refuse_no_name("the image's name", name);
    for (const auto &[property, value] : properties)
        refuse_no_name("the name of a property", property);
    const UniqueFd bytes = open_regular_file(file);
    if (target == nullptr)
        throw Error(ErrorKind::refused,
                    fmt::format("files can be imported into local catalogs only, and '{}' is none",
                                escape(catalog.name())),
                    cloud_commands(file, probe_image(bytes.get(), file).format, name, properties));
    const auto stage = target->store().receive(bytes.get(), file, image.id);
    const SealedImage sealed = stage->seal({});
    image.disk_format = stage->disk().format;
    image.size = sealed.size;
    image.virtual_size = sealed.virtual_size;
    image.checksums[sealed.checksum_algorithm] = sealed.checksum;
    target->adopt(image, *stage);
    return target->find(image.id).value();
}

} // namespace retouch
