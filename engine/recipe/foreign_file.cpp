// Foreign files. What a file is for is guessed from what its own program insists on.

#include "recipe/foreign_file.hpp"

#include "recipe/place.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace retouch::recipe {

namespace {

constexpr const char *k_a_recipe =
    "a recipe is keys and their values at the left edge; it starts with \"retouch: 1\"";

template<std::size_t N>
bool has_any(const Value &mapping, const std::array<std::string_view, N> &keys) {
    return std::ranges::any_of(keys,
                               [&](std::string_view key) { return mapping.find(key) != nullptr; });
}

/// Plays, or the tasks of a role.
bool is_ansible(const Value &root) {
    constexpr std::array<std::string_view, 8> k_keys = {
        "hosts",         "tasks",        "roles",  "import_playbook",
        "include_tasks", "import_tasks", "become", "name"};
    return root.kind == Value::Kind::sequence && !root.items.empty() &&
           root.items.front().find("retouch") == nullptr && has_any(root.items.front(), k_keys);
}

bool is_cloud_config(const Value &root, const std::vector<std::string> &lines) {
    return root.find("retouch") == nullptr && !lines.empty() &&
           lines.front().starts_with("#cloud-config");
}

bool is_kubernetes(const Value &root) {
    return root.find("apiVersion") != nullptr && root.find("kind") != nullptr;
}

} // namespace

std::optional<Diagnostic> foreign_file(const Value &root, const std::string &file,
                                       const std::vector<std::string> &lines) {
    const auto looks_like = [&](const std::string &what) {
        return error_at(file, root.mark, lines, "this looks like " + what + ", not like a recipe",
                        k_a_recipe);
    };
    if (is_ansible(root))
        return looks_like("an Ansible playbook");
    if (is_cloud_config(root, lines))
        return looks_like("the cloud-config of an instance");
    if (is_kubernetes(root))
        return looks_like("a Kubernetes object");
    if (root.kind == Value::Kind::sequence)
        return error_at(file, root.mark, lines, "expected a mapping for the recipe, found a list",
                        k_a_recipe);
    return std::nullopt;
}

} // namespace retouch::recipe
