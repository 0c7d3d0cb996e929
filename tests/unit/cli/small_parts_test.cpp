#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/utc_time.hpp"
#include "cli/arguments.hpp"
#include "cli/event_file.hpp"
#include "cli/exit_codes.hpp"
#include "cli/find_image.hpp"
#include "cli/plan_file.hpp"
#include "retouch/error.hpp"

#include <catch2/catch.hpp>

using namespace retouch;
namespace fs = std::filesystem;

namespace {

/// "message | hint" of the Error that `act` throws, with its kind checked; empty when it does not.
template<typename Act>
std::string error_of(ErrorKind kind, const Act &act) {
    try {
        act();
    } catch (const Error &error) {
        CHECK(error.kind() == kind);
        return std::string(error.what()) + " | " + error.hint();
    }
    return {};
}

class ListedCatalog : public CatalogView {
  public:
    explicit ListedCatalog(std::vector<Image> images) : images_(std::move(images)) {}

    const std::string &name() const override { return name_; }

    std::vector<Image> images() const override { return images_; }

    std::optional<Image> find(const std::string &id) const override {
        for (const Image &image : images_)
            if (image.id == id)
                return image;
        return std::nullopt;
    }

    Disk disk(const Image &) const override { return {}; }

    PublishWay publish_way(const Image &) const override { return {}; }

    std::vector<ImageMember> members(const std::string &) const override { return {}; }

  private:
    std::string name_ = "lab";
    std::vector<Image> images_;
};

Image image(const std::string &id, const std::string &name, bool hidden) {
    Image value;
    value.id = id;
    value.name = name;
    value.hidden = hidden;
    value.created_at = "2026-01-0" + id + "T00:00:00.000000Z";
    return value;
}

} // namespace

TEST_CASE("exit codes: one for several outcomes") {
    const auto combined = [](std::vector<int> codes) { return cli::combined_exit_code(codes); };
    CHECK(combined({}) == 0);
    CHECK(combined({0, 0}) == 0);
    CHECK(combined({5}) == 5);
    CHECK(combined({1, 1}) == 1);
    CHECK(combined({0, 1}) == 3);
    CHECK(combined({4, 0, 5}) == 3);
    CHECK(combined({4, 5}) == 1);
    CHECK(combined({0, 130}) == 130);
}

TEST_CASE("assignments: NAME=VALUE, the value may hold anything") {
    const auto values = cli::parse_assignments("--var", {"a=1", "b=", "c=x=y"});
    CHECK(values == std::map<std::string, std::string>{{"a", "1"}, {"b", ""}, {"c", "x=y"}});
    CHECK(cli::parse_assignments("--var", {}).empty());
}

TEST_CASE("assignments: what is none is refused with an example") {
    CHECK(error_of(ErrorKind::usage, [] {
              static_cast<void>(cli::parse_assignments("--var", {"a\x1b"}));
          }) == "--var needs NAME=VALUE, not 'a\\x1b' | for example: --var release=12");
    CHECK(error_of(ErrorKind::usage, [] {
              static_cast<void>(cli::parse_assignments("--property", {"=x"}));
          }) == "--property needs NAME=VALUE, not '=x' | for example: --property release=12");
    CHECK(error_of(ErrorKind::usage, [] {
              static_cast<void>(cli::parse_assignments("--var", {"a=1", "a=1"}));
          }) == "--var sets 'a' twice | ");
}

TEST_CASE("colour: the flag wins, then NO_COLOR, then CLICOLOR_FORCE, then the terminal") {
    const auto wants = [](cli::Colour choice, std::map<std::string, std::string> variables,
                          bool terminal) {
        return cli::wants_colour(choice, cli::Environment(std::move(variables), "/"), terminal);
    };
    CHECK(wants(cli::Colour::always, {{"NO_COLOR", "1"}}, false));
    CHECK_FALSE(wants(cli::Colour::never, {{"CLICOLOR_FORCE", "1"}}, true));
    CHECK_FALSE(wants(cli::Colour::automatic, {{"NO_COLOR", "1"}, {"CLICOLOR_FORCE", "1"}}, true));
    CHECK(wants(cli::Colour::automatic, {{"NO_COLOR", ""}}, true));
    CHECK(wants(cli::Colour::automatic, {{"CLICOLOR_FORCE", "1"}}, false));
    CHECK_FALSE(wants(cli::Colour::automatic, {{"CLICOLOR_FORCE", "0"}}, false));
    CHECK(wants(cli::Colour::automatic, {{"TERM", "xterm"}}, true));
    CHECK_FALSE(wants(cli::Colour::automatic, {{"TERM", "dumb"}}, true));
    CHECK_FALSE(wants(cli::Colour::automatic, {}, false));
}

