#include "steps/kernel/environment_block.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr const char *k_block_path = "/boot/grub2/grubenv";
constexpr std::size_t k_block_size = 1024;
constexpr std::string_view k_signature = "# GRUB Environment Block";
constexpr std::string_view k_variable = "kernelopts=";

} // namespace

std::string without_filling(const std::string &block) {
    const std::size_t end = block.find_last_not_of('#');
    return block.substr(0, end == std::string::npos ? 0 : end + 1);
}

EnvironmentBlock::EnvironmentBlock(const GuestView &guest)
    : file_(image_text(guest, k_block_path)),
      lines_(base::split(without_filling(file_.text), '\n')) {
    if (file_.text.size() != k_block_size || lines_.front() != k_signature)
        obstacle_ = fmt::format("boot entries have their words from {}, and that is no environment "
                                "block of GRUB",
                                k_block_path);
    for (std::size_t at = 0; at < lines_.size(); ++at)
        if (lines_[at].starts_with(k_variable))
            line_ = at;
    if (!obstacle_.empty())
        return;
    if (line_ == 0)
        obstacle_ =
            fmt::format("boot entries have their words from $kernelopts, and {} has no such "
                        "variable",
                        k_block_path);
    else if (lines_[line_].find('\\') != std::string::npos)
        obstacle_ = fmt::format("kernelopts in {} holds a backslash", k_block_path);
    else
        words_ = kernel_words(lines_[line_].substr(k_variable.size()));
}

void EnvironmentBlock::want(const KernelWords &words, ImageChanges &changes) {
    if (words == words_)
        return;
    lines_[line_] = std::string(k_variable) + base::joined(words, " ");
    std::string text = base::joined(lines_, "\n");
    if (text.size() > k_block_size)
        return changes.fail(fmt::format("the words do not fit into {}, which has {} bytes",
                                        k_block_path, k_block_size));
    text.resize(k_block_size, '#');
    want_text(changes, file_, std::move(text));
}

} // namespace retouch::steps
