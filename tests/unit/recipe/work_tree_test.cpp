#include "recipe/work_tree.hpp"

#include "base/run_directory.hpp"

#include <catch2/catch.hpp>

#include <unistd.h>

using namespace retouch;

namespace fs = std::filesystem;

TEST_CASE("work tree: a .git counts that is the caller's, root's or the recipes' owner's") {
    const base::RunDirectory directory;
    const fs::path top = fs::canonical(directory.path()) / "tree";
    const fs::path recipes = top / "recipes";
    fs::create_directories(recipes);
    CHECK(recipe::host_root_of(recipes) == recipes);
    fs::create_directory(top / ".git");
    CHECK(recipe::host_root_of(recipes) == top);
    if (geteuid() != 0)
        return; // only root gives files away
    constexpr uid_t k_owner = 1000;
    constexpr uid_t k_stranger = 2000;
    REQUIRE(lchown((top / ".git").c_str(), k_stranger, 0) == 0);
    CHECK(recipe::host_root_of(recipes) == recipes);
    REQUIRE(lchown(recipes.c_str(), k_owner, 0) == 0);
    CHECK(recipe::host_root_of(recipes) == recipes);
    REQUIRE(lchown((top / ".git").c_str(), k_owner, 0) == 0);
    CHECK(recipe::host_root_of(recipes) == top);
}
