#pragma once
// Answers of cloud services: their JSON within bounds, and their refusals as errors with the
// service's own words, both without our secrets. Which statuses are refusals is for the caller to
// say.

#include "base/secret_filter.hpp"
#include "catalog/http/api_error.hpp"
#include "catalog/http/http.hpp"
#include "retouch/json.hpp"

#include <string>
#include <vector>

namespace retouch::catalog {

/// The body of an answer to an attempt to `doing`. Throws ApiError: unavailable when it is no JSON
/// or goes beyond what answers hold.
[[nodiscard]] Json answer_json(const HttpResponse &response, const std::string &doing,
                               const base::SecretFilter &secrets);

/// Replaces every text of `value` that holds a secret, and removes such keys with what they hold.
/// Requires: it nests within the bounds of answers.
void clean(Json &value, const base::SecretFilter &secrets);

/// "cannot DOING: MESSAGE (HTTP 403, request req-...)" with the kind that belongs to the status.
[[nodiscard]] ApiError refusal(const HttpResponse &response, const std::string &doing,
                               std::string hint, const base::SecretFilter &secrets);

/// What the server says in an error's body, HTML or JSON, as one line: escaped, bounded, without
/// markup; the status in words when it says nothing that is text, or something with a secret in it.
[[nodiscard]] std::string said_in(const HttpResponse &response, const base::SecretFilter &secrets);

/// The answer to an attempt to `doing` makes no sense.
[[nodiscard]] ApiError strange_answer(const std::string &doing);

/// "member, reader, and 3 more": untrusted names, escaped, each and all of them bounded.
[[nodiscard]] std::string shown_names(const std::vector<std::string> &names);

/// A text field of an untrusted object; empty when it is absent or no text.
[[nodiscard]] std::string text_at(const Json &object, const char *key);

/// An object or array field; null when it is absent or neither.
[[nodiscard]] const Json &part_at(const Json &object, const char *key);

} // namespace retouch::catalog
