// The image API against a real Keystone and Glance: what the fake cloud claims must be true there.
// Skipped unless RETOUCH_RIG names a running rig (tests/rig/up).

#include "base/digest.hpp"
#include "base/process.hpp"
#include "base/uuid.hpp"
#include "catalog/glance/image_api.hpp"
#include "catalog/glance/token.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

using namespace retouch;

namespace {

namespace fs = std::filesystem;

bool skipped_without_rig() {
    if (std::getenv("RETOUCH_RIG") != nullptr)
        return false;
    WARN("skipped: RETOUCH_RIG names no rig");
    return true;
}

fs::path rig_directory() {
    return std::getenv("RETOUCH_RIG");
}

catalog::CloudSettings cloud(const std::string &name) {
    const auto environment = [](const std::string &variable) -> std::optional<std::string> {
        if (variable == "OS_CLIENT_CONFIG_FILE")
            return (rig_directory() / "clouds.yaml").string();
        return std::nullopt;
    };
    return catalog::load_cloud(name, environment, "/");
}

/// A login and the API, together.
struct Client {
    explicit Client(const std::string &name) : session(cloud(name)) {}

    explicit Client(catalog::CloudSettings settings) : session(std::move(settings)) {}

    catalog::Session session;
    catalog::ImageApi api{session};
};

/// A record that is removed at the end, whatever became of it.
class Record {
  public:
    Record(const Client &client, Image draft) : client_(client), id_(base::random_uuid()) {
        draft.id = id_;
        draft.name = "retouch test " + id_;
        created_ = client_.api.create(draft);
    }

    ~Record() {
        try {
            catalog::ImagePatch patch;
            patch.set("protected", false);
            if (client_.api.find(id_))
                client_.api.patch(id_, patch);
            client_.api.remove(id_);
        } catch (const Error &error) {
            WARN(error.what());
        }
    }

    Record(const Record &) = delete;
    Record &operator=(const Record &) = delete;

    [[nodiscard]] const std::string &id() const { return id_; }

    [[nodiscard]] const catalog::GlanceImage &created() const { return created_; }

    [[nodiscard]] Image now() const { return client_.api.find(id_).value().image; }

  private:
    const Client &client_;
    std::string id_;
    catalog::GlanceImage created_;
};

class Noise : public ByteReader {
  public:
    explicit Noise(std::size_t size) {
        while (bytes_.size() < size)
            bytes_ += base::random_uuid();
        bytes_.resize(size);
    }

    [[nodiscard]] const std::string &bytes() const { return bytes_; }

    [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }

    std::size_t read(std::uint64_t offset, std::span<char> buffer) override {
        return std::string_view(bytes_).substr(offset).copy(buffer.data(), buffer.size());
    }

  private:
    std::string bytes_;
};

std::string sha512(const std::string &bytes) {
    base::Digest digest(base::Digest::Algorithm::sha512);
    digest.update(bytes);
    return digest.finish();
}

bool lists(const Client &client, const std::string &id) {
    return std::ranges::any_of(
        client.api.list({.owner = client.api.session().project_id()}),
        [&](const catalog::GlanceImage &found) { return found.image.id == id; });
}

template<class Work>
catalog::ApiError failure_of(Work &&work) {
    try {
        work();
    } catch (const catalog::ApiError &error) {
        return error;
    }
    throw std::logic_error("it did not fail");
}

catalog::ImagePatch one(const std::string &name, Json value) {
    catalog::ImagePatch patch;
    patch.set(name, std::move(value));
    return patch;
}

std::string rbd(std::vector<std::string> arguments) {
    base::ProcessSpec spec;
    spec.program = "rbd";
    spec.arguments = {"-c", (rig_directory() / "ceph.conf").string()};
    spec.arguments.insert(spec.arguments.end(), arguments.begin(), arguments.end());
    const base::ProcessResult result = base::run_process(spec);
    CAPTURE(result.err);
    REQUIRE(result.ok());
    return result.out;
}

} // namespace

