#include "guest/host/tree_tools.hpp"

#include "base/digest.hpp"
#include "base/interrupt.hpp"
#include "guest/refusals.hpp"

#include <memory>

namespace retouch {

namespace {

class HostDigest final : public RunningDigest {
  public:
    void update(std::string_view bytes) override { digest_.update(bytes); }

    std::string finish() override { return digest_.finish(); }

  private:
    Digest digest_{Digest::Algorithm::sha256};
};

} // namespace

TreeTools host_tree_tools() {
    return {sha256_hex, [] { return std::make_unique<HostDigest>(); }, check_interrupt};
}

void check_look(const LookFailure &failure) {
    if (failure)
        throw refusal::cannot_look(failure.path, failure.code);
}

} // namespace retouch
