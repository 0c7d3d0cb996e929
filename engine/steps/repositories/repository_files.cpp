// apt: deb822-style files, sources.list(5). dnf, yum and zypper: .repo files, dnf.conf(5). apk:
// lines of one file, apk-repositories(5). Names of files are the name of the repository, so that it
// is found again; what others wrote under other names is not looked at.

#include "steps/repositories/repository_files.hpp"

#include "base/text.hpp"
#include "guest/resolve.hpp"
#include "steps/packages/package_manager.hpp"
#include "steps/support/image_text.hpp"

#include <fmt/format.h>

namespace retouch::steps {

namespace {

class Repository {
  public:
    Repository(const Json &options, const GuestView &guest)
        : options_(options),
          guest_(guest),
          name_(options.at("name").get<std::string>()),
          is_wanted_(!options.contains("state")) {}

    ImageChanges run() {
        const PackageManager *manager = package_manager_of(guest_.facts());
        if (manager == nullptr)
            return cannot("the image has no package manager that is known here");
        if (manager->family == "debian")
            describe("apt", [this](const Json &apt) { add_apt(apt); });
        else if (manager->family == "alpine")
            describe("apk", [this](const Json &apk) { add_apk(apk); });
        else
            describe("rpm", [this, manager](const Json &rpm) {
                add_rpm(rpm, manager->family == "suse" ? "/etc/zypp/repos.d" : "/etc/yum.repos.d");
            });
        if (!is_wanted_)
            remove(manager->family);
        require_possible(guest_, changes_);
        return std::move(changes_);
    }

  private:
    template<typename Add>
    void describe(const char *family, Add add) {
        if (options_.contains(family))
            add(options_.at(family));
        else if (is_wanted_)
            changes_.fail(fmt::format("the entry does not say where {} finds it: it has no '{}'",
                                      base::escape(guest_.facts().package_manager), family));
    }

    void add_apt(const Json &apt) {
        const std::string key = "/etc/apt/keyrings/" + name_ + ".asc";
        std::string text =
            fmt::format("Types: deb\nURIs: {}\nSuites: {}\n", word(apt, "uri"), word(apt, "suite"));
        for (const auto &[option, field] :
             {std::pair{"components", "Components"}, {"architectures", "Architectures"}})
            if (apt.contains(option))
                text +=
                    fmt::format("{}: {}\n", field,
                                base::joined(apt.at(option).get<std::vector<std::string>>(), " "));
        if (apt.value("trusted", false))
            text += "Trusted: yes\n";
        if (options_.contains("key"))
            text += fmt::format("Signed-By: {}\n", key);
        want(sources_of("/etc/apt/sources.list.d", ".sources"), std::move(text), "description");
        want_no(sources_of("/etc/apt/sources.list.d", ".list"));
        want_key(key);
    }

    void add_rpm(const Json &rpm, const std::string &directory) {
        const std::string key = rpm_key();
        std::string text = fmt::format("[{0}]\nname={0}\n", name_);
        for (const char *place : {"baseurl", "metalink", "mirrorlist"})
            if (rpm.contains(place))
                text += fmt::format("{}={}\n", place, word(rpm, place));
        text += fmt::format("enabled=1\ngpgcheck={}\n", rpm.value("gpgcheck", true) ? 1 : 0);
        if (options_.contains("key"))
            text += fmt::format("gpgkey=file://{}\n", key);
        want(sources_of(directory, ".repo"), std::move(text), "description");
        want_key(key);
    }

    void add_apk(const Json &apk) {
        const ImageText file = image_text(guest_, "/etc/apk/repositories");
        const std::string line = word(apk, "uri");
        std::string text;
        bool is_there = false;
        for (const std::string &each : base::split_lines(file.text)) {
            const bool is_it = base::trim(each) == line;
            is_there = is_there || is_it;
            if (is_wanted_ || !is_it)
                text += each + '\n';
        }
        if (is_wanted_ && !is_there)
            text += line + '\n';
        if (is_there != is_wanted_) {
            want_text(changes_, file, std::move(text));
            changes_.reasons.push_back(is_wanted_ ? "new" : "there");
        }
        if (is_wanted_ && options_.contains("key"))
            want_key("/etc/apk/keys/" + word(options_.at("key"), "name"));
    }

    void remove(std::string_view family) {
        if (family == "debian")
            for (const std::string &path : {sources_of("/etc/apt/sources.list.d", ".sources"),
                                            sources_of("/etc/apt/sources.list.d", ".list"),
                                            sources_of("/etc/apt/keyrings", ".asc")})
                want_no(path);
        else if (family == "alpine" && !options_.contains("apk"))
            changes_.fail("which line of /etc/apk/repositories it is, 'apk' has to say");
        else if (family != "alpine")
            for (const std::string &path : {sources_of("/etc/yum.repos.d", ".repo"),
                                            sources_of("/etc/zypp/repos.d", ".repo"), rpm_key()})
                want_no(path);
    }

    void want(const std::string &path, std::string text, const char *what) {
        const ImageText file = image_text(guest_, path);
        if (file.was && file.text == text)
            return;
        changes_.reasons.push_back(file.was ? fmt::format("{} differs", what)
                                            : fmt::format("{} is new", what));
        want_text(changes_, file, std::move(text));
    }

    void want_key(const std::string &path) {
        if (options_.contains("key"))
            want(path, word(options_.at("key"), "content"), "key");
    }

    void want_no(const std::string &path) {
        const auto info = guest_.lstat(path);
        if (!info)
            return;
        if (info->type == FileInfo::Type::directory)
            return changes_.fail(fmt::format("{} is a directory in the image", path));
        changes_.changes.push_back(nothing_at(path));
        changes_.reasons.push_back(fmt::format("{} goes", path));
    }

    [[nodiscard]] std::string sources_of(const std::string &directory, const char *ending) const {
        return directory + '/' + name_ + ending;
    }

    [[nodiscard]] std::string rpm_key() const { return "/etc/pki/rpm-gpg/RPM-GPG-KEY-" + name_; }

    [[nodiscard]] static std::string word(const Json &options, const char *key) {
        return options.at(key).get<std::string>();
    }

    const Json &options_;
    const GuestView &guest_;
    std::string name_;
    bool is_wanted_;
    ImageChanges changes_;
};

} // namespace

ImageChanges repository_changes(const Json &options, const GuestView &guest) {
    return Repository(options, guest).run();
}

} // namespace retouch::steps
