#include "guest/secret_guest.hpp"

#include "base/digest.hpp"

#include <utility>

namespace retouch::guest {

namespace {

GuestCommand revealed(GuestCommand command, const base::SecretValues &secrets) {
    command.script = secrets.revealed(command.script);
    for (auto &[name, value] : command.environment)
        value = secrets.revealed(value);
    return command;
}

void conceal(OutputTail &output, const base::SecretValues &secrets) {
    output.text = output.truncated() ? secrets.shown_end(output.text) : secrets.shown(output.text);
}

CommandResult concealed(CommandResult result, const base::SecretValues &secrets) {
    conceal(result.out, secrets);
    conceal(result.err, secrets);
    return result;
}

} // namespace

std::string SecretView::read(const std::string &path, std::size_t max_bytes) const {
    return secrets_.concealed(guest_.read(path, max_bytes));
}

CommandResult SecretView::probe(const GuestCommand &command) const {
    return concealed(guest_.probe(revealed(command, secrets_)), secrets_);
}

std::string SecretView::as_read(std::string text) const {
    return secrets_.concealed(secrets_.revealed(text));
}

bool SecretView::is_hash_of(const std::string &hash, const std::string &secret) const {
    return secrets_.is_hash_of(hash, secret);
}

void SecretGuest::write(const std::string &path, const FileSource &source, std::uint32_t mode,
                        std::uint32_t uid, std::uint32_t gid) {
    const auto *text = std::get_if<std::string>(&source);
    if (text == nullptr)
        return guest_->write(path, source, mode, uid, gid);
    const std::string bytes = secrets_.revealed(*text);
    if (bytes != *text)
        digests_[base::sha256_hex(bytes)] = base::sha256_hex(*text);
    guest_->write(path, bytes, mode, uid, gid);
}

CommandResult SecretGuest::run(const GuestCommand &command) {
    return concealed(guest_->run(revealed(command, secrets_)), secrets_);
}

std::vector<EntryChange> SecretGuest::changes() {
    std::vector<EntryChange> changes = guest_->changes();
    for (EntryChange &change : changes) {
        change.diff = secrets_.shown(change.diff);
        for (auto *state : {&change.before, &change.after})
            if (*state)
                if (const auto named = digests_.find((*state)->sha256); named != digests_.end())
                    (*state)->sha256 = named->second;
    }
    return changes;
}

} // namespace retouch::guest
