// Fuzzing bundles: whatever the bytes are, they are refused as invalid or unpacked, and never to
// more than they are themselves. The plan that belongs to them is the same for all: it injects two
// files, one of them empty.

#include "base/digest.hpp"
#include "base/file.hpp"
#include "plan/bundle.hpp"

#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>

namespace {

using namespace retouch;
namespace fs = std::filesystem;

void require(bool good) {
    if (!good)
        std::abort();
}

template<class Act>
void tolerate(const Act &act) {
    try {
        act();
    } catch (const Error &error) {
        require(error.kind() == ErrorKind::invalid);
    }
}

Plan plan_of_two_files() {
    Plan plan;
    Target &target = plan.targets.emplace_back();
    for (const std::string contents : {"", "agent\n"})
        target.injected.push_back({"/recipes/" + contents, base::sha256_hex(contents),
                                   static_cast<std::int64_t>(contents.size())});
    return plan;
}

std::uintmax_t bytes_below(const fs::path &directory) {
    std::uintmax_t sum = 0;
    for (const auto &entry : fs::recursive_directory_iterator(directory)) {
        require(entry.is_regular_file() && entry.path().filename().string().size() == 64);
        sum += entry.file_size();
    }
    return sum;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const base::TemporaryDirectory place(fs::temp_directory_path(), "fuzz-bundle-");
    const fs::path bundle = place.path() / "bundle";
    const fs::path files = place.path() / "files";
    fs::create_directory(files);
    {
        const base::UniqueFd file = base::open_file(bundle, O_WRONLY | O_CREAT, 0600);
        base::write_all(file.get(), {reinterpret_cast<const char *>(data), size}, bundle);
    }
    static_cast<void>(plan::is_bundle(bundle));
    tolerate([&] { require(plan::bundled_plan_text(bundle).size() <= size); });
    tolerate([&] {
        Plan plan = plan_of_two_files();
        plan::unpack_bundle(bundle, files, plan);
    });
    require(bytes_below(files) <= size);
    return 0;
}