TEST_CASE("image api on the rig: every kind of login works and says who it is", "[rig]") {
    if (skipped_without_rig())
        return;
    const auto [name, user, role] = GENERATE(
        table<std::string, std::string, std::string>({{"admin", "admin", "admin"},
                                                      {"admin-public", "admin", "admin"},
                                                      {"admin-credential", "admin", "admin"},
                                                      {"member", "member", "member"},
                                                      {"member-public", "member", "member"},
                                                      {"member-credential", "member", "member"}}));
    CAPTURE(name);
    Client client(name);
    CHECK(client.session.user_name() == user);
    CHECK(client.session.has_role(role));
    CHECK(client.session.has_role("admin") == (user == "admin"));
    CHECK(client.session.project_id().size() == 32);
    const std::vector<catalog::GlanceImage> images = client.api.list({.visibility = "public"});
    const bool inner = name.find("public") == std::string::npos;
    REQUIRE_FALSE(images.empty());
    CHECK(images.front().shows_locations == inner);
    CHECK(client.api.versions().front() >= catalog::ApiVersion{2, 15});
}

TEST_CASE("image api on the rig: a token is a login, too", "[rig]") {
    if (skipped_without_rig())
        return;
    catalog::CloudSettings settings = cloud("member");
    catalog::Http http({});
    base::SecretFilter secrets;
    const catalog::Token token =
        catalog::read_token(http.send({.doing = "log in",
                                       .method = "POST",
                                       .url = catalog::token_url(settings),
                                       .headers = {{"Content-Type", "application/json"}},
                                       .body = catalog::token_request(settings).dump()}),
                            secrets);
    settings.auth_type = catalog::AuthType::token;
    settings.secret = token.text;
    CHECK(Client(settings).session.user_name() == "member");
}

TEST_CASE("image api on the rig: a wrong password is not authorised", "[rig]") {
    if (skipped_without_rig())
        return;
    catalog::CloudSettings settings = cloud("member");
    settings.secret = base::Secret("not the password");
    const catalog::ApiError error =
        failure_of([&] { static_cast<void>(Client(settings).session.roles()); });
    CHECK(error.kind() == ErrorKind::not_authorised);
    CHECK_FALSE(error.request_id().empty());
    CHECK(std::string(error.what()) ==
          fmt::format("cannot log in to cloud 'member': The request you have made requires "
                      "authentication (HTTP 401, request {})",
                      error.request_id()));
}

TEST_CASE("image api on the rig: the life of a record", "[rig]") {
    if (skipped_without_rig())
        return;
    const Client client("member");
    Image draft;
    draft.hidden = true;
    draft.min_ram_mib = 64;
    draft.tags = {"b", "a"};
    draft.properties = {{"os_distro", "debian"}, {"a/b~c", "x"}};
    const Record record(client, draft);
    CHECK(record.created().image.status == "queued");
    CHECK(record.created().image.visibility == "private");
    CHECK(record.created().image.tags == std::vector<std::string>{"a", "b"});
    CHECK(record.created().image.created_at.size() == 27);
    CHECK(record.created().shows_locations);
    CHECK(record.now() == record.created().image);
    CHECK(lists(client, record.id()));
    CHECK(failure_of([&] { client.api.create(record.created().image); }).status() == 409);

    catalog::ImagePatch patch = one("os_distro", "fedora");
    patch.set("new/one", "y");
    patch.unset("a/b~c");
    patch.set("os_hidden", false);
    const Image changed = client.api.patch(record.id(), patch).image;
    CHECK(changed.properties ==
          std::map<std::string, std::string>{{"new/one", "y"}, {"os_distro", "fedora"}});
    CHECK_FALSE(changed.hidden);

    Noise noise(3'000'001);
    std::uint64_t sent = 0;
    client.api.upload(record.id(), noise, [&](std::uint64_t done, std::uint64_t) {
        sent = done;
        return true;
    });
    CHECK(sent == noise.size());
    const Image active = record.now();
    CHECK(active.status == "active");
    CHECK(active.size == 3'000'001);
    CHECK(active.virtual_size_bytes == 3'000'001);
    CHECK(active.digest() == "sha512:" + sha512(noise.bytes()));
    REQUIRE(active.locations.size() == 1);
    CHECK(active.locations.front().ends_with('/' + record.id() + "/snap"));
    std::string got;
    client.api.download(record.id(), noise.size(), [&](std::string_view bytes) { got += bytes; },
                        {});
    CHECK((got == noise.bytes()));

    client.api.deactivate(record.id());
    CHECK(record.now().status == "deactivated");
    client.api.patch(record.id(), one("name", "renamed while deactivated"));
    client.api.reactivate(record.id());
    CHECK(record.now().status == "active");

    client.api.patch(record.id(), one("protected", true));
    CHECK(failure_of([&] { client.api.remove(record.id()); }).kind() == ErrorKind::refused);
    client.api.patch(record.id(), one("protected", false));
    client.api.remove(record.id());
    CHECK_FALSE(client.api.find(record.id()));
    CHECK_FALSE(lists(client, record.id()));
    client.api.remove(record.id());
}

