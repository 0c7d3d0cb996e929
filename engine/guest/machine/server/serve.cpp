// Which function answers a call, and what it takes, is one line each: arguments are read as the
// parameters of the function are declared.

#include "guest/machine/server/serve.hpp"

#include "guest/machine/channel.hpp"
#include "guest/machine/machine_call.hpp"
#include "guest/machine/server/local_guest.hpp"
#include "guest/machine/server/system.hpp"
#include "guest/machine/wire.hpp"

#include <memory>
#include <tuple>

namespace retouch::guest {

namespace {

class Notices final : public EventSink {
  public:
    explicit Notices(Channel &line) : line_(line) {}

    void on(const Event &event) override {
        WireWriter answer;
        answer << MachineAnswer::notice << event.message;
        line_.send(answer.take());
    }

  private:
    Channel &line_;
};

template<typename Result>
std::string result_of(const Result &result) {
    WireWriter answer;
    answer << MachineAnswer::result << result;
    return answer.take();
}

std::string done() {
    WireWriter answer;
    answer << MachineAnswer::result;
    return answer.take();
}

template<typename... Parameters>
std::tuple<std::decay_t<Parameters>...> take_arguments(WireReader &reader) {
    std::tuple<std::decay_t<Parameters>...> arguments;
    std::apply([&reader](auto &...each) { static_cast<void>((reader >> ... >> each)); }, arguments);
    reader.finish();
    return arguments;
}

template<typename Act>
std::string answer_of(const Act &act) {
    if constexpr (std::is_void_v<decltype(act())>) {
        act();
        return done();
    } else {
        return result_of(act());
    }
}

template<typename Asked, typename Result, typename... Parameters>
std::string answer(const LocalGuest &guest, Result (Asked::*ask)(Parameters...) const,
                   WireReader &reader) {
    auto arguments = take_arguments<Parameters...>(reader);
    return answer_of([&] {
        return std::apply([&](const auto &...each) { return (guest.*ask)(each...); }, arguments);
    });
}

template<typename Result, typename... Parameters>
std::string answer(Guest &guest, Result (Guest::*act)(Parameters...), WireReader &reader) {
    auto arguments = take_arguments<Parameters...>(reader);
    return answer_of([&] {
        return std::apply([&](const auto &...each) { return (guest.*act)(each...); }, arguments);
    });
}

class Service {
  public:
    explicit Service(Channel &line) : line_(line) {}

    /// Until the guest is finished.
    void run() {
        line_.send(done());
        while (!finished_) {
            const std::optional<std::string> request = line_.receive();
            WireReader reader(*request);
            line_.send(safe_answer(reader));
        }
    }

  private:
    std::string safe_answer(WireReader &reader) {
        try {
            return answer_call(reader);
        } catch (const Error &error) {
            return error_answer(error);
        } catch (const std::exception &error) {
            return error_answer({ErrorKind::internal, error.what()});
        }
    }

    static std::string error_answer(const Error &error) {
        WireWriter answer;
        answer << MachineAnswer::error << error.kind() << std::string(error.what()) << error.hint();
        return answer.take();
    }

    std::string begin(WireReader &reader) {
        const auto [chance, seconds, nanoseconds] =
            take_arguments<std::string, std::int64_t, std::int64_t>(reader);
        begin_anew(chance, seconds, nanoseconds);
        return done();
    }

    std::string open(WireReader &reader) {
        const auto [read_only, limits, forbidden] =
            take_arguments<bool, CommandLimits, std::optional<std::vector<std::string>>>(reader);
        Notices notices(line_);
        guest_ = std::make_unique<LocalGuest>(read_only, limits, forbidden, notices);
        return result_of(guest_->facts());
    }

    std::string write_text(WireReader &reader) {
        const auto [path, text, mode, uid, gid] =
            take_arguments<std::string, std::string, std::uint32_t, std::uint32_t, std::uint32_t>(
                reader);
        guest().write(path, text, mode, uid, gid);
        return done();
    }

