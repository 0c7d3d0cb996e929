#pragma once
// A catalog and guests in memory, and a recipe to apply to them.

#include "apply/apply.hpp"
#include "model/names.hpp"
#include "support/faulty_guest.hpp"
#include "support/memory_catalog.hpp"
#include "support/memory_guest.hpp"
#include "support/recipes.hpp"

#include <catch2/catch.hpp>

#include <filesystem>

namespace retouch::test {

inline constexpr const char *k_recipe = R"(retouch: 1
name: web
source: { image: debian }
files:
  - to: /etc/motd
    content: "hello\n"
  - to: /opt/web/bin/run
    content: "#!/bin/sh\n"
    mode: "0755"
commands:
  - make-it-so
properties: { os_distro: debian }
)";

class Events : public EventSink {
  public:
    void on(const Event &event) override { types.emplace_back(model::to_string(event.kind)); }

    std::vector<std::string> types;
};

struct World {
    RecipeDirectory recipes;
    MemoryCatalog catalog;
    Events events;
    int command_status = 0;
    int fail_guest_at = 0; ///< 0: never
    int opened = 0;
    std::vector<std::string> unmounted;              ///< in the guest
    std::vector<std::unique_ptr<MemoryGuest>> inner; ///< of faulty guests, which borrow them

    World() { catalog.put(image("a", "debian", "1")); }

    apply::ApplyOptions options() {
        apply::ApplyOptions options;
        options.open_guest = [this](const Disk &, const GuestOptions &, EventSink &) {
            ++opened;
            auto guest = std::make_unique<MemoryGuest>();
            guest->put_file("/bin/sh", "", 0755);
            guest->script("make-it-so", command_status, "done\n");
            guest->mutable_facts().unmounted = unmounted;
            if (fail_guest_at == 0)
                return std::unique_ptr<Guest>(std::move(guest));
            inner.push_back(std::move(guest));
            return std::unique_ptr<Guest>(
                std::make_unique<FaultyGuest>(*inner.back(), fail_guest_at));
        };
        return options;
    }

    Report apply(const std::string &text = k_recipe, const apply::Confirm &confirm = {}) {
        return apply::apply_recipe(recipes.check(text), catalog, options(), confirm, events);
    }

    std::vector<std::filesystem::path> unfinished_journals() {
        std::vector<std::filesystem::path> found;
        const auto directory = catalog.state_directory() / "active";
        if (std::filesystem::exists(directory))
            for (const auto &entry : std::filesystem::directory_iterator(directory))
                found.push_back(entry.path());
        return found;
    }

    /// Nothing but the original, exactly as it was.
    void check_untouched() {
        CHECK(catalog.images() == std::vector<Image>{image("a", "debian", "1")});
        CHECK(catalog.bytes() == std::map<std::string, std::string>{{"a", "bytes of a"}});
        CHECK(catalog.open_stages().empty());
        CHECK(unfinished_journals().empty());
    }
};

} // namespace retouch::test
