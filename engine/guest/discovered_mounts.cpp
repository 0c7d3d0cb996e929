#include "guest/discovered_mounts.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"
#include "retouch/error.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace retouch::guest {

namespace {

constexpr std::string_view k_boot_type = "bc13c2ff-59e6-4262-a352-b275fd6f7172";
constexpr std::string_view k_efi_type = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";
constexpr std::string_view k_variable_type = "4d21b016-b534-45c2-a9fb-5c16e091fd2d";

struct Place {
    std::string_view type;
    std::string_view path;
};

/// Those that the machine needs; of several partitions of a type the first counts.
constexpr std::array k_places = {
    Place{"933ac7e1-2eb4-4f13-b844-0e14e2aef915", "/home"},
    Place{"3b8f8425-20e0-4f3b-907f-1a25a76f98e8", "/srv"},
    Place{k_variable_type, "/var"},
    Place{"7ec6f557-3bc5-4aca-b293-16ef5df639d1", "/var/tmp"},
};

/// Of a UUID, written with hyphens or without; empty when it is none.
std::string bytes_of(std::string_view uuid) {
    constexpr std::size_t digits_of_uuid = 32;
    std::string digits(uuid);
    std::erase(digits, '-');
    if (digits.size() != digits_of_uuid ||
        digits.find_first_not_of("0123456789abcdefABCDEF") != digits.npos)
        return {};
    std::string bytes;
    for (std::size_t at = 0; at < digits.size(); at += 2)
        bytes += static_cast<char>(std::stoi(digits.substr(at, 2), nullptr, 16));
    return bytes;
}

/// As sd_id128_get_machine_app_specific(3) makes it, so that nobody mounts another machine's /var.
bool belongs_to_machine(const Volume &volume, const GuestView &guest) {
    constexpr std::size_t longest = 64;
    std::string text;
    try {
        text = guest.read("/etc/machine-id", longest);
    } catch (const Error &) {
        return false;
    }
    const std::string machine = bytes_of(base::trim(text));
    if (machine.empty())
        return false;
    std::string made =
        bytes_of(base::hmac_sha256_hex(machine, bytes_of(k_variable_type)).substr(0, 32));
    const auto set_bits = [&made](std::size_t at, unsigned kept, unsigned set) {
        made[at] = static_cast<char>((static_cast<unsigned char>(made[at]) & kept) | set);
    };
    set_bits(6, 0x0f, 0x40);
    set_bits(8, 0x3f, 0x80);
    return bytes_of(volume.partition_uuid) == made;
}

bool has_generator(const GuestView &guest) {
    constexpr const char *path = "/usr/lib/systemd/system-generators/systemd-gpt-auto-generator";
    return guest.lstat(path) || guest.lstat(path + std::string_view("/usr").size());
}

class Discovery {
  public:
    Discovery(const std::vector<Volume> &volumes, const std::set<std::string> &mentioned,
              const GuestView &guest)
        : volumes_(volumes), mentioned_(mentioned), guest_(guest) {}

    [[nodiscard]] DiscoveredMounts run() {
        for (const Place &place : k_places)
            if (const Volume *volume = find(place.type))
                add_needed(*volume, std::string(place.path));
        const Volume *boot = find(k_boot_type);
        if (boot != nullptr)
            add_optional(*boot, "/boot");
        if (const Volume *efi = find(k_efi_type)) {
            if (guest_.lstat("/efi"))
                add_optional(*efi, "/efi");
            else if (boot == nullptr)
                add_optional(*efi, "/boot");
        }
        return std::move(found_);
    }

  private:
    [[nodiscard]] const Volume *find(std::string_view type) const {
        const auto found = std::ranges::find_if(volumes_, [&](const Volume &volume) {
            return volume.automatic && volume.partition_type == type;
        });
        return found == volumes_.end() ? nullptr : &*found;
    }

    void add_needed(const Volume &volume, const std::string &path) {
        if (mentioned_.contains(path))
            return;
        if (!guest_.list(path).empty())
            found_.left.emplace_back(
                path, fmt::format("{} is of the type for it, but nothing is mounted over what is "
                                  "there already",
                                  volume.device));
        else if (volume.partition_type == k_variable_type && !belongs_to_machine(volume, guest_))
            found_.left.emplace_back(
                path, fmt::format("{} is of the type for it, but its UUID is not the one of the "
                                  "image's machine id",
                                  volume.device));
        else
            add(volume, path, false);
    }

    /// Mounted only when somebody looks there.
    void add_optional(const Volume &volume, const std::string &path) {
        if (!mentioned_.contains(path) && guest_.lstat(path) && guest_.list(path).empty())
            add(volume, path, true);
    }

    void add(const Volume &volume, const std::string &path, bool dispensable) {
        found_.entries.push_back(
            {fmt::format("/dev/sda{}", volume.number), path, {"auto"}, {}, dispensable});
    }

    const std::vector<Volume> &volumes_;
    const std::set<std::string> &mentioned_;
    const GuestView &guest_;
    DiscoveredMounts found_;
};

} // namespace

DiscoveredMounts discovered_mounts(const std::vector<Volume> &volumes,
                                   const std::set<std::string> &mentioned, const GuestView &guest) {
    const auto is_typed = [](const Volume &volume) { return volume.automatic; };
    if (std::ranges::none_of(volumes, is_typed) || !has_generator(guest))
        return {};
    return Discovery(volumes, mentioned, guest).run();
}

} // namespace retouch::guest
