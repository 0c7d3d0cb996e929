// What the recipe names, it wants; what it leaves open came from the source. Of the first apply
// takes care; the second it leaves to people, since they may have meant it.

#include "plan/record_drift.hpp"

#include "base/text.hpp"
#include "model/names.hpp"
#include "plan/disk_plan.hpp"
#include "plan/properties.hpp"
#include "plan/publishing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace retouch::plan {

namespace {

constexpr const char *k_none = "none";

std::string worded(std::string_view text) {
    return fmt::format("\"{}\"", base::escape(text));
}

std::string yes_or_no(bool value) {
    return value ? "yes" : "no";
}

std::string listed_tags(const std::vector<std::string> &tags) {
    return tags.empty() ? std::string(k_none) : base::listed(tags);
}

std::vector<std::string> normal(std::vector<std::string> tags) {
    std::ranges::sort(tags);
    tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
    return tags;
}

class Comparison {
  public:
    Comparison(const Image &image, const ExpectedRecord &expected)
        : image_(image), expected_(expected) {}

    std::vector<Deviation> run() {
        status();
        hidden();
        if (expected_.recipe_changed)
            return std::move(found_);
        name();
        fields();
        wanted_properties();
        dropped_properties();
        carried_properties();
        return std::move(found_);
    }

  private:
    void add(DeviationKind kind, std::string what, std::string expected, std::string found,
             bool apply_fixes, std::string remedy) {
        found_.push_back({kind, std::move(what), std::move(expected), std::move(found), apply_fixes,
                          std::move(remedy)});
    }

    /// What the recipe names: apply sets it back.
    void wanted(DeviationKind kind, const std::string &what, std::string expected,
                std::string found) {
        add(kind, what, std::move(expected), std::move(found), true,
            expected_.rebuilds ? "apply publishes a new image that has it" : "apply sets it back");
    }

    /// What came from the source: apply converges only what the recipe names.
    void carried(DeviationKind kind, const std::string &what, std::string expected,
                 std::string found, const std::string &key) {
        if (expected_.rebuilds)
            add(kind, what, std::move(expected), std::move(found), true,
                "apply publishes a new image, as the source has it");
        else
            add(kind, what, std::move(expected), std::move(found), false,
                fmt::format("apply leaves it, for the recipe does not name it: set it back by "
                            "hand, or write it under {}",
                            key));
    }

    void name() {
        if (image_.name == expected_.publish_name)
            return;
        add(DeviationKind::name, "name", worded(expected_.publish_name), worded(image_.name), false,
            "rename it by hand (openstack image set --name): apply does not find it under another "
            "name");
    }

    void status() {
        if (image_.status == "active")
            return;
        add(DeviationKind::status, "status", "active", base::escape(image_.status), false,
            "activate it by hand (openstack image set --activate): apply counts only active "
            "images");
    }

    void hidden() {
        if (image_.hidden && expected_.covered_by == nullptr)
            wanted(DeviationKind::hidden, "hidden", "no", "yes");
    }

    /// `ask` is what a record is asked: a member, or a question of it; `left` what the source is
    /// asked.
    template<typename T, typename Ask, typename Left, typename Show>
    void field(DeviationKind kind, const std::optional<T> &recipe, Ask ask, Left left, Show show) {
        const std::string what(model::to_string(kind));
        const T found = std::invoke(ask, image_);
        if (recipe) {
            if (*recipe != found)
                wanted(kind, what, show(*recipe), show(found));
        } else if (expected_.source != nullptr) {
            if (const T carried_over = std::invoke(left, *expected_.source); carried_over != found)
                carried(kind, what, show(carried_over), show(found), "publish:");
        }
    }

    template<typename T, typename Ask, typename Show>
    void field(DeviationKind kind, const std::optional<T> &recipe, Ask ask, Show show) {
        field(kind, recipe, ask, ask, show);
    }

    void fields() {
        const Publish &publish = expected_.recipe.publish;
        std::optional<std::vector<std::string>> tags = publish.tags;
        if (tags)
            tags = normal(*tags);
        field(DeviationKind::visibility, publish.visibility, &Image::visibility, escape_text);
        field(DeviationKind::tags, tags, &Image::tags, carried_tags, listed_tags);
        const auto with_disk = [&](const Image &source) {
            return std::max(source.min_disk_gib, least_min_disk_gib(expected_.recipe.disk));
        };
        field(DeviationKind::min_disk, publish.min_disk_gib, &Image::min_disk_gib, with_disk, gib);
        field(DeviationKind::min_ram, publish.min_ram_mib, &Image::min_ram_mib, mib);
        field(DeviationKind::is_protected, publish.is_protected, &Image::stays_protected,
              yes_or_no);
    }

    static std::string escape_text(const std::string &text) { return base::escape(text); }

    static std::string gib(std::int64_t amount) { return fmt::format("{} GiB", amount); }

    static std::string mib(std::int64_t amount) { return fmt::format("{} MiB", amount); }

    [[nodiscard]] static std::string shown(const std::optional<std::string> &value) {
        return value ? worded(*value) : std::string(k_none);
    }

    void wanted_properties() {
        for (const auto &[name, value] : expected_.properties)
            if (const auto found = image_.property(name); found != value)
                wanted(DeviationKind::property, "property " + base::escape(name), shown(value),
                       shown(found));
    }

    [[nodiscard]] bool is_dropped_here(const std::string &name) const {
        return !expected_.properties.contains(name) && is_dropped(expected_.drop, name);
    }

    void dropped_properties() {
        for (const auto &[name, value] : image_.properties)
            if (is_dropped_here(name))
                wanted(DeviationKind::property, "property " + base::escape(name), k_none,
                       worded(value));
    }

    [[nodiscard]] bool is_carried(const std::string &name) const {
        return !name.starts_with("retouch_") && !expected_.properties.contains(name) &&
               !is_dropped_here(name);
    }

    void carried_properties() {
        if (expected_.source == nullptr)
            return;
        WantedProperties names;
        for (const auto &[name, value] : expected_.source->properties)
            if (is_carried(name) && !describes_other_bytes(name))
                names[name] = value;
        for (const auto &[name, value] : image_.properties)
            if (is_carried(name))
                names.try_emplace(name, std::nullopt);
        for (const auto &[name, value] : names)
            if (const auto found = image_.property(name); found != value)
                carried(DeviationKind::property, "property " + base::escape(name), shown(value),
                        shown(found), "properties:");
    }

    const Image &image_;
    const ExpectedRecord &expected_;
    std::vector<Deviation> found_;
};

} // namespace

std::vector<Deviation> record_drift(const Image &image, const ExpectedRecord &expected) {
    return Comparison(image, expected).run();
}

} // namespace retouch::plan
