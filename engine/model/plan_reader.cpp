// Plan from JSON: reads what plan_json.cpp writes, and nothing else.
// The text is untrusted: bounds come first, then the version, then every member with its type, and
// last the digest over the whole. Whether the plan still fits the world is apply's question.

#include "base/text.hpp"
#include "base/version.hpp"
#include "model/json_guard.hpp"
#include "model/object_reader.hpp"
#include "model/plan_digest.hpp"
#include "model/rehearsal_json.hpp"
#include "retouch/error.hpp"
#include "retouch/plan.hpp"

#include <fmt/format.h>

#include <limits>

namespace retouch {

namespace {

constexpr const char *k_hint = "make a new plan with `retouch plan -o FILE RECIPE`";

struct Version {
    int major = 0;
    int minor = 0;
};

/// "MAJOR.MINOR", each of one to four digits.
std::optional<Version> parse_version(std::string_view text) {
    constexpr std::size_t k_digits = 4;
    const auto number = [](std::string_view digits) -> std::optional<int> {
        if (digits.empty() || digits.size() > k_digits)
            return std::nullopt;
        int value = 0;
        for (const char digit : digits) {
            if (digit < '0' || digit > '9')
                return std::nullopt;
            value = value * 10 + (digit - '0');
        }
        return value;
    };
    const auto dot = text.find('.');
    if (dot == std::string_view::npos)
        return std::nullopt;
    const auto major = number(text.substr(0, dot));
    const auto minor = number(text.substr(dot + 1));
    if (!major || !minor)
        return std::nullopt;
    return Version{*major, *minor};
}

/// Refuses other major versions; says whether the document's minor version is newer than ours.
bool is_newer(ObjectReader &document) {
    const std::string text = document.text("format_version");
    const auto version = parse_version(text);
    if (!version)
        throw document.wrong("format_version", "expected MAJOR.MINOR");
    const Version ours = *parse_version(k_plan_format_version);
    if (version->major != ours.major)
        throw Error(ErrorKind::invalid,
                    fmt::format("format version {} is not understood; this is {}, which reads {}.x",
                                text, k_tool, ours.major),
                    k_hint);
    return version->minor > ours.minor;
}

ImageReference read_image(ObjectReader reader) {
    ImageReference image;
    image.id = reader.text("id");
    image.name = reader.text("name");
    image.digest = reader.text("digest");
    image.updated_at = reader.text("updated_at");
    image.owner = reader.text("owner");
    reader.finish();
    return image;
}

AskedSource read_asked_source(ObjectReader reader) {
    AskedSource asked;
    asked.name = reader.text("name");
    asked.owner = reader.text("owner");
    reader.finish();
    return asked;
}

Origin read_origin(ObjectReader reader) {
    Origin origin;
    origin.file = reader.text("file");
    const std::int64_t line = reader.count("line");
    if (line > std::numeric_limits<int>::max())
        throw reader.wrong("line", "too large");
    origin.line = static_cast<int>(line);
    reader.finish();
    return origin;
}

PlannedStep read_step(ObjectReader &reader) {
    PlannedStep planned;
    planned.step.id = reader.text("id");
    planned.step.kind = reader.text("kind");
    planned.step.summary = reader.text("summary");
    planned.step.origin = read_origin(reader.reader("origin"));
    planned.change.state = reader.choice<StepState>("state");
    planned.change.reason = reader.text("reason");
    planned.change.diff = reader.text("diff");
    planned.step.options = reader.object("options");
    planned.step.identity = reader.member("identity");
    if (!reader.member("rehearsed").is_null())
        planned.rehearsed = read_rehearsed(reader.reader("rehearsed"));
    reader.finish();
    return planned;
}

PropertyChanges read_properties(ObjectReader reader) {
    PropertyChanges changes;
    changes.set = reader.text_map("set");
    changes.before = reader.text_map("before");
    changes.remove = reader.texts("remove");
    changes.keep = reader.text_map("keep");
    changes.drop = reader.texts("drop");
    changes.reasons = reader.text_map("reasons");
    reader.finish();
    return changes;
}

Superseded read_superseded(ObjectReader &reader) {
    Superseded former;
    former.image = read_image(reader.reader("image"));
    former.policy = reader.choice<PreviousPolicy>("policy");
    former.new_name = reader.text("new_name");
    reader.finish();
    return former;
}

PublishWay read_way(ObjectReader reader) {
    PublishWay way;
    way.method = reader.choice<PublishMethod>("method");
    way.reason = reader.text("reason");
    reader.finish();
    return way;
}

ImageMember read_member(ObjectReader &reader) {
    ImageMember member;
    member.project = reader.text("project");
    member.status = reader.text("status");
    reader.finish();
    return member;
}

PublishPlan read_publish(ObjectReader reader) {
    PublishPlan publish;
    publish.name = reader.text("name");
    publish.visibility = reader.text("visibility");
    publish.disk_format = reader.text("disk_format");
    publish.tags = reader.texts("tags");
    publish.min_disk_gib = reader.count("min_disk");
    publish.min_ram_mib = reader.count("min_ram");
    publish.is_protected = reader.boolean("protected");
    publish.container_format = reader.text("container_format");
    publish.owner = reader.text("owner");
    for (ObjectReader &member : reader.readers("members"))
        publish.members.push_back(read_member(member));
    publish.lineage = reader.choice<LineagePolicy>("lineage");
    publish.way = read_way(reader.reader("way"));
    for (ObjectReader &former : reader.readers("superseded"))
        publish.superseded.push_back(read_superseded(former));
    publish.changed_fields = reader.choices<PublishField>("changed_fields");
    reader.finish();
    return publish;
}

InjectedFile read_injected(ObjectReader &reader) {
    InjectedFile file;
    file.path = reader.text("path");
    file.sha256 = reader.text("sha256");
    file.size = reader.count("size");
    reader.finish();
    return file;
}

MountPoint read_mount(ObjectReader &reader) {
    MountPoint mount;
    mount.path = reader.text("path");
    mount.device = reader.text("device");
    mount.filesystem = reader.text("filesystem");
    mount.subvolume = reader.text("subvolume");
    reader.finish();
    return mount;
}

Target read_target(ObjectReader &reader) {
    Target target;
    target.action = reader.choice<Action>("action");
    target.reason = reader.text("reason");
    target.source = read_image(reader.reader("source"));
    if (reader.has("asked_source"))
        target.asked_source = read_asked_source(reader.reader("asked_source"));
    if (!reader.member("present").is_null())
        target.present = read_image(reader.reader("present"));
    target.fingerprint = reader.text("fingerprint");
    for (ObjectReader &step : reader.readers("steps"))
        target.steps.push_back(read_step(step));
    target.properties = read_properties(reader.reader("properties"));
    target.publish = read_publish(reader.reader("publish"));
    for (ObjectReader &file : reader.readers("injected"))
        target.injected.push_back(read_injected(file));
    for (ObjectReader &image : reader.readers("observed"))
        target.observed.push_back(read_image(image));
    // Derived from the rest; only there for people.
    (void)reader.member("preconditions");
    target.detach = reader.texts("detach");
    target.notes = reader.texts("notes");
    for (ObjectReader &mount : reader.readers("mounts"))
        target.mounts.push_back(read_mount(mount));
    target.limits = read_limits(reader.reader("limits"));
    target.volatile_paths = reader.texts("volatile");
    if (!reader.member("rehearsal").is_null())
        target.rehearsal = read_rehearsal(reader.reader("rehearsal"));
    reader.finish();
    return target;
}

PlannedRecipe read_recipe(ObjectReader reader) {
    PlannedRecipe recipe;
    recipe.path = reader.text("path");
    recipe.directory = reader.text("directory");
    recipe.sha256 = reader.text("sha256");
    recipe.name = reader.text("name");
    reader.finish();
    return recipe;
}

} // namespace

Plan plan_from_json(const std::string &text) {
    const Json parsed = parse_guarded(text, JsonBounds{}, "the plan", k_hint);
    DocumentContext context{"the plan is not acceptable", k_hint, false};
    ObjectReader document(parsed, {}, context);
    context.unknown_keys = is_newer(document);

    Plan plan;
    plan.tool = document.text("tool");
    plan.recipe = read_recipe(document.reader("recipe"));
    plan.catalog = document.text("catalog");
    plan.made_at = document.text("made_at");
    plan.expires_at = document.text("expires_at");
    for (ObjectReader &target : document.readers("targets"))
        plan.targets.push_back(read_target(target));
    const std::string digest = document.text(k_plan_digest_key);
    document.finish();
    if (digest != plan_digest(parsed))
        throw Error(ErrorKind::invalid, "the plan was changed after it was made", k_hint);
    return plan;
}

} // namespace retouch
