#include "guest/tree/tree_comparison.hpp"

#include "guest/tree/tree_walk.hpp"

namespace retouch::guest {

bool may_differ(const TreeEntry &before, const TreeEntry &after) {
    if (!looks_the_same(before, after))
        return true;
    return after.info.type == FileInfo::Type::regular && !is_untouched(before, after);
}

bool looks_the_same(const TreeEntry &before, const TreeEntry &after) {
    return before.info == after.info && before.target == after.target &&
           before.attributes == after.attributes;
}

std::vector<TreePair> compare_trees(const Tree &before, Tree &after) {
    std::vector<TreePair> pairs;
    auto old = before.entries.begin();
    auto now = after.entries.begin();
    while (old != before.entries.end() || now != after.entries.end()) {
        if (now == after.entries.end() ||
            (old != before.entries.end() && in_tree_order(old->path, now->path))) {
            pairs.push_back({&*old++, nullptr});
        } else if (old == before.entries.end() || old->path != now->path) {
            pairs.push_back({nullptr, &*now++});
        } else {
            if (may_differ(*old, *now))
                pairs.push_back({&*old, &*now});
            ++old;
            ++now;
        }
    }
    return pairs;
}

} // namespace retouch::guest
