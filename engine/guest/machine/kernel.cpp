// modules.dep(5) and modules.builtin are what depmod and the kernel's build leave beside the
// modules.

#include "guest/machine/kernel.hpp"

#include "base/file.hpp"
#include "base/process.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <set>
#include <string_view>
#include <unistd.h>

namespace retouch::guest {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_longest_dependencies = std::size_t{16} << 20;
constexpr std::size_t k_largest_module = std::size_t{64} << 20;
constexpr std::string_view k_image_prefix = "vmlinuz-";

/// "kernel/fs/ext4/ext4.ko.xz" -> "ext4"; names with - and _ are the same.
std::string module_name(std::string_view path) {
    path.remove_prefix(path.rfind('/') + 1);
    std::string name(path.substr(0, path.find('.')));
    std::ranges::replace(name, '-', '_');
    return name;
}

struct Place {
    std::string path; ///< below the modules' directory
    std::vector<std::string> needs;
};

/// By name.
std::map<std::string, Place> read_dependencies(const Kernel &kernel) {
    std::map<std::string, Place> places;
    const std::string text =
        base::read_file(kernel.modules / "modules.dep", k_longest_dependencies);
    for (const std::string &line : base::split_lines(text)) {
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos)
            continue;
        Place place{line.substr(0, colon), {}};
        for (const std::string &path : base::split(line.substr(colon + 1), ' '))
            if (!path.empty())
                place.needs.push_back(module_name(path));
        std::string name = module_name(place.path);
        places.emplace(std::move(name), std::move(place));
    }
    return places;
}

std::set<std::string> read_builtin(const Kernel &kernel) {
    std::set<std::string> names;
    const std::string text =
        base::read_if_there(kernel.modules / "modules.builtin", k_longest_dependencies);
    for (const std::string &line : base::split_lines(text))
        names.insert(module_name(line));
    return names;
}

/// The program that unpacks it, by the ending of its name; empty when it is not packed.
std::string_view unpacker(const fs::path &file) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> unpackers = {
        {{".xz", "xz"}, {".zst", "zstd"}, {".gz", "gzip"}}};
    for (const auto &[ending, program] : unpackers)
        if (file.extension() == ending)
            return program;
    return {};
}

std::string read_module(const fs::path &file) {
    std::string bytes = base::read_file(file, k_largest_module);
    const std::string_view program = unpacker(file);
    if (program.empty())
        return bytes;
    base::ProcessSpec spec;
    spec.program = program;
    spec.arguments = {"-dc"};
    spec.input = std::move(bytes);
    spec.output_bound = k_largest_module;
    return base::run_checked(spec, fmt::format("unpack {}", base::escape(file.string()))).out;
}

class Loading {
  public:
    explicit Loading(const Kernel &kernel)
        : kernel_(kernel), places_(read_dependencies(kernel)), builtin_(read_builtin(kernel)) {}

    /// Adds what it needs first. A module that is being added needs nothing of itself.
    void add(const std::string &name) {
        if (builtin_.contains(name) || !added_.insert(name).second)
            return;
        const auto place = places_.find(name);
        if (place == places_.end())
            throw Error(ErrorKind::unavailable,
                        fmt::format("the kernel {} has no module {}", kernel_.version, name),
                        "install the whole package of that kernel again");
        for (const std::string &needed : place->second.needs)
            add(needed);
        modules_.push_back({name, read_module(kernel_.modules / place->second.path)});
    }

    [[nodiscard]] bool knows(const std::string &name) const { return places_.contains(name); }

    [[nodiscard]] std::vector<KernelModule> take() { return std::move(modules_); }

  private:
    const Kernel &kernel_;
    std::map<std::string, Place> places_;
    std::set<std::string> builtin_;
    std::set<std::string> added_;
    std::vector<KernelModule> modules_;
};

} // namespace

std::optional<Kernel> find_kernel(const fs::path &boot, const fs::path &modules) {
    std::optional<Kernel> best;
    for (const fs::directory_entry &entry : fs::directory_iterator(boot)) {
        const std::string name = entry.path().filename();
        if (!name.starts_with(k_image_prefix) || access(entry.path().c_str(), R_OK) != 0)
            continue;
        const std::string version = name.substr(k_image_prefix.size());
        if (access((modules / version / "modules.dep").c_str(), R_OK) == 0 &&
            (!best || strverscmp(version.c_str(), best->version.c_str()) > 0))
            best = Kernel{version, entry.path(), modules / version};
    }
    return best;
}

std::vector<KernelModule> read_modules(const Kernel &kernel,
                                       const std::vector<std::string> &required,
                                       const std::vector<std::string> &wished) {
    Loading loading(kernel);
    for (const std::string &name : required)
        loading.add(name);
    for (const std::string &name : wished)
        if (loading.knows(name))
            loading.add(name);
    return loading.take();
}

} // namespace retouch::guest
