// The locale: the variable LANG of all that starts, and on Debian the locale itself, which is
// compiled there from sources that the image has. Elsewhere locales come with packages.

#include "base/path.hpp"
#include "base/text.hpp"
#include "steps/lines/edited_text.hpp"
#include "steps/support/guest_paths.hpp"
#include "steps/system/system_work.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace retouch::steps {

namespace {

constexpr const char *k_compiled = "/usr/lib/locale";
constexpr const char *k_archive = "/usr/lib/locale/locale-archive";
constexpr const char *k_supported = "/usr/share/i18n/SUPPORTED";
constexpr const char *k_wanted = "/etc/locale.gen";
constexpr std::size_t k_largest_archive = std::size_t{16} << 20;

/// As glibc names what it has compiled: "en_US.utf8".
std::string compiled_name(const std::string &locale) {
    const std::size_t dot = locale.find('.');
    if (dot == locale.npos)
        return locale;
    const std::size_t end = std::min(locale.find('@', dot), locale.size());
    std::string charset =
        base::small_letters(std::string_view(locale).substr(dot + 1, end - dot - 1));
    std::erase_if(charset, [](char each) { return !base::is_alphanumeric(each); });
    return locale.substr(0, dot + 1) + charset + locale.substr(end);
}

/// An archive that is larger than one can be read holds all locales there are.
bool is_in_archive(const std::string &name, const GuestView &guest) {
    const auto archive = stat(guest, k_archive);
    if (!archive || archive->type != FileInfo::Type::regular)
        return false;
    if (archive->size > k_largest_archive)
        return true;
    const std::string whole = std::string(1, '\0') + name + std::string(1, '\0');
    return guest.read(k_archive, k_largest_archive).find(whole) != std::string::npos;
}

bool is_there(const std::string &locale, const GuestView &guest) {
    if (locale == "C" || locale == "POSIX")
        return true;
    const std::string name = compiled_name(locale);
    return is_directory(guest, base::join(k_compiled, locale)) ||
           is_directory(guest, base::join(k_compiled, name)) || is_in_archive(name, guest);
}

/// The line for /etc/locale.gen, "en_US.UTF-8 UTF-8"; nothing when Debian has no such locale.
std::string line_to_generate(const std::string &locale, const GuestView &guest) {
    for (const std::string &line : base::split_lines(image_text(guest, k_supported).text))
        if (line.starts_with(locale + " "))
            return std::string(base::trim(line));
    return {};
}

/// The text with the line in it, in the place of its comment when there is one.
std::string with_line(const std::string &before, const std::string &line) {
    std::string obstacle;
    EditedText text(before, obstacle);
    if (!obstacle.empty())
        return line + "\n";
    const auto plain = [](std::string_view written) {
        while (!written.empty() && (written.front() == '#' || written.front() == ' '))
            written.remove_prefix(1);
        return base::trim(written);
    };
    std::optional<std::size_t> comment;
    for (std::size_t number = 0; number < text.size(); ++number) {
        if (base::trim(text.line(number)) == line)
            return before;
        if (plain(text.line(number)) == line)
            comment = number;
    }
    if (comment)
        text.set(*comment, line);
    else
        text.insert(text.size(), line);
    return text.bytes();
}

/// Has the locale made, and kept by what makes all of /etc/locale.gen anew.
void want_on_debian(SystemWork &work, const std::string &locale, bool there,
                    const GuestView &guest) {
    const std::string line = line_to_generate(locale, guest);
    if (!there) {
        if (!has_file(guest, k_supported) || !has_file(guest, "/usr/sbin/locale-gen"))
            work.obstacle = fmt::format("the image has no locale '{}', and nothing to make it "
                                        "with: that is the package locales",
                                        locale);
        else if (line.empty())
            work.obstacle = fmt::format("Debian has no locale '{}' ({})", locale, k_supported);
        if (!work.obstacle.empty())
            return;
        work.script = k_make_locales;
        work.reasons.emplace_back("it is made (locale-gen)");
    }
    if (line.empty() || (there && !has_file(guest, k_wanted)))
        return;
    const ImageText wanted = image_text(guest, k_wanted);
    want_text(work, wanted, with_line(wanted.text, line));
    if (work.reasons.empty() && !work.changes.empty())
        work.reasons.push_back(fmt::format("{} does not name it", k_wanted));
}

} // namespace

SystemWork locale_work(const std::string &locale, const GuestView &guest) {
    const SystemFamily family = system_family(guest.facts());
    if (family == SystemFamily::windows)
        return refused("the language of a Windows image is not changed");
    if (family == SystemFamily::alpine)
        return refused("the C library of Alpine has no locales; what LANG shall be, a file in "
                       "/etc/profile.d says");
    if (family == SystemFamily::other)
        return not_known(guest, "its locale");
    SystemWork work;
    const bool there = is_there(locale, guest);
    const bool is_debian = family == SystemFamily::debian;
    if (is_debian)
        want_on_debian(work, locale, there, guest);
    else if (!there)
        work.obstacle = fmt::format(
            "the image has no locale '{}': it comes with a package ({})", locale,
            family == SystemFamily::rhel ? "glibc-langpack-" + locale.substr(0, locale.find('_'))
                                         : "glibc-locale");
    if (!work.obstacle.empty())
        return work;
    const char *path = is_debian ? "/etc/default/locale" : "/etc/locale.conf";
    const ImageText file = image_text(guest, path);
    const std::size_t before = work.changes.size();
    want_text(work, file, with_assignment(file.text, "LANG", locale));
    if (work.changes.size() > before)
        work.reasons.push_back(fmt::format("LANG in {}", path));
    return work;
}

} // namespace retouch::steps
