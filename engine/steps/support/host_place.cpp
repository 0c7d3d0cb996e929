#include "steps/support/host_place.hpp"

#include "base/file.hpp"
#include "base/host_tree.hpp"
#include "base/text.hpp"
#include "retouch/error.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

namespace retouch::steps {

std::optional<HostPlace> require_host_place(const std::filesystem::path &path, const Value &spelled,
                                            const Reader &reader) {
    const ReadContext &context = reader.context;
    if (base::lies_in_work_tree(context.root.empty() ? context.files.at(0).directory : context.root,
                                path))
        return HostPlace::inside;
    const std::vector<std::filesystem::path> allowed =
        context.allowed ? context.allowed() : std::vector<std::filesystem::path>();
    if (std::ranges::any_of(allowed, [&](const std::filesystem::path &directory) {
            return base::lies_in(directory, path);
        }))
        return HostPlace::allowed;
    reader.error(
        spelled.mark,
        fmt::format("'{}' is outside the recipe's directory", base::escape(spelled.scalar)),
        "copy it there, or allow its directory in retouch.yaml: files: {allow: [DIRECTORY]}");
    return std::nullopt;
}

std::optional<std::string> read_host_file(const Value &from, std::size_t most,
                                          std::string_view held, const Reader &reader) {
    if (reader.context.saved != nullptr) {
        reader.error(from.mark, std::string(held));
        return std::nullopt;
    }
    const auto path = (reader.context.file(from.mark).directory / from.scalar).lexically_normal();
    if (!require_host_place(path, from, reader))
        return std::nullopt;
    try {
        return base::read_file(path, most);
    } catch (const Error &error) {
        if (error.kind() == ErrorKind::interrupted)
            throw;
        reader.error(from.mark, error.what(), error.hint());
    }
    return std::nullopt;
}

} // namespace retouch::steps
