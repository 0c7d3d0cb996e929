// Fuzzing what Keystone and Glance answer: whatever the body is, it is read or refused as an answer
// of no use. What was read is text that can be sent and written again; what is quoted is printable
// and holds no secret.

#include "base/text.hpp"
#include "catalog/glance/answer.hpp"
#include "catalog/glance/image_json.hpp"
#include "catalog/glance/token.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace retouch;

constexpr const char *k_password = "fuzzed-password";
constexpr const char *k_token = "fuzzed-token-of-Keystone";

void require(bool good) {
    if (!good)
        std::abort();
}

void read_image(const Json &answer) {
    const catalog::GlanceImage found = catalog::image_from_json(answer);
    require(!found.image.id.empty() && catalog::url_encode(found.image.id) == found.image.id);
    require(found.image.size >= 0 && found.image.virtual_size_bytes >= 0);
    require(found.image.min_disk_gib >= 0 && found.image.min_ram_mib >= 0);
    for (const auto &[name, value] : found.image.properties)
        require(!catalog::is_reserved_property(name));
    Image copy =
        catalog::image_from_json(Json::parse(catalog::image_to_json(found.image, "").dump())).image;
    require(copy.properties == found.image.properties && copy.tags == found.image.tags);
}

/// Runs `read`, which may refuse what it is given.
template<class Read>
void tolerate(Read &&read) {
    try {
        read();
    } catch (const Error &error) {
        require(error.kind() == ErrorKind::unavailable || error.kind() == ErrorKind::bad_config);
        require(base::escape(error.what()) == error.what());
    }
}

/// A page of a list: each of its records.
void read_page(const Json &answer) {
    const Json &records = catalog::part_at(answer, "images");
    if (records.is_array())
        for (const Json &record : records)
            tolerate([&] { read_image(record); });
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    catalog::HttpResponse response;
    response.status = 403;
    response.headers = {{"x-subject-token", k_token}, {"location", "http://elsewhere"}};
    response.body.assign(data, data + size);
    base::SecretFilter secrets;
    secrets.add(base::Secret(k_password));
    const std::string said = catalog::said_in(response, secrets);
    require(!said.empty() && base::escape(said) == said && said.size() < 600);
    require(said.find(k_password) == std::string::npos);
    catalog::CloudSettings cloud;
    cloud.name = "fuzz";
    cloud.auth_url = "https://keystone";
    tolerate([&] { read_image(catalog::answer_json(response, "look", secrets)); });
    tolerate([&] { read_page(catalog::answer_json(response, "list", secrets)); });
    tolerate([&] {
        const catalog::Token token = catalog::read_token(response, secrets);
        require(token.user_name.find(k_token) == std::string::npos);
        require(catalog::image_endpoint(token, cloud).size() > 8);
    });
    return 0;
}