TEST_CASE("plan file: told from a recipe by its content") {
    const base::TemporaryDirectory directory(fs::temp_directory_path(), "test-retouch-");
    const auto is_plan = [&](const std::string &text) {
        base::write_file_atomically(directory.path() / "file", text);
        const auto found = cli::plan_file_text(directory.path() / "file");
        CHECK((!found || *found == text));
        return found.has_value();
    };
    CHECK(is_plan("{\"format_version\": \"1.0\"}"));
    CHECK(is_plan("\n  {\n \"format_version\": \"1.0\", \"damaged"));
    CHECK(is_plan("{\"format_version\":" + std::string(100000, ' ') + "}"));
    CHECK_FALSE(is_plan("retouch: 1\n"));
    CHECK_FALSE(is_plan("{retouch: 1, name: flow}\n"));
    CHECK_FALSE(is_plan("# \"format_version\"\n"));
    CHECK_FALSE(is_plan(""));
    CHECK_FALSE(cli::plan_file_text(directory.path()).has_value());
    CHECK_FALSE(cli::plan_file_text(directory.path() / "absent").has_value());
    CHECK_FALSE(cli::plan_file_text("/dev/zero").has_value());
}

TEST_CASE("event file: a version line, then one object a line, whatever the bytes") {
    const base::TemporaryDirectory directory(fs::temp_directory_path(), "test-retouch-");
    const fs::path path = directory.path() / "events.jsonl";
    const base::UtcTime begin = base::utc_time_now();
    {
        base::OutputFile output(path, cli::EventFile::kind());
        cli::EventFile file(output);
        file.on({EventKind::run_started, "", "web", {{"recipe", "web"}}});
        file.on({EventKind::notice, "t", "a\nb\xff", nullptr});
        CHECK(file.complaint().empty());
    }
    std::vector<Json> lines;
    const std::string text = base::read_file(path, 1 << 16);
    for (std::size_t start = 0; start < text.size(); start = text.find('\n', start) + 1)
        lines.push_back(Json::parse(text.substr(start, text.find('\n', start) - start)));
    REQUIRE(lines.size() == 3);
    for (Json &line : lines) {
        const std::string time = line["time"];
        CHECK(time.size() == base::utc_now().size());
        const std::optional<base::UtcTime> moment = base::parse_utc(time);
        REQUIRE(moment);
        CHECK(*moment >= begin);
        CHECK(*moment <= base::utc_time_now());
        line.erase("time");
    }
    CHECK(lines[0] ==
          Json::parse(R"({"type": "version", "events": "1.0", "tool": "retouch 0.1.0"})"));
    CHECK(lines[1] == Json::parse(R"({"type": "run_started", "target": "", "message": "web",
                                      "details": {"recipe": "web"}})"));
    CHECK(lines[2]["message"] == "a\nb\xef\xbf\xbd");
    CHECK(lines[2]["details"] == Json::object());
}

TEST_CASE("event file: a full disk is remembered, not thrown") {
    const auto open = [](const char *path) {
        base::OutputFile output(path, cli::EventFile::kind());
        const cli::EventFile file(output);
    };
    CHECK_THROWS_AS(open("/dev/full"), Error);
    CHECK_THROWS_AS(open("/nonexistent/events"), Error);
}

TEST_CASE("event tee: every sink gets every event in order") {
    struct Collector : EventSink {
        explicit Collector(std::string &log) : log_(log) {}

        void on(const Event &event) override { log_ += event.message + ";"; }

        std::string &log_;
    };

    std::string log;
    Collector first(log);
    Collector second(log);
    cli::EventTee tee({&first, &second});
    tee.on({EventKind::notice, "", "a", nullptr});
    tee.on({EventKind::notice, "", "b", nullptr});
    CHECK(log == "a;a;b;b;");
}

TEST_CASE("finding an image: by id, or by a name the visible one bears") {
    const ListedCatalog catalog({image("1", "Debian 12", true), image("2", "Debian 12", false),
                                 image("3", "old", true), image("4", "twin", false),
                                 image("5", "twin", false)});
    CHECK(cli::find_image(catalog, "1").id == "1");
    CHECK(cli::find_image(catalog, "Debian 12").id == "2");
    CHECK(cli::find_image(catalog, "old").id == "3");
    CHECK(cli::find_only_image(catalog, "old").id == "3");
    CHECK(
        error_of(ErrorKind::failed, [&] { static_cast<void>(cli::find_image(catalog, "twin")); }) ==
        "2 images are called 'twin' | name one by its id:\n"
        "  4  2026-01-04T00:00:00.000000Z\n"
        "  5  2026-01-05T00:00:00.000000Z");
    CHECK(error_of(ErrorKind::failed,
                   [&] { static_cast<void>(cli::find_only_image(catalog, "Debian 12")); }) ==
          "2 images are called 'Debian 12' | name one by its id:\n"
          "  1  2026-01-01T00:00:00.000000Z  hidden\n"
          "  2  2026-01-02T00:00:00.000000Z");
    CHECK(error_of(ErrorKind::failed, [&] {
              static_cast<void>(cli::find_image(catalog, "Debain 12"));
          }) == "no image 'Debain 12' in catalog lab | did you mean 'Debian 12'?");
    CHECK(error_of(ErrorKind::failed, [&] {
              static_cast<void>(cli::find_image(catalog, "\x1b"));
          }) == "no image '\\x1b' in catalog lab | see what there is: retouch images");
}
