// Fuzzing what Keystone and Glance answer: whatever the body is, it is read or refused as an answer
// of no use. What was read is text that can be sent and written again; what is quoted is printable.

#include "base/text.hpp"
#include "catalog/glance/answer.hpp"
#include "catalog/glance/image_json.hpp"
#include "catalog/glance/token.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace retouch;

void require(bool good) {
    if (!good)
        std::abort();
}

void read_image(const Json &answer) {
    const GlanceImage found = image_from_json(answer);
    require(!found.image.id.empty());
    require(found.image.size >= 0 && found.image.virtual_size >= 0);
    for (const auto &[name, value] : found.image.properties)
        require(!is_reserved_property(name));
    Image copy = image_from_json(Json::parse(image_to_json(found.image, "").dump())).image;
    require(copy.properties == found.image.properties && copy.tags == found.image.tags);
}

/// Runs `read`, which may refuse what it is given.
template<class Read>
void tolerate(Read &&read) {
    try {
        read();
    } catch (const Error &error) {
        require(error.kind() == ErrorKind::unavailable || error.kind() == ErrorKind::bad_config);
        require(escape(error.what()) == error.what());
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    HttpResponse response;
    response.status = 403;
    response.headers = {{"x-subject-token", "token"}, {"location", "http://elsewhere"}};
    response.body.assign(data, data + size);
    const std::string said = said_in(response);
    require(!said.empty() && escape(said) == said && said.size() < 600);
    CloudSettings cloud;
    cloud.name = "fuzz";
    tolerate([&] { read_image(answer_json(response, "look")); });
    tolerate([&] { static_cast<void>(image_endpoint(read_token(response), cloud)); });
    return 0;
}
