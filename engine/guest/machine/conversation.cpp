#include "guest/machine/conversation.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace retouch::guest {

namespace {

constexpr std::size_t k_longest_answer = 4096;

/// One of ours says nothing else than this of an image; a machine that was taken over might.
ErrorKind credible(ErrorKind kind) {
    switch (kind) {
    case ErrorKind::refused:
    case ErrorKind::invalid:
    case ErrorKind::unavailable:
    case ErrorKind::internal:
        return kind;
    default:
        return ErrorKind::failed;
    }
}

std::string safe_text(WireReader &reader) {
    const auto text = reader.take<std::string>();
    return base::clipped(text, k_longest_answer);
}

} // namespace

std::string await_answer(Channel &channel, std::chrono::seconds limit,
                         const TakeNotice &take_notice) {
    for (;;) {
        const auto message = channel.receive(limit);
        if (!message)
            throw Error(ErrorKind::failed,
                        fmt::format("the guest's machine did not answer within {}",
                                    base::format_seconds(static_cast<double>(limit.count()))),
                        "what runs in it may hang: look at the commands of the recipe, and run "
                        "again");
        WireReader reader(*message);
        switch (reader.take<MachineAnswer>()) {
        case MachineAnswer::notice: {
            const std::string text = safe_text(reader);
            reader.finish();
            if (take_notice)
                take_notice(text);
            break;
        }
        case MachineAnswer::result:
            return message->substr(message->size() - reader.left());
        case MachineAnswer::error: {
            const ErrorKind kind = credible(reader.take<ErrorKind>());
            const std::string text = safe_text(reader);
            const std::string hint = safe_text(reader);
            reader.finish();
            throw Error(kind, text, hint);
        }
        }
    }
}

} // namespace retouch::guest
