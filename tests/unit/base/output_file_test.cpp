#include "base/output_file.hpp"

#include "base/run_directory.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <string>
#include <sys/stat.h>

using namespace retouch;

TEST_CASE("output file: a FIFO is written into and stays one") {
    const base::RunDirectory directory;
    const auto path = directory.path() / "fifo";
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    const base::UniqueFd reader(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    base::OutputFile output(path, {"a text", [](std::string_view) { return true; }});
    CHECK_FALSE(output.is_replaced());
    output.prepare();
    output.write("what is written");
    std::string read(64, '\0');
    read.resize(base::read_some(reader.get(), read, path));
    CHECK(read == "what is written");
    CHECK(std::filesystem::is_fifo(path));
}
