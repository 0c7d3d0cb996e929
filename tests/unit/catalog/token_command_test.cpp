#include "catalog/glance/token_command.hpp"

#include "base/file.hpp"
#include "base/run_directory.hpp"
#include "catalog/glance/token_end.hpp"
#include "retouch/error.hpp"
#include "support/fake_cloud.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <regex>
#include <stdexcept>

using namespace retouch;
using namespace retouch::test;

namespace fs = std::filesystem;

namespace {

/// A program called sign-in, and what is known of the cloud it signs in to.
struct Program {
    base::RunDirectory directory;
    catalog::CloudSettings cloud;
    base::SecretFilter secrets;

    explicit Program(const std::string &script) {
        base::write_file_atomically(path(), "#!/bin/sh\n" + script + "\n");
        fs::permissions(path(), fs::perms::owner_all);
        cloud.name = "sso";
        cloud.auth_type = catalog::AuthType::command;
        cloud.command = {{path().string()}, "sso"};
    }

    [[nodiscard]] fs::path path() const { return directory.path() / "sign-in"; }

    [[nodiscard]] catalog::PrintedToken run() const {
        return catalog::run_token_command(cloud, secrets);
    }

    [[nodiscard]] std::string text() const { return run().text.reveal(); }

    /// Kind, message and hint, without the directory.
    [[nodiscard]] std::string failure() const {
        try {
            static_cast<void>(run());
        } catch (const Error &error) {
            const std::string all =
                fmt::format("{}: {}\n{}", exit_words(error.kind()), error.what(), error.hint());
            const std::string there = directory.path().string();
            const auto at = all.find(there);
            return at == std::string::npos ? all
                                           : std::string(all).replace(at, there.size(), "DIR");
        }
        return "no failure";
    }

    static std::string exit_words(ErrorKind kind) {
        switch (kind) {
        case ErrorKind::bad_config:
            return "bad_config";
        case ErrorKind::not_authorised:
            return "not_authorised";
        case ErrorKind::unavailable:
            return "unavailable";
        default:
            return "another kind";
        }
    }
};

constexpr const char *k_subject = "cannot log in to cloud 'sso': its auth_command (sign-in) ";
constexpr const char *k_contract = "\nit must print a token and nothing else, or JSON with a text "
                                   "'token' or 'id', as openstack token issue -f json does";

/// "2026-01-31 12:00" of a text as "TIME".
std::string timeless(const std::string &text) {
    return std::regex_replace(text, std::regex("[0-9-]{10} [0-9:]{5}"), "TIME");
}

/// A cloud whose login is a program that prints what `file` holds and counts its runs there.
struct CommandCloud {
    FakeCloud fake;
    base::RunDirectory directory;
    catalog::CloudSettings settings = fake.settings();

    CommandCloud() {
        fake.on("GET /v2/a", Reply{.body = "a"});
        settings.auth_type = catalog::AuthType::command;
        settings.secret = base::Secret();
        settings.command.words = {"sh", "-c",
                                  "echo run >> \"$0/runs\"; cat \"$0/token\"; "
                                  "[ ! -e \"$0/next\" ] || mv \"$0/next\" \"$0/token\"",
                                  directory.path().string()};
    }

    void print(const std::string &token) const {
        base::write_file_atomically(directory.path() / "token", token);
    }

    /// After it was run once more.
    void print_then(const std::string &token) const {
        base::write_file_atomically(directory.path() / "next", token);
    }

    [[nodiscard]] std::size_t runs() const {
        return base::read_file(directory.path() / "runs", 1000).size() / 4;
    }

    /// The tokens that the image service was shown.
    [[nodiscard]] std::vector<std::string> shown() const {
        std::vector<std::string> tokens;
        for (SeenRequest &request : fake.requests())
            tokens.push_back(request.headers["x-auth-token"]);
        return tokens;
    }
};

catalog::HttpRequest get(const std::string &path) {
    return {.doing = "look", .url = path};
}

} // namespace

