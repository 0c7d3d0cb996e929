// One list of members serves writing and reading.

#include "guest/appliance/job.hpp"

#include <algorithm>
#include <array>

namespace retouch::guest {

namespace {

constexpr std::array k_texts = {
    &Job::hostname, &Job::shell,          &Job::directory,     &Job::script_path,   &Job::script,
    &Job::run,      &Job::proc,           &Job::dev,           &Job::sys,           &Job::resolver,
    &Job::services, &Job::policy,         &Job::resolver_file, &Job::services_file, &Job::dpkg_file,
    &Job::dpkg,     &Job::initramfs_file, &Job::initramfs,
};
constexpr std::array k_switches = {&Job::writable, &Job::network, &Job::personality_32};
constexpr std::array k_numbers = {&Job::limit_seconds, &Job::output_bound, &Job::memory_bytes,
                                  &Job::processes,     &Job::open_files,   &Job::file_bytes};
constexpr std::array k_lists = {&Job::filters, &Job::forbidden, &Job::environment};

/// Takes words off the front of a text.
class Words {
  public:
    explicit Words(std::string_view text) : text_(text) {}

    std::string_view next() {
        const std::size_t end = std::min(text_.find('\0'), text_.size());
        const std::string_view word = text_.substr(0, end);
        text_.remove_prefix(std::min(end + 1, text_.size()));
        return word;
    }

    std::uint64_t next_number() {
        std::uint64_t value = 0;
        for (const char digit : next())
            value = value * 10 + static_cast<std::uint64_t>(digit - '0');
        return value;
    }

    /// Bytes that may hold NUL.
    std::string_view take(std::size_t size) {
        const std::string_view bytes = text_.substr(0, size);
        text_.remove_prefix(bytes.size());
        return bytes;
    }

  private:
    std::string_view text_;
};

} // namespace

std::string write_job(const Job &job) {
    std::string text;
    const auto add = [&text](std::string_view word) {
        text += word;
        text += '\0';
    };
    for (const auto member : k_switches)
        add(job.*member ? "1" : "0");
    for (const auto member : k_numbers)
        add(std::to_string(job.*member));
    const auto add_sized = [&](const std::string &bytes) {
        add(std::to_string(bytes.size()));
        text += bytes;
    };
    for (const auto member : k_texts)
        add_sized(job.*member);
    for (const auto member : k_lists) {
        add(std::to_string((job.*member).size()));
        for (const std::string &entry : job.*member)
            add_sized(entry);
    }
    return text;
}

Job read_job(std::string_view text) {
    Job job;
    Words words(text);
    for (const auto member : k_switches)
        job.*member = words.next() == "1";
    for (const auto member : k_numbers)
        job.*member = words.next_number();
    for (const auto member : k_texts)
        job.*member = words.take(words.next_number());
    for (const auto member : k_lists)
        for (std::uint64_t left = words.next_number(); left > 0; --left)
            (job.*member).emplace_back(words.take(words.next_number()));
    return job;
}

} // namespace retouch::guest
