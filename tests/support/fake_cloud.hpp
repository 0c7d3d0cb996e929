#pragma once
// FakeCloud: a Keystone that accepts one password, or a token of its own, and gives tokens, and
// beside it an image service whose answers a test scripts. Both are one FakeServer. It checks
// tokens; it keeps no images.

#include "catalog/glance/keystone.hpp"
#include "retouch/json.hpp"
#include "support/fake_server.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace retouch::test {

inline constexpr const char *k_fake_password = "correct horse battery";

class FakeCloud {
  public:
    using Handler = FakeServer::Handler;

    FakeCloud();

    /// For a login by password, as a cloud called "fake".
    [[nodiscard]] catalog::CloudSettings settings() const;

    /// What `route` ("GET /v2/images") answers, from now on.
    void on(const std::string &route, Reply reply);
    void on(const std::string &route, Handler handler);

    /// What it answers first, before all that; several in order.
    void once(const std::string &route, Reply reply);

    void set_token_life(std::chrono::seconds life);
    void set_roles(std::vector<std::string> roles);

    /// One more token that was given to somebody: for project p1, `lab` in the default domain.
    void accept_token(const std::string &token);

    /// No token given so far is accepted any more.
    void revoke_tokens();

    [[nodiscard]] std::string url() const { return server_.url(); }

    /// Routes of the requests to the image service, in order; logins are not among them.
    [[nodiscard]] std::vector<std::string> routes() const;

    /// The requests themselves.
    [[nodiscard]] std::vector<SeenRequest> requests() const;

    /// Requests for tokens and about them.
    [[nodiscard]] std::vector<SeenRequest> logins() const;

    /// Every token given so far.
    [[nodiscard]] std::vector<std::string> tokens() const;

  private:
    Reply handle(const SeenRequest &request);
    Reply log_in(const SeenRequest &request);
    [[nodiscard]] bool is_good(const std::string &token) const;
    [[nodiscard]] bool is_login_right(const Json &body) const;
    [[nodiscard]] Reply about_token(const std::string &token, int status) const;

    mutable std::mutex mutex_;
    std::map<std::string, std::deque<Reply>> first_;
    std::map<std::string, Handler> then_;
    std::chrono::seconds life_{3600};
    std::vector<std::string> roles_ = {"member", "reader"};
    std::vector<std::string> tokens_;
    std::size_t revoked_ = 0; ///< so many of them are no longer accepted
    FakeServer server_;       ///< last: its thread uses all others
};

/// A 200 answer, or another, with this body.
[[nodiscard]] Reply json_reply(const Json &body, int status = 200);

/// No waiting to speak of.
[[nodiscard]] catalog::RetryPolicy quick_retries();

} // namespace retouch::test
