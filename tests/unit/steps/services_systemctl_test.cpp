// A second opinion: what enabling and disabling change is what the systemctl of this machine does
// to the same tree, for every unit of this machine, one at a time.

#include "base/file.hpp"
#include "base/process.hpp"
#include "retouch/step_kind.hpp"
#include "steps/services/unit_changes.hpp"
#include "steps/services/unit_files.hpp"
#include "support/memory_guest.hpp"
#include "support/rounds.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <unistd.h>

using namespace retouch;
using namespace retouch::test;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_bound = std::size_t{1} << 20;

/// Where this machine has units, and where they are in the tree.
constexpr const char *k_units = "/usr/lib/systemd/system";

void copy_units(const fs::path &tree) {
    const fs::path units = tree / (k_units + 1);
    fs::create_directories(units);
    fs::create_directories(tree / "etc/systemd/system");
    fs::copy("/lib/systemd/system", units,
             fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    fs::create_directory_symlink("usr/lib", tree / "lib");
}

void load(const fs::path &tree, MemoryGuest &guest) {
    guest.put_file("/usr/lib/systemd/systemd", "elf");
    guest.put_link("/lib", "usr/lib");
    for (const auto &entry : fs::recursive_directory_iterator(tree / "usr")) {
        const std::string path = "/" + entry.path().lexically_relative(tree).string();
        if (entry.is_symlink())
            guest.put_link(path, fs::read_symlink(entry.path()).string());
        else if (entry.is_directory())
            guest.put_directory(path);
        else
            guest.put_file(path, base::read_file(entry.path(), k_bound));
    }
}

void systemctl(const fs::path &tree, const std::string &verb, const std::string &unit) {
    base::ProcessSpec spec;
    spec.program = "systemctl";
    spec.arguments = {"--root=" + tree.string(), verb, "--", unit};
    static_cast<void>(base::run_process(spec)); // what it leaves is what counts
}

/// Links below /etc by path, with the name of the file they lead to.
std::map<std::string, std::string> links_of(const fs::path &tree) {
    std::map<std::string, std::string> links;
    for (const auto &entry : fs::recursive_directory_iterator(tree / "etc"))
        if (entry.is_symlink())
            links["/" + entry.path().lexically_relative(tree).string()] =
                fs::read_symlink(entry.path()).filename().string();
    return links;
}

std::map<std::string, std::string> links_of(const steps::ImageChanges &changes) {
    std::map<std::string, std::string> links;
    for (const Foreseen &change : changes.changes)
        links[change.path] = fs::path(std::get<std::string>(change.source)).filename().string();
    return links;
}

/// The links with ours taken away that disabling the unit removes.
std::map<std::string, std::string> left_by_disabling(std::map<std::string, std::string> links,
                                                     const MemoryGuest &units,
                                                     const std::string &name) {
    MemoryGuest guest = units;
    for (const auto &[path, target] : links)
        guest.put_link(path, std::string(k_units) + "/" + target);
    for (const Foreseen &change : steps::disable_unit(guest, name).changes)
        links.erase(change.path);
    return links;
}

} // namespace

TEST_CASE("services: every unit of this machine is enabled and disabled as by systemctl") {
    if (::access("/usr/bin/systemctl", X_OK) != 0 || !fs::exists("/lib/systemd/system"))
        return;
    const base::TemporaryDirectory directory("/tmp", "units-");
    const fs::path tree = directory.path();
    copy_units(tree);
    MemoryGuest guest;
    load(tree, guest);
    std::size_t linked = 0;
    std::size_t number = 0;
    for (const std::string &name : steps::unit_file_names(guest)) {
        if (number++ % k_share != 0)
            continue;
        INFO(name);
        const steps::ImageChanges changes = steps::enable_unit(guest, name);
        systemctl(tree, "enable", name);
        const std::map<std::string, std::string> made = links_of(tree);
        CHECK((changes.possible() ? links_of(changes) : std::map<std::string, std::string>()) ==
              made);
        systemctl(tree, "disable", name);
        CHECK(left_by_disabling(made, guest, name) == links_of(tree));
        linked += made.empty() ? 0 : 1;
        fs::remove_all(tree / "etc/systemd/system");
        fs::create_directories(tree / "etc/systemd/system");
    }
    CHECK(linked > 10 / k_share);
}
