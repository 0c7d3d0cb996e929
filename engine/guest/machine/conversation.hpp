#pragma once
// One question and its answer, over the line to the program in a machine of ours. What comes from
// there is a stranger's: it is bounded, whole, and its texts are made safe to show.

#include "guest/machine/channel.hpp"
#include "guest/machine/machine_call.hpp"
#include "guest/machine/wire.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <type_traits>

namespace retouch::guest {

/// Told a notice, which is safe to show.
using TakeNotice = std::function<void(const std::string &)>;

/// Waits for an answer, at most `limit`, and returns the bytes of its result. Throws Error: what
/// was answered; failed when nothing came in time, or what came is no answer; interrupted.
[[nodiscard]] std::string await_answer(Channel &channel, std::chrono::seconds limit,
                                       const TakeNotice &take_notice = {});

template<typename... Arguments>
[[nodiscard]] std::string machine_request(MachineCall call, const Arguments &...arguments) {
    WireWriter request;
    request << call;
    static_cast<void>((request << ... << arguments));
    return request.take();
}

/// The value that is all of `answer`. Throws Error.
template<typename Result>
[[nodiscard]] Result read_result(const std::string &answer) {
    WireReader reader(answer);
    if constexpr (std::is_void_v<Result>) {
        reader.finish();
    } else {
        Result result = reader.take<Result>();
        reader.finish();
        return result;
    }
}

} // namespace retouch::guest
