// Which kernel a machine is made of, and which of its modules in which order.

#include "base/file.hpp"
#include "guest/machine/kernel.hpp"

#include <catch2/catch.hpp>
#include <fstream>

using namespace retouch;
using namespace retouch::guest;
namespace fs = std::filesystem;

namespace {

void put(const fs::path &path, const std::string &text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
}

/// A place for kernels with their modules.
class Kernels {
  public:
    void add(const std::string &version, bool has_modules = true) {
        put(boot() / ("vmlinuz-" + version), "kernel");
        if (has_modules)
            put(modules() / version / "modules.dep", "");
    }

    [[nodiscard]] fs::path boot() const { return directory_.path() / "boot"; }

    [[nodiscard]] fs::path modules() const { return directory_.path() / "modules"; }

    [[nodiscard]] std::string found() const {
        const auto kernel = find_kernel(boot(), modules());
        return kernel ? kernel->version : "none";
    }

  private:
    base::TemporaryDirectory directory_{"/tmp", "kernels-"};
};

std::string read_names(const Kernel &kernel, const std::vector<std::string> &required,
                       const std::vector<std::string> &wished = {}) {
    std::string names;
    try {
        for (const KernelModule &module : read_modules(kernel, required, wished))
            names += module.name + "=" + module.bytes + " ";
    } catch (const Error &error) {
        return std::string(error.what()) + " | " + error.hint();
    }
    return names;
}

} // namespace

TEST_CASE("kernel: the newest that has its modules is taken") {
    Kernels kernels;
    fs::create_directories(kernels.boot());
    CHECK(kernels.found() == "none");
    kernels.add("6.1.0-9-amd64");
    kernels.add("6.1.0-57-amd64");
    kernels.add("6.12.0-1-amd64", false);
    CHECK(kernels.found() == "6.1.0-57-amd64");
}

TEST_CASE("kernel: modules come after what they need, and once") {
    Kernels kernels;
    kernels.add("6");
    const fs::path place = kernels.modules() / "6";
    put(place / "modules.dep", "kernel/a.ko: kernel/b-c.ko kernel/d.ko\nkernel/b-c.ko: "
                               "kernel/d.ko\nkernel/d.ko:\nkernel/self.ko: kernel/self.ko\n");
    put(place / "modules.builtin", "kernel/inside.ko\n");
    for (const char *name : {"a", "b-c", "d", "self"})
        put(place / "kernel" / (std::string(name) + ".ko"), name);
    const Kernel kernel = find_kernel(kernels.boot(), kernels.modules()).value();
    CHECK(read_names(kernel, {"a", "d", "inside"}) == "d=d b_c=b-c a=a ");
    CHECK(read_names(kernel, {"self"}, {"nowhere", "d"}) == "self=self d=d ");
    CHECK(read_names(kernel, {"nowhere"}) ==
          "the kernel 6 has no module nowhere | install the whole package of that kernel again");
}
