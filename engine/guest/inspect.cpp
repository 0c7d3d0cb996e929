// What os-release, the shell's ELF header and a few names tell about a root. Files come from the
// image: sizes are bounded and nothing in them is believed beyond what is asked.

#include "guest/inspect.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>

namespace retouch::guest {

namespace {

constexpr std::size_t k_text_bound = std::size_t{64} * 1024;

/// A value of os-release: shell quoting without expansions.
std::string unquote(std::string_view text) {
    const bool quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
                        text.back() == text.front();
    const bool plain = quoted && text.front() == '\'';
    if (quoted)
        text = text.substr(1, text.size() - 2);
    std::string value;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\' && !plain && at + 1 < text.size())
            ++at;
        value += text[at];
    }
    return value;
}

std::map<std::string, std::string> read_os_release(const RootFiles &files) {
    std::optional<std::string> text = files.head("/etc/os-release", k_text_bound);
    if (!text)
        text = files.head("/usr/lib/os-release", k_text_bound);
    std::map<std::string, std::string> values;
    for (const std::string &line : base::split_lines(text.value_or("")))
        if (const std::size_t equals = line.find('='); equals != std::string::npos)
            values[std::string(base::trim(line.substr(0, equals)))] =
                unquote(base::trim(std::string_view(line).substr(equals + 1)));
    return values;
}

/// Systems older than os-release: "CentOS release 6.10 (Final)" says all there is to know.
void read_redhat_release(const RootFiles &files, Facts &facts) {
    const std::string text = files.head("/etc/redhat-release", 1024).value_or("");
    const std::string line(base::trim(text.substr(0, text.find('\n'))));
    if (line.empty())
        return;
    facts.product = line;
    const std::string name = base::small_letters(std::string_view(line).substr(0, line.find(' ')));
    facts.distro = name == "red" ? "rhel" : name;
    const std::size_t digits = line.find_first_of("0123456789");
    if (digits != std::string::npos)
        facts.version = line.substr(digits, line.find_first_not_of("0123456789.", digits) - digits);
}

std::string machine_name(unsigned machine, bool big_endian, bool wide) {
    switch (machine) {
    case 3:
        return "i686";
    case 8:
        return big_endian ? "mips" : "mipsel";
    case 21:
        return big_endian ? "ppc64" : "ppc64le";
    case 22:
        return wide ? "s390x" : "s390";
    case 40:
        return "armv7l";
    case 62:
        return "x86_64";
    case 183:
        return "aarch64";
    case 243:
        return wide ? "riscv64" : "riscv32";
    case 258:
        return "loongarch64";
    }
    return fmt::format("machine-{}", machine);
}

/// As `uname -m` says; empty when `header` is no ELF header.
std::string elf_architecture(std::string_view header) {
    if (header.size() < 20 || header.substr(0, 4) != "\x7f"
                                                     "ELF")
        return {};
    const auto byte = [&](std::size_t at) {
        return unsigned{static_cast<unsigned char>(header[at])};
    };
    const bool wide = byte(4) == 2;
    const bool big_endian = byte(5) == 2;
    const unsigned machine = big_endian ? byte(18) * 256 + byte(19) : byte(19) * 256 + byte(18);
    return machine_name(machine, big_endian, wide);
}

std::string architecture(const RootFiles &files) {
    for (const char *path :
         {"/bin/sh", "/bin/bash", "/usr/bin/env", "/sbin/init", "/usr/lib/systemd/systemd"}) {
        const std::string found = elf_architecture(files.head(path, 20).value_or(""));
        if (!found.empty())
            return found;
    }
    return {};
}

struct Family {
    const char *distro;
    const char *manager;
};

/// Distributions by os-release ID or ID_LIKE. "rpm" stands for dnf or, where that is missing, yum.
constexpr std::array k_families = {
    Family{"debian", "apt"},      Family{"ubuntu", "apt"},  Family{"fedora", "rpm"},
    Family{"rhel", "rpm"},        Family{"centos", "rpm"},  Family{"rocky", "rpm"},
    Family{"almalinux", "rpm"},   Family{"ol", "rpm"},      Family{"amzn", "rpm"},
    Family{"opensuse", "zypper"}, Family{"suse", "zypper"}, Family{"sles", "zypper"},
    Family{"alpine", "apk"},      Family{"arch", "pacman"},
};

std::string manager_by_name(const std::string &names) {
    for (std::size_t at = 0; at < names.size();) {
        const std::size_t end = std::min(names.find(' ', at), names.size());
        const std::string name = names.substr(at, end - at);
        for (const Family &family : k_families)
            if (name == family.distro || name.rfind(std::string(family.distro) + "-", 0) == 0)
                return family.manager;
        at = end + 1;
    }
    return {};
}

std::string manager_by_programs(const RootFiles &files) {
    constexpr std::array programs = {
        std::array{"/usr/bin/apt-get", "apt"}, std::array{"/usr/bin/dnf", "dnf"},
        std::array{"/usr/bin/yum", "yum"},     std::array{"/usr/bin/zypper", "zypper"},
        std::array{"/sbin/apk", "apk"},        std::array{"/usr/bin/pacman", "pacman"}};
    for (const auto &[program, manager] : programs)
        if (files.exists(program))
            return manager;
    return {};
}

std::string package_manager(const RootFiles &files, const std::string &distro,
                            const std::string &like) {
    std::string manager = manager_by_name(distro);
    if (manager.empty())
        manager = manager_by_name(like);
    if (manager.empty())
        return manager_by_programs(files);
    if (manager != "rpm")
        return manager;
    for (const char *dnf : {"/usr/bin/dnf", "/usr/bin/dnf5", "/usr/bin/dnf-3"})
        if (files.exists(dnf))
            return "dnf";
    return "yum";
}

} // namespace

bool looks_like_root(const RootFiles &files) {
    return files.exists("/etc/os-release") || files.exists("/usr/lib/os-release") ||
           files.exists("/etc/redhat-release");
}

Facts linux_facts(const RootFiles &files) {
    Facts facts;
    facts.type = "linux";
    std::map<std::string, std::string> release = read_os_release(files);
    facts.distro = release["ID"];
    facts.version = release["VERSION_ID"];
    facts.product = release["PRETTY_NAME"];
    if (facts.distro.empty())
        read_redhat_release(files, facts);
    facts.architecture = architecture(files);
    facts.package_manager = package_manager(files, facts.distro, release["ID_LIKE"]);
    return facts;
}

} // namespace retouch::guest