    /// All pieces are taken whatever becomes of them, for the host sends them all.
    std::string write(WireReader &reader) {
        const auto [path, mode, uid, gid] =
            take_arguments<std::string, std::uint32_t, std::uint32_t, std::uint32_t>(reader);
        bool ended = false;
        const Rooted::Pieces pieces = [&](const Rooted::TakePiece &take) {
            return take_pieces(take, ended);
        };
        try {
            guest().write_pieces(path, pieces, mode, uid, gid);
        } catch (const Error &) {
            if (!ended)
                take_pieces([](std::uint64_t, std::string_view) {}, ended);
            throw;
        }
        return done();
    }

    /// The size of the file.
    std::uint64_t take_pieces(const Rooted::TakePiece &take, bool &ended) {
        for (;;) {
            const std::optional<std::string> message = line_.receive();
            WireReader reader(*message);
            if (reader.take<MachineCall>() == MachineCall::piece) {
                const auto offset = reader.take<std::uint64_t>();
                take(offset, reader.take<std::string>());
                continue;
            }
            ended = true;
            const auto whole = reader.take<bool>();
            const auto size = reader.take<std::uint64_t>();
            if (!whole)
                throw Error(ErrorKind::failed, "the file could not be read on the host");
            return size;
        }
    }

    std::string finish() {
        guest().finish();
        finished_ = true;
        return done();
    }

    LocalGuest &guest() {
        if (!guest_)
            throw Error(ErrorKind::internal, "no guest was opened");
        return *guest_;
    }

    std::string answer_call(WireReader &reader);

    Channel &line_;
    std::unique_ptr<LocalGuest> guest_;
    bool finished_ = false;
};

std::string Service::answer_call(WireReader &reader) {
    switch (reader.take<MachineCall>()) {
    case MachineCall::begin:
        return begin(reader);
    case MachineCall::open:
        return open(reader);
    case MachineCall::lstat:
        return answer(guest(), &GuestView::lstat, reader);
    case MachineCall::read:
        return answer(guest(), &GuestView::read, reader);
    case MachineCall::sha256:
        return answer(guest(), &GuestView::sha256, reader);
    case MachineCall::read_link:
        return answer(guest(), &GuestView::read_link, reader);
    case MachineCall::list:
        return answer(guest(), &GuestView::list, reader);
    case MachineCall::look_at:
        return answer(guest(), &LocalGuest::look_at, reader);
    case MachineCall::unchangeable:
        return answer(guest(), &GuestView::unchangeable, reader);
    case MachineCall::label:
        return answer(guest(), &GuestView::label, reader);
    case MachineCall::probe:
        return answer(guest(), &GuestView::probe, reader);
    case MachineCall::write_text:
        return write_text(reader);
    case MachineCall::write:
        return write(reader);
    case MachineCall::piece:
    case MachineCall::pieces_end:
        throw Error(ErrorKind::internal, "a piece without a file");
    case MachineCall::make_directory:
        return answer(guest(), &Guest::make_directory, reader);
    case MachineCall::make_link:
        return answer(guest(), &Guest::make_link, reader);
    case MachineCall::set_attributes:
        return answer(guest(), &Guest::set_attributes, reader);
    case MachineCall::remove:
        return answer(guest(), &Guest::remove, reader);
    case MachineCall::run:
        return answer(guest(), &Guest::run, reader);
    case MachineCall::mark:
        return answer(guest(), &Guest::mark, reader);
    case MachineCall::changes:
        return answer(guest(), &Guest::changes, reader);
    case MachineCall::require_all_told:
        return answer(guest(), &Guest::require_all_told, reader);
    case MachineCall::unlabelled:
        return answer(guest(), &Guest::unlabelled, reader);
    case MachineCall::labels:
        return answer(guest(), &Guest::labels, reader);
    case MachineCall::set_labels:
        return answer(guest(), &Guest::set_labels, reader);
    case MachineCall::trim:
        return answer(guest(), &Guest::trim, reader);
    case MachineCall::finish:
        return finish();
    }
    throw Error(ErrorKind::internal, "an unknown question");
}

} // namespace

void serve(Channel &line) {
    Service(line).run();
}

} // namespace retouch::guest
