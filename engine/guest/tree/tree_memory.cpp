#include "guest/tree/tree_memory.hpp"

#include "guest/tree/tree_inspection.hpp"
#include "guest/tree/tree_walk.hpp"

#include <utility>

namespace retouch::guest {

LookFailure TreeMemory::mark(int root, const std::vector<std::string> &named,
                             const TreeTools &tools) {
    tree_ = {};
    texts_ = KeptTexts(named);
    if (LookFailure failure = walk_tree(root, {}, tools, tree_))
        return failure;
    return keep_texts(root, tree_, tools, texts_);
}

LookFailure TreeMemory::changes(int root, const TreeTools &tools, std::vector<SeenChange> &found) {
    Tree now;
    if (LookFailure failure = look_again(root, tree_, tools, texts_, now, found))
        return failure;
    tree_ = std::move(now);
    return {};
}

} // namespace retouch::guest
