#include "model/checks.hpp"

#include "base/interrupt.hpp"

namespace retouch::model {

bool Checks::check(const std::string &subject, const std::function<Verdict()> &look) {
    base::check_interrupt();
    try {
        Verdict verdict = look();
        findings_.push_back({area_, subject, verdict.state, std::move(verdict.detail),
                             std::move(verdict.remedy), ErrorKind::failed});
        return true;
    } catch (const Error &error) {
        if (error.kind() == ErrorKind::interrupted)
            throw;
        Finding found = failure(area_, subject, error);
        if (need_ == Need::optional)
            found.state = Finding::State::warning;
        findings_.push_back(std::move(found));
        return false;
    }
}

Finding failure(const std::string &area, const std::string &subject, const Error &error) {
    return {area, subject, Finding::State::failed, error.what(), error.hint(), error.kind()};
}

} // namespace retouch::model
