#include "guest/host/tree_tools.hpp"

#include "base/digest.hpp"
#include "base/interrupt.hpp"
#include "guest/refusals.hpp"

#include <memory>

namespace retouch::guest {

namespace {

class HostDigest final : public RunningDigest {
  public:
    void update(std::string_view bytes) override { digest_.update(bytes); }

    std::string finish() override { return digest_.finish(); }

  private:
    base::Digest digest_{base::Digest::Algorithm::sha256};
};

} // namespace

TreeTools host_tree_tools() {
    return {base::sha256_hex, [] { return std::make_unique<HostDigest>(); }, base::check_interrupt};
}

void check_look(const LookFailure &failure) {
    if (failure)
        throw refusal::cannot_look(failure.path, failure.code);
}

} // namespace retouch::guest
