#include "unit/model/sample_plan.hpp"

#include <limits>

namespace retouch {

namespace {

class RandomPlan {
  public:
    explicit RandomPlan(std::mt19937 &random) : random_(random) {}

    Plan plan() {
        Plan plan;
        plan.tool = text();
        plan.catalog = text();
        for (unsigned i = below(3); i > 0; --i)
            plan.targets.push_back(target());
        return plan;
    }

  private:
    unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }

    std::string text() {
        static const std::vector<std::string> pieces = {
            "a", "image", " ", "\n", "\"", "\\", "/", "ü", "🎉", "\x1b", "\u2028", "0", "${x}"};
        std::string result;
        for (unsigned i = below(6); i > 0; --i)
            result += pieces[below(static_cast<unsigned>(pieces.size()))];
        if (below(20) == 0)
            result += '\0';
        return result;
    }

    std::vector<std::string> texts() {
        std::vector<std::string> result(below(4));
        for (std::string &entry : result)
            entry = text();
        return result;
    }

    std::map<std::string, std::string> text_map() {
        std::map<std::string, std::string> result;
        for (unsigned i = below(4); i > 0; --i)
            result[text()] = text();
        return result;
    }

    std::int64_t amount() {
        return below(4) == 0 ? std::numeric_limits<std::int64_t>::max()
                             : static_cast<std::int64_t>(random_());
    }

    Json json(unsigned depth) {
        switch (below(depth == 0 ? 6 : 8)) {
        case 0:
            return nullptr;
        case 1:
            return below(2) == 0;
        case 2:
            return amount();
        case 3:
            return -amount();
        case 4:
            return static_cast<double>(random_()) / 3.0 + 0.5;
        case 5:
            return text();
        case 6: {
            Json list = Json::array();
            for (unsigned i = below(4); i > 0; --i)
                list.push_back(json(depth - 1));
            return list;
        }
        default:
            return object(depth - 1);
        }
    }

    Json object(unsigned depth) {
        Json result = Json::object();
        for (unsigned i = below(4); i > 0; --i)
            result[text()] = json(depth);
        return result;
    }

    ImageReference image() { return {text(), text(), text(), text(), text()}; }

    PlannedStep step() {
        PlannedStep planned;
        planned.step.id = text();
        planned.step.kind = text();
        planned.step.origin = {text(), static_cast<int>(below(100000))};
        planned.step.summary = text();
        planned.step.options = object(4);
        planned.step.identity = json(4);
        planned.change = {static_cast<StepState>(below(4)), text(), text()};
        return planned;
    }

    Target target() {
        Target target;
        target.action = static_cast<Action>(below(3));
        target.reason = text();
        target.source = image();
        if (below(2) == 0)
            target.present = image();
        target.fingerprint = text();
        if (below(2) == 0)
            target.disk = disk();
        for (unsigned i = below(4); i > 0; --i)
            target.steps.push_back(step());
        target.properties = {text_map(), text_map(), texts(), text_map(), texts(), text_map()};
        target.publish = publish();
        for (unsigned i = below(3); i > 0; --i)
            target.publish.superseded.push_back(
                {image(), static_cast<PreviousPolicy>(below(4)), text()});
        for (unsigned i = below(3); i > 0; --i)
            target.injected.push_back({text(), text(), amount()});
        for (unsigned i = below(3); i > 0; --i)
            target.observed.push_back(image());
        target.detach = texts();
        target.notes = texts();
        return target;
    }

    DiskGrowth disk() {
        DiskGrowth growth;
        if (below(2) == 0)
            growth.wish.size_bytes = amount();
        growth.wish.grow = static_cast<DiskGrow>(below(2));
        growth.state = static_cast<StepState>(below(4));
        growth.before_bytes = amount();
        growth.after_bytes = amount();
        growth.partition = static_cast<int>(below(200));
        growth.filesystem = text();
        growth.logical_volume = text();
        for (unsigned i = below(4); i > 0; --i)
            growth.grows.push_back(static_cast<GrownPart>(below(4)));
        return growth;
    }

    PublishPlan publish() {
        PublishPlan plan;
        plan.name = text();
        plan.visibility = text();
        plan.disk_format = text();
        plan.container_format = text();
        plan.owner = text();
        plan.tags = texts();
        plan.min_disk_gib = amount();
        plan.min_ram_mib = amount();
        plan.is_protected = below(2) == 0;
        plan.way = {static_cast<PublishMethod>(below(4)), text()};
        plan.lineage = static_cast<LineagePolicy>(below(3));
        for (const std::string &project : texts())
            plan.members.push_back({project, text()});
        for (unsigned i = below(4); i > 0; --i)
            plan.changed_fields.push_back(static_cast<PublishField>(below(6)));
        return plan;
    }

    std::mt19937 &random_;
};

} // namespace

