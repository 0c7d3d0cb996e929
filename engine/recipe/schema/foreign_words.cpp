#include "recipe/schema/foreign_words.hpp"

#include <algorithm>
#include <array>

namespace retouch::recipe {

namespace {

struct ForeignWord {
    std::string_view place; ///< empty: anywhere
    std::string_view key;
    std::string_view advice;
};

constexpr std::string_view k_recipe = "the recipe";
constexpr std::string_view k_files = "an entry of 'files'";
constexpr std::string_view k_lines = "an entry of 'lines'";
constexpr std::string_view k_commands = "an entry of 'commands'";
constexpr std::string_view k_packages = "an entry of 'packages'";
constexpr std::string_view k_users = "an entry of 'users'";
constexpr std::string_view k_services = "an entry of 'services'";
constexpr std::string_view k_source = "'source'";

constexpr std::string_view k_no_condition =
    "a recipe has no conditions but when: {os: [NAME]} of entries; guards of commands are creates, "
    "unless and only_if; two images are two recipes, or rows of a matrix";
constexpr std::string_view k_no_loop =
    "a recipe has no loops: write one entry each, or a matrix for several images";

constexpr auto k_words = std::to_array<ForeignWord>({
    // Ansible, at the left edge.
    {k_recipe, "hosts", "a recipe makes an image: source: {image: NAME}"},
    {k_recipe, "tasks", "tasks are the sections of a recipe, such as packages, files, commands"},
    {k_recipe, "roles", "what several recipes share they include: include: [FILE]"},
    {k_recipe, "handlers", "nothing runs that could be notified: write services or commands"},
    {k_recipe, "become", "everything runs as root of the image"},
    {k_recipe, "gather_facts", "facts of the image are looked up by themselves"},
    {k_recipe, "apt", "packages: - install: [NAME]"},
    {k_recipe, "dnf", "packages: - install: [NAME]"},
    {k_recipe, "yum", "packages: - install: [NAME]"},
    {k_recipe, "package", "packages: - install: [NAME]"},
    {k_recipe, "copy", "files: - {from: FILE, to: PATH}"},
    {k_recipe, "template", "files: - {from: FILE, to: PATH, substitute: true}"},
    {k_recipe, "lineinfile", "lines: - {file: PATH, match: REGEX, line: TEXT}"},
    {k_recipe, "blockinfile", "lines: - {file: PATH, block: TEXT}"},
    {k_recipe, "shell", "commands: - COMMAND"},
    {k_recipe, "user", "users: - {name: NAME}"},
    {k_recipe, "systemd", "services: - enable: [NAME]"},
    // virt-customize, virt-builder and virt-sysprep.
    {k_recipe, "install", "packages: - install: [NAME]"},
    {k_recipe, "uninstall", "packages: - remove: [NAME]"},
    {k_recipe, "update", "packages: - update: all"},
    {k_recipe, "run-command", "commands: - COMMAND"},
    {k_recipe, "run_command", "commands: - COMMAND"},
    {k_recipe, "run", "commands: - COMMAND"},
    {k_recipe, "upload", "files: - {from: FILE, to: PATH}"},
    {k_recipe, "copy-in", "files: - {from: FOLDER, to: PATH}"},
    {k_recipe, "write", "files: - {to: PATH, content: TEXT}"},
    {k_recipe, "append-line", "lines: - {file: PATH, line: TEXT}"},
    {k_recipe, "mkdir", "files: - {to: PATH, directory: true}"},
    {k_recipe, "delete", "files: - remove: PATH"},
    {k_recipe, "root-password", "users: - {name: root, password: \"${secret.NAME}\"}"},
    {k_recipe, "ssh-inject", "users: - {name: USER, authorized_keys: [{from: FILE}]}"},
    {k_recipe, "hostname", "system: {hostname: NAME}"},
    {k_recipe, "timezone", "system: {timezone: NAME}"},
    {k_recipe, "firstboot-command", "firstboot: - COMMAND"},
    {k_recipe, "firstboot-install", "packages: - install: [NAME]; it runs now, not at first boot"},
    {k_recipe, "selinux-relabel",
     "labels are set by themselves; all of them: selinux: {relabel: all}"},
    {k_recipe, "operations", "cleanup: [NAME]"},
    {k_recipe, "size", "disk: {size: 20 GiB}"},
    // Packer.
    {k_recipe, "builders", "source: {image: NAME}; nothing boots"},
    {k_recipe, "provisioners", "the sections of a recipe, such as packages, files, commands"},
    {k_recipe, "post-processors", "publish: {...}"},
    {k_recipe, "variables", "vars: {NAME: VALUE}"},
    // Dockerfile.
    {k_recipe, "FROM", "source: {image: NAME}"},
    {k_recipe, "RUN", "commands: - COMMAND"},
    {k_recipe, "COPY", "files: - {from: FILE, to: PATH}"},
    {k_recipe, "ADD", "files: - {from: FILE, to: PATH}"},
    {k_recipe, "ENV", "env: {NAME: VALUE} of an entry of commands"},
    {k_recipe, "ARG", "vars: {NAME: VALUE}"},
    {k_recipe, "USER", "users: - {name: NAME}; commands run as root"},
    // cloud-init.
    {k_recipe, "runcmd", "commands: - COMMAND; at first boot: firstboot"},
    {k_recipe, "bootcmd", "firstboot: - {run: COMMAND, once: false}"},
    {k_recipe, "write_files", "files: - {to: PATH, content: TEXT}"},
    {k_recipe, "package_update", "packages: - update: all"},
    {k_recipe, "package_upgrade", "packages: - update: all"},
    {k_recipe, "power_state", "nothing boots while an image is made"},
    {k_recipe, "ssh_authorized_keys", "users: - {name: USER, authorized_keys: [KEY]}"},
    {k_recipe, "chpasswd", "users: - {name: USER, password: \"${secret.NAME}\"}"},
    {k_recipe, "growpart", "disk: {size: 20 GiB}, or leave it to the machine"},
    {k_recipe, "ntp", "files for the configuration, services: - enable: [NAME]"},
    // diskimage-builder.
    {k_recipe, "elements", "what several recipes share they include: include: [FILE]"},
    // Entries.
    {k_files, "src", "from"},
    {k_files, "source", "from"},
    {k_files, "dest", "to"},
    {k_files, "destination", "to"},
    {k_files, "path", "to; or remove, for a file that is to go"},
    {k_files, "content_from", "from"},
    {k_files, "text", "content"},
    {k_files, "template", "from, with substitute: true"},
    {k_files, "permissions", "mode"},
    {k_files, "chmod", "mode"},
    {k_files, "chown", "owner and group"},
    {k_files, "state", "directory: true, link: TARGET, or remove: PATH"},
    {k_files, "delete", "remove"},
    {k_files, "absent", "remove"},
    {k_files, "backup", "the image before stays as it is, hidden"},
    {k_files, "validate", "a check: checks: - run: COMMAND"},
    {k_files, "encoding", "from: FILE, whose bytes are taken as they are"},
    {k_lines, "path", "file"},
    {k_lines, "dest", "file"},
    {k_lines, "regexp", "match"},
    {k_lines, "regex", "match"},
    {k_lines, "insertafter", "after"},
    {k_lines, "insertbefore", "before"},
    {k_lines, "marker", "mark"},
    {k_lines, "state", "remove: REGEX, for lines that are to go"},
    {k_lines, "option", "ini: {KEY: VALUE}"},
    {k_lines, "value", "ini: {KEY: VALUE}"},
    {k_lines, "validate", "a check: checks: - run: COMMAND"},
    {k_commands, "cmd", "run"},
    {k_commands, "command", "run"},
    {k_commands, "shell_command", "run"},
    {k_commands, "script", "run, which may have several lines"},
    {k_commands, "inline", "run, which may have several lines"},
    {k_commands, "chdir", "workdir"},
    {k_commands, "cwd", "workdir"},
    {k_commands, "environment", "env"},
    {k_commands, "environment_vars", "env"},
    {k_commands, "removes", "only_if: test -e PATH"},
    {k_commands, "onlyif", "only_if"},
    {k_commands, "not_if", "unless"},
    {k_commands, "changed_when", "what a command changes is seen by itself: plan --rehearse"},
    {k_commands, "ignore_errors", "run: COMMAND || true"},
    {k_commands, "args", "the keys stand beside run"},
    {k_packages, "name", "install: [NAME]"},
    {k_packages, "pkg", "install: [NAME]"},
    {k_packages, "state", "install, remove or update, each with a list of names"},
    {k_packages, "present", "install: [NAME]"},
    {k_packages, "absent", "remove: [NAME]"},
    {k_packages, "latest", "update: [NAME]"},
    {k_packages, "uninstall", "remove: [NAME]"},
    {k_packages, "upgrade", "update: all"},
    {k_packages, "update_cache", "lists are fetched by themselves"},
    {k_users, "ssh_authorized_keys", "authorized_keys"},
    {k_users, "ssh_keys", "authorized_keys"},
    {k_users, "passwd", "password"},
    {k_users, "lock_passwd", "password: locked"},
    {k_users, "primary_group", "group"},
    {k_users, "gecos", "comment"},
    {k_users, "create_home", "home: PATH, which is made"},
    {k_users, "remove", "state: absent, with home: remove"},
    {k_services, "name", "enable: [NAME]"},
    {k_services, "enabled", "enable: [NAME], or disable"},
    {k_services, "state", "enable, disable or mask; nothing is started now"},
    {k_services, "started", "enable: [NAME]; nothing is started now"},
    {k_source, "name", "image"},
    {k_source, "source_image", "image"},
    {k_source, "iso_url", "url, of a disk image"},
    {k_source, "path", "file"},
    {k_source, "checksum", "sha512, sha256, or sums"},
    // Anywhere.
    {"", "when", k_no_condition},
    {"", "if", k_no_condition},
    {"", "with_items", k_no_loop},
    {"", "loop", k_no_loop},
    {"", "foreach", k_no_loop},
    {"", "register", "what a command prints is in the report; a recipe does not compute with it"},
    {"", "notify", "nothing runs that could be notified: write services or commands"},
    {"", "tags", "publish: {tags: [NAME]} are those of the image; there are no others"},
    {"", "become", "everything runs as root of the image"},
    {"", "sudo", "everything runs as root of the image"},
});

} // namespace

std::optional<std::string> foreign_word(std::string_view place, std::string_view key) {
    const auto found = std::ranges::find_if(k_words, [&](const ForeignWord &word) {
        return word.key == key && (word.place.empty() || word.place == place);
    });
    return found == k_words.end() ? std::nullopt : std::optional(std::string(found->advice));
}

} // namespace retouch::recipe