TEST_CASE("image api on the rig: bytes can go to another store", "[rig]") {
    if (skipped_without_rig())
        return;
    const Client client("admin");
    const Record record(client, Image{});
    Noise noise(1000);
    client.api.upload(record.id(), noise, {}, "fs");
    CHECK(client.api.find(record.id()).value().stores == std::vector<std::string>{"fs"});
}

TEST_CASE("image api on the rig: a location makes a queued record active", "[rig]") {
    if (skipped_without_rig())
        return;
    const Client client("admin");
    const std::vector<catalog::GlanceImage> images =
        client.api.list({.owner = client.api.session().project_id()});
    const auto source = std::ranges::find_if(images, [](const catalog::GlanceImage &found) {
        return found.image.name == "debian-12" && !found.image.locations.empty();
    });
    REQUIRE(source != images.end());
    const Record record(client, Image{});
    const std::string &id = record.id();
    rbd({"clone", "--rbd-default-clone-format", "2", "images/" + source->image.id + "@snap",
         "images/" + id});
    rbd({"snap", "create", "--no-progress", "images/" + id + "@snap"});
    rbd({"snap", "protect", "images/" + id + "@snap"});
    std::string url = source->image.locations.front();
    url.replace(url.find(source->image.id), id.size(), id);
    catalog::ImagePatch patch = one("os_distro", "debian");
    patch.add_location(url);

    const catalog::ApiError error =
        failure_of([&] { Client("admin-public").api.patch(id, patch); });
    CHECK(error.kind() == ErrorKind::not_authorised);
    CHECK(error.said() == "It's not allowed to add locations if locations are invisible");
    client.api.patch(id, patch);
    const Image active = record.now();
    CHECK(active.status == "active");
    CHECK(active.size == source->image.size);
    CHECK(active.locations == std::vector<std::string>{url});
    CHECK(active.digest() == "image:" + id);
    client.api.remove(id);
    CHECK(rbd({"ls", "images"}).find(id) == std::string::npos);
}

TEST_CASE("image api on the rig: a plain member may not make an image public", "[rig]") {
    if (skipped_without_rig())
        return;
    const Client client("member");
    const Record record(client, Image{});
    const catalog::ApiError error =
        failure_of([&] { client.api.patch(record.id(), one("visibility", "public")); });
    CHECK(error.kind() == ErrorKind::not_authorised);
    CHECK(std::string(error.what()).find("(HTTP 403, request req-") != std::string::npos);
    CHECK(error.hint().find("'member' has the roles ") == 0);
}

TEST_CASE("image api on the rig: members come and go", "[rig]") {
    if (skipped_without_rig())
        return;
    const Client client("admin");
    const std::string project = Client("member").session.project_id();
    Image draft;
    draft.visibility = "shared";
    const Record record(client, draft);
    CHECK(client.api.members(record.id()).empty());
    client.api.add_member(record.id(), project);
    client.api.add_member(record.id(), project);
    CHECK(client.api.members(record.id()) == std::vector<ImageMember>{{project, "pending"}});
    client.api.set_member_status(record.id(), project, "accepted");
    CHECK(client.api.members(record.id()) == std::vector<ImageMember>{{project, "accepted"}});
    client.api.remove_member(record.id(), project);
    client.api.remove_member(record.id(), project);
    CHECK(client.api.members(record.id()).empty());
}