Plan sample_plan() {
    const ImageReference source{"11111111-1111-4111-8111-111111111111", "Debian 12", "sha512:ab",
                                "2026-01-31T12:00:00.123456Z", "vendor"};
    PlannedStep file;
    file.step = {"files[0]",
                 "files",
                 {"motd.yaml", 7},
                 "write /etc/motd",
                 {{"to", "/etc/motd"}, {"content", "hello\n"}, {"mode", 420}},
                 {{"to", "/etc/motd"}, {"sha256", "5891"}}};
    file.change = {StepState::change, "the contents differ",
                   "--- image\n+++ recipe\n@@ -0,0 +1 @@\n+hello\n"};
    PlannedStep command;
    command.step = {"commands[0]", "commands",        {"motd.yaml", 9},
                    "run true",    {{"run", "true"}}, {{"run", "true"}}};
    RehearsedStep &ran = command.rehearsed.emplace();
    ran.result.outcome = StepOutcome::ran;
    ran.result.exit_status = 0;
    ran.result.out = {"done\n", 5};
    ran.result.seconds = 0.25;
    ran.effect.packages = {{"telnet", "0.17", ""}};
    ran.effect.services = {{"ssh.service", true}};
    ran.effect.accounts = {{AccountChange::Kind::user, "agent", std::nullopt, "uid 990, gid 990"}};
    ran.effect.files = {
        {"/etc/motd", EntryState{{FileInfo::Type::regular, 0644, 0, 0, 6}, "", "5891", ""},
         EntryState{{FileInfo::Type::symlink, 0777, 0, 0, 0}, "/run/motd", "", ""}, ""},
        {"/usr/bin/telnet",
         EntryState{{FileInfo::Type::regular, 04755, 0, 0, 9}, "", "", "security.capability=01"},
         std::nullopt, ""}};
    ran.effect.bytes_written = 4096;
    ran.again = Effect{};
    Target target;
    target.action = Action::create;
    target.reason = "no image of this recipe is there";
    target.source = source;
    target.fingerprint = "sha256:0123";
    target.disk = DiskGrowth{.wish = {std::int64_t{20} << 30, DiskGrow::root},
                             .state = StepState::change,
                             .before_bytes = std::int64_t{2} << 30,
                             .after_bytes = std::int64_t{20} << 30,
                             .partition = 3,
                             .filesystem = "ext4",
                             .logical_volume = "/dev/vg/root",
                             .grows = {GrownPart::partition, GrownPart::physical_volume,
                                       GrownPart::logical_volume, GrownPart::filesystem}};
    target.steps = {file, command};
    target.properties = {{{"os_distro", "debian"}},
                         {{"os_distro", "old"}},
                         {"built_at", "stale"},
                         {{"hw_disk_bus", "virtio"}},
                         {"*_at"},
                         {{"built_at", "dropped by '*_at'"}}};
    target.publish = {"Debian 12",
                      "public",
                      "qcow2",
                      "bare",
                      "",
                      {"ci"},
                      2,
                      512,
                      true,
                      {PublishMethod::location, "this cloud shows locations"},
                      LineagePolicy::flatten,
                      {{"partner", "accepted"}},
                      {{source, PreviousPolicy::rename, "Debian 12 (old)"}},
                      {PublishField::visibility}};
    target.injected = {{"/recipes/agent.deb", "feed", 1234}};
    target.observed = {source};
    target.notes = {"the source has no checksum"};
    target.mounts = {{"/", "/dev/sda1", "ext4"}, {"/srv", "/dev/sda2", "btrfs", "subvol=/@srv"}};
    target.limits.may_change = {"/etc/**"};
    target.limits.bytes_written = 1 << 20;
    target.limits.no_new_setuid = true;
    target.volatile_paths = {"/tmp/**"};
    target.rehearsal = Rehearsal{"2026-01-31T12:00:00.123456Z",
                                 GuestKind::host,
                                 false,
                                 "",
                                 {{LimitKind::may_change, "commands[0]", "/usr/bin/telnet"}}};

    target.recipe = {"motd.yaml", "/recipes", "beef", "motd"};

    Target unchanged;
    unchanged.recipe = target.recipe;
    unchanged.source = source;
    unchanged.present = ImageReference{"22222222-2222-4222-8222-222222222222", "Debian 12",
                                       "sha512:cd", "2026-02-01T00:00:00.000000Z"};
    unchanged.publish.name = "Debian 12";

    Plan plan;
    plan.tool = "retouch 0.1.0";
    plan.catalog = "local";
    plan.targets = {target, unchanged};
    plan.made_at = "2026-01-31T12:00:01.000000Z";
    plan.expires_at = "2026-02-07T12:00:01.000000Z";
    return plan;
}

KeptStage sample_kept_stage() {
    KeptStage kept;
    kept.id = "33333333-3333-4333-8333-333333333333";
    kept.location = "rbd:images/retouch-stage-" + kept.id;
    kept.until = "2026-02-07T12:00:01.000000Z";
    kept.proof = "rbd:10e4a:12";
    kept.sealed = {1024, 2048, "sha512-used", "ef"};
    kept.bytes_written = 300;
    return kept;
}

Plan random_plan(std::mt19937 &random) {
    return RandomPlan(random).plan();
}

} // namespace retouch
