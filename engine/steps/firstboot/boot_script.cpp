// systemd: systemd.service(5). A oneshot service whose stamp is made by systemd itself when the
// script succeeded: one that failed runs again at the next boot. OpenRC: /etc/local.d. Windows:
// cloudbase-init's LocalScripts, which it runs once for each instance.

#include "steps/firstboot/boot_script.hpp"

#include "base/path.hpp"
#include "base/text.hpp"
#include "steps/services/openrc_changes.hpp"
#include "steps/services/unit_files.hpp"
#include "steps/support/guest_paths.hpp"
#include "steps/support/image_text.hpp"

#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr const char *k_scripts = "/usr/libexec/retouch-firstboot";
constexpr const char *k_stamps = "/var/lib/retouch-firstboot";
constexpr const char *k_cloudbase =
    "/Program Files/Cloudbase Solutions/Cloudbase-Init/LocalScripts";
constexpr std::uint32_t k_script_mode = 0755;
constexpr std::uint32_t k_text_mode = 0644;

std::string stamp_of(const std::string &name) {
    return fmt::format("{}/{}.done", k_stamps, name);
}

std::string unit_of(const std::string &name) {
    return fmt::format("retouch-firstboot-{}.service", name);
}

std::string text_of(const BootScript &script) {
    std::string text = script.run.starts_with("#!") ? "" : fmt::format("#!{}\n", script.shell);
    text += script.run;
    return text.ends_with('\n') ? text : text + '\n';
}

std::string unit_text(const BootScript &script) {
    std::string text = fmt::format("[Unit]\nDescription=Script {} of the image\n", script.name);
    std::string after;
    if (script.after_network)
        after = "network-online.target";
    if (!script.before.empty())
        base::add_part(after, unit_of(script.before), " ");
    if (script.after_network)
        text += "Wants=network-online.target\n";
    if (!after.empty())
        text += fmt::format("After={}\n", after);
    if (script.once)
        text += fmt::format("ConditionPathExists=!{}\n", stamp_of(script.name));
    text += fmt::format("\n[Service]\nType=oneshot\nExecStart={}\n", boot_script_path(script.name));
    if (script.once)
        text += fmt::format("ExecStartPost=/bin/mkdir -p {}\nExecStartPost=/bin/touch {}\n",
                            k_stamps, stamp_of(script.name));
    return text + "StandardOutput=journal+console\nStandardError=journal+console\n"
                  "\n[Install]\nWantedBy=multi-user.target\n";
}

std::string local_text(const BootScript &script) {
    const std::string path = boot_script_path(script.name);
    if (!script.once)
        return fmt::format("#!/bin/sh\nexec {}\n", path);
    const std::string stamp = stamp_of(script.name);
    return fmt::format("#!/bin/sh\n[ -e {0} ] && exit 0\n{1} && mkdir -p {2} && : > {0}\n", stamp,
                       path, k_stamps);
}

class BootScriptFiles {
  public:
    BootScriptFiles(const BootScript &script, const GuestView &guest)
        : script_(script), guest_(guest) {}

    ImageChanges run() {
        if (guest_.facts().type == "windows")
            add_cloudbase();
        else if (has_systemd(guest_))
            add_unit();
        else if (has_openrc(guest_))
            add_local();
        else
            changes_.fail("the image has neither systemd nor OpenRC");
        require_possible(guest_, changes_);
        return std::move(changes_);
    }

  private:
    void add_unit() {
        add_script();
        const std::string unit = unit_of(script_.name);
        want(base::join(k_unit_settings, unit), unit_text(script_), k_text_mode, "unit");
        want_link(fmt::format("{}/multi-user.target.wants/{}", k_unit_settings, unit),
                  fmt::format("{}/{}", k_unit_settings, unit));
    }

    void add_local() {
        if (!stat(guest_, "/etc/init.d/local"))
            return changes_.fail(
                "the image's OpenRC has no service local, which runs such scripts");
        add_script();
        want(fmt::format("/etc/local.d/retouch-{}.start", script_.name), local_text(script_),
             k_script_mode, "start script");
        want_link("/etc/runlevels/default/local", "/etc/init.d/local");
    }

    void add_cloudbase() {
        if (!is_directory(guest_, base::parent_path(k_cloudbase)))
            return changes_.fail("the image has no cloudbase-init, which runs such scripts");
        const bool is_powershell = script_.shell.find("powershell") != std::string::npos;
        want(fmt::format("{}/{}.{}", k_cloudbase, script_.name, is_powershell ? "ps1" : "cmd"),
             script_.run, k_script_mode, "script");
    }

    /// One that has run already runs again, for the machine that will boot is another one.
    void add_script() {
        const bool names_own = script_.run.starts_with("#!");
        if (!names_own && (!script_.shell.starts_with('/') || !stat(guest_, script_.shell)))
            changes_.fail(fmt::format("the image has no {}", base::escape(script_.shell)));
        want(boot_script_path(script_.name), text_of(script_), k_script_mode, "script");
        if (const std::string stamp = stamp_of(script_.name); guest_.lstat(stamp)) {
            changes_.changes.push_back(nothing_at(stamp));
            changes_.reasons.emplace_back("it has run in this image");
        }
    }

    void want(const std::string &path, std::string text, std::uint32_t mode, const char *what) {
        const ImageText file = image_text(guest_, path);
        const bool keeps_mode = guest_.facts().type != "windows";
        if (file.was && file.text == text && (!keeps_mode || file.was->mode == mode))
            return;
        changes_.reasons.push_back(fmt::format("{} {}", what, file.was ? "differs" : "is new"));
        changes_.changes.push_back(file_at(file.path, std::move(text), mode, 0, 0));
    }

    void want_link(const std::string &path, const std::string &target) {
        if (guest_.lstat(path))
            return;
        changes_.changes.push_back(link_at(path, target));
        changes_.reasons.push_back("started at boot");
    }

    const BootScript &script_;
    const GuestView &guest_;
    ImageChanges changes_;
};

} // namespace

std::string boot_script_path(const std::string &name) {
    return base::join(k_scripts, name);
}

ImageChanges boot_script_changes(const BootScript &script, const GuestView &guest) {
    return BootScriptFiles(script, guest).run();
}

} // namespace retouch::steps
