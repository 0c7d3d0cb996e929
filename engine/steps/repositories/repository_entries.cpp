#include "steps/repositories/repository_entries.hpp"

#include "base/text.hpp"
#include "steps/repositories/repository_key.hpp"
#include "steps/support/reading.hpp"

#include <array>
#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr std::array<const char *, 3> k_families = {"apt", "rpm", "apk"};

/// What stands before "@" would be in plans, and in the image for everybody.
void require_no_secret(const Value &uri, const Reader &reader) {
    const std::size_t begin = uri.scalar.find("//");
    const std::string_view rest = std::string_view(uri.scalar).substr(begin + 2);
    if (begin != std::string::npos && rest.substr(0, rest.find('/')).find('@') != rest.npos)
        reader.error(uri.mark, "a name and a password do not go into the address",
                     "put them into /etc/apt/auth.conf.d or the like, with `files`");
}

Json plain(const Value &value) {
    if (value.kind == Value::Kind::boolean)
        return value.scalar == "true";
    if (value.kind != Value::Kind::sequence)
        return value.scalar;
    Json items = Json::array();
    for (const Value &item : value.items)
        items.push_back(item.scalar);
    return items;
}

Json description(const Value &entry, const char *family, const Reader &reader) {
    Json options = Json::object();
    const std::string_view name = family;
    std::size_t places = 0;
    for (const auto &[key, mark, value] : entry.find(family)->fields) {
        options[key] = plain(value);
        if (key == "uri" || key == "baseurl" || key == "metalink" || key == "mirrorlist") {
            require_no_secret(value, reader);
            ++places;
        }
    }
    if (name == "rpm" && places != 1)
        reader.error(entry.find(family)->mark,
                     "a repository has one of 'baseurl', 'metalink' and 'mirrorlist'");
    if (name == "apt") {
        const bool is_flat = options.value("suite", std::string()).ends_with('/');
        if (is_flat == options.contains("components"))
            reader.error(entry.find(family)->mark,
                         is_flat ? "a suite that ends in '/' has no components"
                                 : "a suite has components, such as [main]");
    }
    return options;
}

Step read_entry(const Section &section, std::size_t number, const Reader &reader) {
    const Value &entry = section.value.items[number];
    Step step = new_step(section, number, entry, reader.context);
    const std::string name = entry.text_or("name");
    const bool absent = entry.text_or("state") == "absent";
    step.options["name"] = name;
    step.summary = fmt::format("{}repository {}", absent ? "remove " : "", name);
    std::size_t families = 0;
    for (const char *family : k_families)
        if (entry.find(family) != nullptr) {
            step.options[family] = description(entry, family, reader);
            ++families;
        }
    const Value *key = entry.find("key");
    if (absent) {
        step.options["state"] = "absent";
        if (entry.find("phase") != nullptr)
            step.options["phase"] = "end";
        step.late = entry.find("phase") != nullptr;
        without(entry, {"apt", "rpm", "key", "during"}, "'state: absent'", reader);
    } else if (!without(entry, {"phase"}, "a repository that is to be there", reader)) {
        return step;
    } else if (families == 0) {
        reader.error(entry.mark, "a repository needs 'apt', 'rpm' or 'apk'");
    }
    if (key != nullptr)
        if (auto read = repository_key(*key, reader)) {
            const bool is_pem = is_pem_key((*read)["content"].get<std::string>());
            if (is_pem != (families == 1 && entry.find("apk") != nullptr))
                reader.error(key->mark, is_pem ? "a PEM is a key of apk alone"
                                               : "apk takes keys as PEM (abuild-keygen)");
            if (is_pem && !read->contains("name"))
                reader.error(key->mark, "a key of apk needs the 'name' it signs by");
            step.options["key"] = *std::move(read);
        }
    const Value *apt = entry.find("apt");
    const Value *rpm = entry.find("rpm");
    if ((rpm != nullptr && !rpm->flag_or("gpgcheck", true)) ||
        (apt != nullptr && apt->flag_or("trusted", false)))
        step.remarks.emplace_back("signatures are not checked");
    step.identity = step.options;
    return step;
}

} // namespace

namespace {

/// What takes a repository of the build away again.
Step removal_of(const Step &step) {
    Step removal = step;
    removal.summary =
        fmt::format("remove repository {}", step.options.at("name").get<std::string>());
    removal.options = {{"name", step.options.at("name")}, {"state", "absent"}, {"phase", "end"}};
    if (step.options.contains("apk"))
        removal.options["apk"] = step.options.at("apk");
    removal.identity = removal.options;
    removal.remarks.clear();
    removal.late = true;
    return removal;
}

} // namespace

ReadResult read_repositories(const Section &section, const ReadContext &context,
                             Diagnostics &diagnostics) {
    const Reader reader{context, diagnostics};
    ReadResult result;
    NamesOnce usual("repository", reader);
    NamesOnce late("repository", reader);
    for (std::size_t number = 0; number < section.value.items.size(); ++number) {
        const Value &entry = section.value.items[number];
        const Value &name = *entry.find("name");
        const bool is_for_build = entry.find("during") != nullptr;
        Step step = read_entry(section, number, reader);
        if (!step.late)
            usual.require_new(name.scalar, name.mark);
        if (step.late || is_for_build)
            late.require_new(name.scalar, name.mark);
        result.steps.push_back(std::move(step));
        if (is_for_build)
            result.steps.push_back(removal_of(result.steps.back()));
    }
    return result;
}

} // namespace retouch::steps