TEST_CASE("token command: what it prints is the token, alone or in JSON") {
    const auto [script, token] = GENERATE(table<std::string, std::string>({
        {"echo gAAAAABl_-token=", "gAAAAABl_-token="},
        {"printf '  \\n a.b.c \\n\\n'", "a.b.c"},
        {R"(echo '{"token": "t1", "expires_at": "2030-01-31T12:00:00.5Z"}')", "t1"},
        {R"(printf '{\n  "expires": "2030-01-31T12:00:00+0000",\n  "id": "t2",\n)"
         R"(  "project_id": "p", "user_id": "u"\n}\n')",
         "t2"},
        {R"(echo '{"id": "of something", "token": "t3"}')", "t3"},
        {"echo said >&2; echo t4", "t4"},
        {"cat; echo t5", "t5"},
        {"echo \"$OS_CLOUD\"", "sso"},
    }));
    CAPTURE(script);
    CHECK(Program(script).text() == token);
}

TEST_CASE("token command: when its token ends is read in each way of writing it") {
    const auto [written, end] = GENERATE(table<std::string, std::string>({
        {R"("expires": "2030-01-31T12:00:00+0000")", "2030-01-31T12:00:00Z"},
        {R"("expires_at": "2030-01-31T12:00:00.5Z")", "2030-01-31T12:00:00.5Z"},
        {R"("expires": "2030-01-31T12:00:00+00:00")", "2030-01-31T12:00:00Z"},
        {R"("expires": "tomorrow")", ""},
        {R"("expires": 7)", ""},
    }));
    CAPTURE(written);
    CHECK(Program("echo '{\"id\": \"t\", " + written + "}'").run().ends_at == base::parse_utc(end));
}

TEST_CASE("token command: its arguments reach it as they are, and no shell") {
    Program program("echo \"$#/$1/$2\" | tr ' ' _");
    program.cloud.command.words.insert(program.cloud.command.words.end(), {"a b", "$(id);*"});
    CHECK(program.text() == "2/a_b/$(id);*");
}

TEST_CASE("token command: output that is no token is not shown, and said to be none") {
    const auto [script, what] = GENERATE(table<std::string, std::string>({
        {"true", "printed nothing"},
        {"echo", "printed nothing"},
        {"echo two words", "printed something else than one token"},
        {"printf 'a\\nb\\n'", "printed something else than one token"},
        {"printf 'a\\001b'", "printed something else than one token"},
        {"echo '| id | SECRET |'", "printed something else than one token"},
        {"echo '\"SECRET\"'", "printed something else than one token"},
        {"echo null", "printed something else than one token"},
        {"echo None", "printed something else than one token"},
        {"echo '[]'", "printed something else than one token"},
        {"echo '{\"id\": \"SECRET\", '", "printed JSON that cannot be read"},
        {"echo '{\"id\": \"SECRET\"} x'", "printed JSON that cannot be read"},
        {"echo '{\"id\": \"SECRET\", \"id\": \"SECRET\"}'", "printed JSON that cannot be read"},
        {"echo '{\"token\": {\"id\": \"SECRET\"}}'", "printed JSON without a token"},
        {"echo '{\"id\": \"SEC RET\"}'", "printed JSON without a token"},
        {"printf %s '{\"id\": \"SECRET\\u000a\"}'", "printed JSON without a token"},
        {"head -c 100000 /dev/zero | tr '\\0' S", "printed too much"},
        {"head -c 20000 /dev/zero | tr '\\0' S", "printed something else than one token"},
    }));
    CAPTURE(script);
    CHECK(Program(script).failure() ==
          fmt::format("bad_config: {}{}{}", k_subject, what, k_contract));
}

