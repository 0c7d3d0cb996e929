// The shared guests live until the test run ends; a listener closes them then and fails loudly when
// anything stays behind.

#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include "unit/guest/open_guests.hpp"

#include "base/process.hpp"
#include "base/text.hpp"
#include "model/names.hpp"
#include "support/tiny_image.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <thread>
#include <unistd.h>

namespace retouch::test {

namespace {

struct Shared {
    std::unique_ptr<ImageFile> image;
    std::unique_ptr<Guest> guest;
};

std::map<GuestKind, Shared> &all_shared() {
    static std::map<GuestKind, Shared> guests;
    return guests;
}

class CloseShared : public Catch::TestEventListenerBase {
  public:
    using TestEventListenerBase::TestEventListenerBase;

    void testRunEnded(const Catch::TestRunStats &) override {
        for (auto &[kind, shared] : all_shared())
            shared.guest->finish();
        all_shared().clear();
        // Another process looking at the loop devices keeps them for a moment.
        std::vector<std::string> residue = host_residue();
        for (int tries = 0; !residue.empty() && tries < 100; ++tries) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            residue = host_residue();
        }
        for (const std::string &line : residue)
            fmt::print(stderr, "left behind: {}\n", line);
        if (!residue.empty())
            std::_Exit(1);
    }
};

CATCH_REGISTER_LISTENER(CloseShared)

/// Every descendant of this process, by its command line.
void add_processes(std::vector<std::string> &residue) {
    base::ProcessSpec spec;
    spec.program = "ps";
    spec.arguments = {"-eo", "pid=,ppid=,args="};
    std::vector<std::array<std::string, 3>> rows;
    for (const std::string &line : base::split_lines(base::run_process(spec).out)) {
        std::istringstream words(line);
        std::array<std::string, 3> row;
        words >> row[0] >> row[1];
        std::getline(words, row[2]);
        rows.push_back(row);
    }
    std::vector<std::string> family = {std::to_string(getpid())};
    for (std::size_t at = 0; at < family.size(); ++at)
        for (const auto &row : rows)
            if (row[1] == family[at] && row[2].find("ps -eo") == std::string::npos) {
                family.push_back(row[0]);
                residue.push_back("process" + row[2]);
            }
}

} // namespace

std::vector<GuestKind> guest_kinds() {
    const char *wanted = std::getenv("RETOUCH_TEST_GUEST");
    const std::string kind = wanted == nullptr ? "" : wanted;
    std::vector<GuestKind> kinds;
    if (kind != "appliance" && geteuid() == 0)
        kinds.push_back(GuestKind::host);
    if (kind != "host")
        kinds.push_back(GuestKind::appliance);
    return kinds;
}

GuestOptions options_of(GuestKind kind, const std::filesystem::path &directory, bool network) {
    GuestOptions options{kind, directory, network};
    if (const char *wanted = std::getenv("RETOUCH_TEST_APPLIANCE"))
        options.appliance = model::from_name<ApplianceKind>(wanted).value();
    return options;
}

std::string own_prefix() {
    return fmt::format("guest-test-{}-", getpid());
}

std::string name_of(GuestKind kind) {
    return kind == GuestKind::host ? "host" : "appliance";
}

ImageFile::ImageFile(const std::vector<std::string> &options)
    : directory_("/tmp", own_prefix()), path_(directory_.path() / "image.raw") {
    if (!options.empty()) {
        make_tiny_image(path_, options);
        return;
    }
    static const base::TemporaryDirectory made("/tmp", own_prefix());
    const std::filesystem::path usual = made.path() / "usual.raw";
    if (!std::filesystem::exists(usual))
        make_tiny_image(usual);
    base::ProcessSpec copy;
    copy.program = "cp";
    copy.arguments = {"--sparse=always", usual.string(), path_.string()};
    base::run_checked(copy, "copy a tiny image");
}

std::unique_ptr<Guest> ImageFile::open(GuestKind kind, bool read_only, bool network) const {
    Notices notices;
    return open_guest(disk_of(path_, read_only), options_of(kind, directory_.path(), network),
                      notices);
}

std::string ImageFile::refusal(GuestKind kind, bool read_only) const {
    try {
        static_cast<void>(open(kind, read_only));
    } catch (const Error &error) {
        return fmt::format("{} | {}", error.what(), error.hint());
    }
    return "opened";
}

std::string ImageFile::debugfs(const std::string &request, bool write) const {
    base::ProcessSpec spec;
    spec.program = "debugfs";
    spec.arguments = {"-R", request, path_.string() + "?offset=1048576"};
    if (write)
        spec.arguments.insert(spec.arguments.begin(), "-w");
    return base::run_checked(spec, "look into the image").out;
}

Guest &shared_guest(GuestKind kind) {
    Shared &shared = all_shared()[kind];
    if (!shared.guest) {
        shared.image = std::make_unique<ImageFile>();
        shared.guest = shared.image->open(kind);
    }
    return *shared.guest;
}

CommandResult run(Guest &guest, const std::string &script) {
    GuestCommand command;
    command.script = script;
    return guest.run(command);
}

std::vector<std::string> host_residue() {
    std::vector<std::string> residue;
    std::ifstream mounts("/proc/thread-self/mountinfo");
    for (std::string line; std::getline(mounts, line);)
        if (line.find(own_prefix()) != std::string::npos)
            residue.push_back("mount " + line);
    for (const auto &device : std::filesystem::directory_iterator("/sys/block")) {
        std::ifstream backing(device.path() / "loop/backing_file");
        std::string file;
        if (std::getline(backing, file) && file.find(own_prefix()) != std::string::npos)
            residue.push_back("loop device " + file);
    }
    add_processes(residue);
    return residue;
}

} // namespace retouch::test
