#include "steps/services/unit_links.hpp"

#include "base/path.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace retouch::steps {

namespace {

constexpr std::size_t k_most_units = 64;

std::string in_settings(const std::string &name) {
    return base::join(k_unit_settings, name);
}

std::string missing_unit(const GuestView &guest, const UnitName &name) {
    if (name.suffix == ".service" && guest.lstat(base::join("/etc/init.d", name.prefix)))
        return fmt::format("{0} has a script of System V only; a command enables it: update-rc.d "
                           "{0} enable, or chkconfig {0} on",
                           base::escape(name.prefix));
    const auto near = base::did_you_mean(name.text(), unit_file_names(guest));
    return fmt::format("the image has no unit {}{}", base::escape(name.text()),
                       near ? fmt::format("; did you mean {}?", base::escape(*near)) : "");
}

/// Works through a unit and those it brings along.
class Enabling {
  public:
    explicit Enabling(const GuestView &guest) : guest_(guest) {}

    EnabledUnits run(const UnitName &first) {
        waiting_.push_back(first);
        for (std::size_t next = 0; next < waiting_.size() && all_.obstacle.empty(); ++next)
            add(UnitName(waiting_[next]), next == 0);
        return std::move(all_);
    }

  private:
    void add(const UnitName &asked, bool is_first) {
        const UnitFile unit = find_unit(guest_, asked);
        if (unit.state == UnitFile::State::missing) {
            all_.absent = true;
            return fail(missing_unit(guest_, unit.name));
        }
        if (unit.state == UnitFile::State::unusable)
            return fail(unit.trouble);
        if (unit.state == UnitFile::State::masked) {
            const std::string text = fmt::format(
                "{} is masked by {}", base::escape(unit.name.text()), base::escape(unit.path));
            if (is_first)
                return fail(text + "; 'unmask' it before");
            all_.notes.push_back(text);
            return;
        }
        if (is_first && unit.name != asked)
            all_.notes.push_back(fmt::format("an alias of {}", base::escape(unit.name.text())));
        UnitName name = unit.name;
        if (name.is_template())
            name = name.with_instance(unit.install.default_instance);
        all_.units.push_back(name);
        link(unit, name);
        for (const std::string &word : unit.install.also)
            if (const auto other = spelled(word, name, "Also"))
                wait_for(*other);
    }

    void link(const UnitFile &unit, const UnitName &name) {
        const InstallSection &install = unit.install;
        for (const std::string &word : install.wanted_by)
            link_for(unit, name, word, "WantedBy", ".wants");
        for (const std::string &word : install.required_by)
            link_for(unit, name, word, "RequiredBy", ".requires");
        for (const std::string &word : install.aliases)
            alias(unit, name, word);
    }

    void link_for(const UnitFile &unit, const UnitName &name, const std::string &word,
                  std::string_view key, const char *directory) {
        const auto by = spelled(word, name, key);
        if (!by)
            return;
        if (name.is_template() && !by->is_template())
            return fail(fmt::format("{} is a template and names no instance: write {}@NAME{}",
                                    base::escape(name.text()), base::escape(name.prefix),
                                    name.suffix));
        put(base::join(in_settings(by->text() + directory), name.text()), unit.path);
    }

    void alias(const UnitFile &unit, const UnitName &name, const std::string &word) {
        const auto other = spelled(word, name, "Alias");
        if (!other || *other == unit.name)
            return;
        UnitName called = *other;
        const bool of_instances = called.is_template() && unit.name.instance;
        if (of_instances)
            called = called.with_instance(*unit.name.instance);
        const bool fits =
            called.suffix == name.suffix &&
            (of_instances ||
             (called.instance.has_value() ? called.instance == name.instance : !name.instance));
        if (!fits)
            return fail(fmt::format("Alias={} of {} does not fit it", base::escape(called.text()),
                                    base::escape(unit.path)));
        put(in_settings(called.text()), unit.path);
    }

    /// nullopt after an obstacle.
    std::optional<UnitName> spelled(const std::string &word, const UnitName &name,
                                    std::string_view key) {
        const auto text = expand_specifiers(word, name);
        auto spelled = text ? unit_name(*text) : std::nullopt;
        if (!spelled)
            fail(fmt::format("{}={} of {} {}", key, base::escape(word), base::escape(name.text()),
                             text ? "is not the name of a unit"
                                  : "is known to a running machine only"));
        return spelled;
    }

    void wait_for(const UnitName &name) {
        if (std::ranges::find(waiting_, name) != waiting_.end())
            return;
        waiting_.push_back(name);
        if (waiting_.size() > k_most_units)
            fail(fmt::format("it brings more than {} units with it", k_most_units));
    }

    void put(std::string path, const std::string &target) {
        if (std::ranges::find(all_.links, path, &UnitLink::path) == all_.links.end())
            all_.links.push_back({std::move(path), target});
    }

    void fail(std::string why) {
        if (all_.obstacle.empty())
            all_.obstacle = std::move(why);
    }

    const GuestView &guest_;
    std::vector<UnitName> waiting_;
    EnabledUnits all_;
};

bool is_one_of(const std::string &name, const std::vector<UnitName> &units) {
    const auto found = unit_name(name);
    return found && std::ranges::any_of(units, [&](const UnitName &unit) {
               return *found == unit || (unit.is_template() && found->made_from() == unit);
           });
}

bool leads_to_one_of(const GuestView &guest, const std::string &path,
                     const std::vector<UnitName> &units) {
    const std::string target = guest.read_link(path);
    const std::string name = target.substr(target.rfind('/') + 1);
    return is_one_of(name, units);
}

} // namespace

EnabledUnits enabled_units(const GuestView &guest, const UnitName &name) {
    return Enabling(guest).run(name);
}

std::vector<std::string> links_to(const GuestView &guest, const std::string &directory,
                                  const std::vector<UnitName> &units) {
    std::vector<std::string> paths;
    for (const DirectoryEntry &entry : guest.list(directory)) {
        const std::string path = base::join(directory, entry.name);
        if (entry.info.type == FileInfo::Type::symlink) {
            if (!is_one_of(entry.name, units) && leads_to_one_of(guest, path, units))
                paths.push_back(path);
        } else if (entry.name.ends_with(".wants") || entry.name.ends_with(".requires")) {
            for (const DirectoryEntry &link : guest.list(path)) {
                const std::string place = base::join(path, link.name);
                if (link.info.type == FileInfo::Type::symlink &&
                    (is_one_of(link.name, units) || leads_to_one_of(guest, place, units)))
                    paths.push_back(place);
            }
        }
    }
    std::ranges::sort(paths);
    return paths;
}

} // namespace retouch::steps
