#pragma once
// Session: being logged in to a cloud. It gets a token when one is first needed, renews it in time
// where it can, finds the image service and repeats what can safely be repeated. What requests mean
// is the image API's business.

#include "base/secret_filter.hpp"
#include "catalog/glance/clouds.hpp"
#include "catalog/glance/token.hpp"
#include "catalog/http/http.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace retouch::catalog {

/// How long a service may be away before a request that can be repeated fails.
struct RetryPolicy {
    int tries = 6;
    int first_tries = 3; ///< of a service that has never answered: its address may be wrong
    std::chrono::milliseconds first_wait{500}; ///< doubled each time
    std::chrono::seconds total{20};            ///< no new try after that
};

/// Whether images can belong to a project.
enum class ProjectState { usable, absent, disabled, domain };

/// For one thread at a time. Talks to nobody before it is asked something.
class Session {
  public:
    explicit Session(CloudSettings cloud, RetryPolicy retries = {});

    [[nodiscard]] const CloudSettings &cloud() const { return cloud_; }

    /// Of the image service, without version and final slash. Throws ApiError or Error.
    [[nodiscard]] const std::string &endpoint();

    /// Names of the roles we have, sorted; empty where there is no Keystone. Throws ApiError.
    [[nodiscard]] const std::vector<std::string> &roles();

    [[nodiscard]] bool has_role(std::string_view role);

    /// The project all requests are made for; empty where there is none. Throws ApiError.
    [[nodiscard]] const std::string &project_id();

    /// What Keystone knows of a project of that id; nullopt where there is none to ask, and when it
    /// does not tell us. Throws ApiError.
    [[nodiscard]] std::optional<ProjectState> project_state(const std::string &id);

    /// From now on no answer is waited for longer than a second, and nothing is repeated: somebody
    /// waits for the end.
    void hurry() noexcept { hurried_ = true; }

    /// Who we are; empty where nobody asked. Throws ApiError.
    [[nodiscard]] const std::string &user_name();

    /// For how long we can go on; nullopt while new tokens can be had without the user, and when
    /// nobody tells. Throws ApiError.
    [[nodiscard]] std::optional<std::chrono::seconds> time_left();

    /// Sends `request`, whose url is a path below endpoint(), with our token; once more after a
    /// 401, with a new token. A GET, and whatever cannot have been received, is repeated with
    /// growing waits while the service is away. Any status is an answer. Throws ApiError when there
    /// is none.
    [[nodiscard]] HttpResponse request(HttpRequest request);

    /// What must not be shown of any answer: the secrets sent so far.
    [[nodiscard]] const base::SecretFilter &secrets() const { return secrets_; }

    /// Requests sent to the image service so far, repeated ones included, logging in aside.
    [[nodiscard]] std::size_t requests() const { return requests_; }

  private:
    const Token &token();
    [[nodiscard]] Token log_in();

    /// With a token that was made elsewhere: as it is when it is for what the cloud's settings
    /// name, else in exchange for one that is.
    [[nodiscard]] Token log_in_with(const base::Secret &text);

    [[nodiscard]] Token token_for(const Json &credentials);
    [[nodiscard]] Token token_of_command();

    /// A request to Keystone about tokens.
    [[nodiscard]] HttpRequest token_call(const std::string &method) const;

    void authorise(HttpRequest &request);
    HttpResponse send_with_retries(HttpRequest request, std::size_t *count);

    CloudSettings cloud_;
    RetryPolicy retries_;
    Http http_;
    std::optional<Token> token_;
    base::Secret printed_; ///< by the command, last
    base::SecretFilter secrets_;
    std::string endpoint_;
    std::set<std::string> known_; ///< servers that have answered
    std::size_t requests_ = 0;
    bool hurried_ = false;
};

} // namespace retouch::catalog