TEST_CASE("token command: one that fails says why in its last words, and no secret") {
    const auto [script, said] = GENERATE(table<std::string, std::string>({
        {"exit 3", "ended with exit status 3"},
        {"printf 'one\\ntwo\\n\\nthree\\nfour\\033[31m\\n' >&2; exit 1",
         "ended with exit status 1: two; three; four\\x1b[31m"},
        {"echo 'for hunter2-hunter2: no' >&2; exit 1", "ended with exit status 1: for ***: no"},
        {"echo aHVudGVyMi1odW50ZXIy >&2; exit 1",
         "ended with exit status 1; what it said holds a secret and is not shown"},
        {"echo gAAAAABl-token-of-Keystone; echo got gAAAAABl-token-of-Keystone >&2; exit 1",
         "ended with exit status 1: got ***"},
        {"kill -TERM $$", "was ended by signal 15"},
    }));
    CAPTURE(script);
    Program program(script);
    program.secrets.add(base::Secret("hunter2-hunter2"));
    CHECK(program.failure() == fmt::format("not_authorised: {}{}\nrun it yourself; it must sign in "
                                           "without asking anything",
                                           k_subject, said));
}

TEST_CASE("token command: a program that is not there is a mistake of the configuration") {
    Program program("true");
    const std::string subject = "bad_config: cannot log in to cloud 'sso': its auth_command ({}) "
                                "cannot be run\nthere is no program {}; auth_command in "
                                "retouch.yaml is a list of the program and its arguments";
    fs::permissions(program.path(), fs::perms::owner_read);
    CHECK(program.failure() == fmt::format(fmt::runtime(subject), "sign-in", "DIR/sign-in"));
    program.cloud.command.words = {"openstack token issue"};
    CHECK(program.failure() == fmt::format(fmt::runtime(subject), "openstack token issue",
                                           "openstack token issue in PATH"));
}

TEST_CASE("token command: its token is used as it is when it is for the project that is meant") {
    CommandCloud cloud;
    cloud.fake.accept_token("of-the-program");
    cloud.print("of-the-program\n");
    SECTION("by name") {}
    SECTION("by id") {
        cloud.settings.project = {.id = "p1", .name = "", .domain_id = "", .domain_name = ""};
    }
    SECTION("or when none is named") {
        cloud.settings.project = {};
    }
    catalog::Session session(cloud.settings, quick_retries());
    CHECK(session.request(get("/v2/a")).body == "a");
    CHECK(session.project_id() == "p1");
    CHECK(session.user_name() == "demo");
    CHECK(session.request(get("/v2/a")).body == "a");
    CHECK(cloud.shown() == std::vector<std::string>{"of-the-program", "of-the-program"});
    CHECK(cloud.runs() == 1);
    CHECK(cloud.fake.logins().size() == 1);
    CHECK(session.secrets().message("x of-the-program") == "x ***");
    CHECK(catalog::end_of_token(session).empty());
}

TEST_CASE("token command: its token is exchanged for one of the project that is meant") {
    CommandCloud cloud;
    cloud.fake.accept_token("of-another-project");
    cloud.print(R"({"id": "of-another-project"})");
    cloud.settings.project.name = "other";
    catalog::Session session(cloud.settings, quick_retries());
    CHECK(session.request(get("/v2/a")).body == "a");
    CHECK(cloud.shown() == std::vector<std::string>{"token-2"});
    CHECK(Json::parse(cloud.fake.logins().back().body).dump() ==
          R"({"auth":{"identity":{"methods":["token"],"token":{"id":"of-another-project"}},)"
          R"("scope":{"project":{"name":"other","domain":{"id":"default"}}}}})");
}

TEST_CASE("token command: it is run again for a token that ends, and after a 401") {
    CommandCloud cloud;
    cloud.fake.accept_token("first-one");
    cloud.print("first-one");
    catalog::Session session(cloud.settings, quick_retries());
    SECTION("after a 401, once") {
        static_cast<void>(session.request(get("/v2/a")));
        cloud.fake.revoke_tokens();
        cloud.fake.accept_token("second-one");
        cloud.print("second-one");
        CHECK(session.request(get("/v2/a")).status == 200);
        CHECK(cloud.shown() == std::vector<std::string>{"first-one", "first-one", "second-one"});
        CHECK(cloud.runs() == 2);
    }
    SECTION("when less than two minutes are left, but one that it keeps is used to its end") {
        cloud.fake.set_token_life(std::chrono::seconds(119));
        cloud.fake.accept_token("second-one");
        cloud.print_then("second-one");
        for (int i = 0; i < 4; ++i)
            static_cast<void>(session.request(get("/v2/a")));
        CHECK(cloud.shown() == std::vector<std::string>(4, "second-one"));
        CHECK(cloud.runs() == 3);
    }
}

