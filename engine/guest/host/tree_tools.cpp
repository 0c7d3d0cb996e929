#include "guest/host/tree_tools.hpp"

#include "base/digest.hpp"
#include "base/interrupt.hpp"
#include "guest/refusals.hpp"

#include <array>
#include <memory>
#include <unistd.h>

namespace retouch {

namespace {

constexpr std::size_t k_piece = std::size_t{256} * 1024;

std::optional<std::string> digest_of(int fd) {
    Digest digest(Digest::Algorithm::sha256);
    const auto buffer = std::make_unique<std::array<char, k_piece>>();
    for (;;) {
        check_interrupt();
        const ssize_t got = ::read(fd, buffer->data(), buffer->size());
        if (got < 0)
            return std::nullopt;
        if (got == 0)
            return digest.finish();
        digest.update({buffer->data(), static_cast<std::size_t>(got)});
    }
}

} // namespace

TreeTools host_tree_tools() {
    return {sha256_hex, digest_of, check_interrupt};
}

void check_look(const LookFailure &failure) {
    if (failure)
        throw refusal::file_operation("look at", failure.path, failure.code);
}

} // namespace retouch
