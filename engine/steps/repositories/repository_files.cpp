// apt: deb822-style files, sources.list(5). dnf, yum and zypper: .repo files, dnf.conf(5). apk:
// lines of one file, apk-repositories(5). Names of files are the name of the repository, so that it
// is found again; what others wrote under other names is not looked at.

#include "steps/repositories/repository_files.hpp"

#include "base/text.hpp"
#include "steps/support/image_text.hpp"
#include "steps/support/system_family.hpp"

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
        switch (system_family(guest_.facts())) {
        case SystemFamily::debian:
            run_apt();
            break;
        case SystemFamily::rhel:
            run_rpm("/etc/yum.repos.d");
            break;
        case SystemFamily::suse:
            run_rpm("/etc/zypp/repos.d");
            break;
        case SystemFamily::alpine:
            run_apk();
            break;
        case SystemFamily::windows:
        case SystemFamily::other:
            return cannot("the image has no package manager that is known here");
        }
        require_possible(guest_, changes_);
        return std::move(changes_);
    }

  private:
    /// What the entry says of this family; nullptr when there is none, which is wrong where the
    /// repository is wanted.
    const Json *description(const char *family) {
        const auto found = options_.find(family);
        if (found != options_.end())
            return &*found;
        if (is_wanted_)
            changes_.fail(fmt::format("the entry does not say where {} finds it: it has no '{}'",
                                      base::escape(guest_.facts().package_manager), family));
        return nullptr;
    }

    void run_apt() {
        const std::string sources = file_of("/etc/apt/sources.list.d", ".sources");
        const std::string old_list = file_of("/etc/apt/sources.list.d", ".list");
        const std::string key = file_of("/etc/apt/keyrings", ".asc");
        if (const Json *apt = description("apt"); apt != nullptr) {
            want(sources, apt_text(*apt, key), "description");
            want_no({old_list});
            want_key(key);
        }
        if (!is_wanted_)
            want_no({sources, old_list, key});
    }

    [[nodiscard]] std::string apt_text(const Json &apt, const std::string &key) const {
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
        return text;
    }

    void run_rpm(const char *directory) {
        const std::string sources = file_of(directory, ".repo");
        const std::string key = "/etc/pki/rpm-gpg/RPM-GPG-KEY-" + name_;
        if (const Json *rpm = description("rpm"); rpm != nullptr) {
            want(sources, rpm_text(*rpm, key), "description");
            want_key(key);
        }
        if (!is_wanted_)
            want_no({sources, key});
    }

    [[nodiscard]] std::string rpm_text(const Json &rpm, const std::string &key) const {
        std::string text = fmt::format("[{0}]\nname={0}\n", name_);
        for (const char *place : {"baseurl", "metalink", "mirrorlist"})
            if (rpm.contains(place))
                text += fmt::format("{}={}\n", place, word(rpm, place));
        text += fmt::format("enabled=1\ngpgcheck={}\n", rpm.value("gpgcheck", true) ? 1 : 0);
        if (options_.contains("key"))
            text += fmt::format("gpgkey=file://{}\n", key);
        return text;
    }

    void run_apk() {
        const Json *apk = description("apk");
        if (apk == nullptr)
            return changes_.fail("which line of /etc/apk/repositories it is, 'apk' has to say");
        const ImageText file = image_text(guest_, "/etc/apk/repositories");
        const std::string line = word(*apk, "uri");
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

    void want_no(const std::vector<std::string> &paths) {
        for (const std::string &path : paths) {
            const auto info = guest_.lstat(path);
            if (!info)
                continue;
            if (info->type == FileInfo::Type::directory)
                return changes_.fail(fmt::format("{} is a directory in the image", path));
            changes_.changes.push_back(nothing_at(path));
            changes_.reasons.push_back(fmt::format("{} goes", path));
        }
    }

    [[nodiscard]] std::string file_of(const char *directory, const char *ending) const {
        return fmt::format("{}/{}{}", directory, name_, ending);
    }

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