namespace {

/// Of a login that fails.
Error refusal_of(catalog::Session &session) {
    try {
        static_cast<void>(session.roles());
    } catch (const Error &error) {
        return error;
    }
    throw std::logic_error("it was taken");
}

} // namespace

TEST_CASE("token command: a token that Keystone does not take is told as the program's") {
    CommandCloud cloud;
    cloud.print("of-another-cloud");
    catalog::Session session(cloud.settings, quick_retries());
    const Error refusal = refusal_of(session);
    CHECK(refusal.kind() == ErrorKind::not_authorised);
    CHECK(std::string(refusal.what()) ==
          "cannot log in to cloud 'fake': The request you have made requires authentication "
          "(HTTP 401)");
    CHECK(refusal.hint() ==
          "Keystone does not take the token that auth_command printed: does the program sign "
          "in to cloud 'fake' in clouds.yaml, and may its user work in that project?");
}

TEST_CASE("token: one that was handed to us cannot be renewed, and its end is told") {
    FakeCloud fake;
    fake.accept_token("handed-to-us");
    catalog::CloudSettings settings = fake.settings();
    settings.auth_type = catalog::AuthType::token;
    settings.secret = base::Secret("handed-to-us");
    const auto end = [&](std::chrono::seconds life) {
        fake.set_token_life(life);
        catalog::Session session(settings, quick_retries());
        return timeless(catalog::end_of_token(session));
    };
    const auto told = [](const std::string &when) {
        return "the token of cloud 'fake' ends " + when +
               ", at TIME UTC, and cannot be renewed: a run that takes longer cannot publish";
    };
    using namespace std::chrono_literals;
    CHECK(end(52min + 30s) == told("in 52 min"));
    CHECK(end(30s) == told("in less than a minute"));
    CHECK(end(5h + 7min + 30s) == told("in 5 h 07 min"));
    SECTION("also when it had to be exchanged") {
        settings.project.name = "other";
        CHECK(end(52min + 30s) == told("in 52 min"));
    }
    SECTION("and with less than two minutes left it is not asked about at each request") {
        fake.on("GET /v2/a", Reply{});
        fake.set_token_life(90s);
        catalog::Session session(settings, quick_retries());
        const std::size_t before = fake.logins().size();
        static_cast<void>(session.request(get("/v2/a")));
        static_cast<void>(session.request(get("/v2/a")));
        CHECK(fake.logins().size() == before + 1);
    }
    SECTION("a password's is none of the user's business") {
        catalog::Session session(fake.settings(), quick_retries());
        CHECK(catalog::end_of_token(session).empty());
    }
}

TEST_CASE("token: one that has ended is told with what to do") {
    FakeCloud fake;
    catalog::CloudSettings settings = fake.settings();
    settings.auth_type = catalog::AuthType::token;
    settings.secret = base::Secret("ended-yesterday");
    catalog::Session session(settings, quick_retries());
    const Error refusal = refusal_of(session);
    CHECK(refusal.kind() == ErrorKind::not_authorised);
    CHECK(std::string(refusal.what()) ==
          "cannot log in to cloud 'fake': The request you have made requires authentication "
          "(HTTP 401)");
    CHECK(refusal.hint() ==
          "the token of cloud 'fake' in clouds.yaml may have ended or been revoked, or may not "
          "be used for that project: get a new one; an application credential or auth_command "
          "in retouch.yaml does so by itself");
    CHECK(fake.logins().size() == 1);
}
