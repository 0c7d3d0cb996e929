// Keys of host files are read here and stand in the options: they are public and short, and a plan
// that holds them needs neither the files nor a bundle.

#include "steps/users/user_entries.hpp"

#include "base/secret_text.hpp"
#include "base/text.hpp"
#include "steps/support/account_files.hpp"
#include "steps/support/host_place.hpp"
#include "steps/support/reading.hpp"
#include "steps/users/password_hash.hpp"
#include "steps/users/ssh_key.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace retouch::steps {

namespace {

constexpr std::size_t k_largest_key_file = std::size_t{256} * 1024;
constexpr std::size_t k_most_keys = 1000;

class UserReading {
  public:
    UserReading(const Section &section, std::size_t number, const Reader &reader)
        : reader_(reader),
          entry_(section.value.items[number]),
          step_(new_step(section, number, entry_, reader.context)) {}

    Step run() {
        name_ = entry_.text_or("name");
        step_.options["name"] = name_;
        if (entry_.text_or("state") == "absent")
            read_absent();
        else
            read_present();
        step_.identity = step_.options;
        return std::move(step_);
    }

  private:
    void read_absent() {
        step_.options["state"] = "absent";
        step_.summary = fmt::format("remove user {}", name_);
        without(entry_,
                {"uid", "group", "groups", "shell", "comment", "system", "sudo", "authorized_keys",
                 "exclusive", "password"},
                "'state: absent'", reader_);
        if (name_ == "root")
            reader_.error(entry_.find("name")->mark, "the user 'root' cannot be removed");
        const Value *home = entry_.find("home");
        if (home == nullptr)
            return;
        if (home->scalar != "keep" && home->scalar != "remove")
            reader_.error(home->mark, "with 'state: absent', 'home' is keep or remove");
        step_.options["home"] = home->scalar;
    }

    void read_present() {
        step_.summary = fmt::format("user {}", name_);
        if (const auto uid = entry_.text("uid"))
            step_.options["uid"] = account_number(*uid).value_or(0);
        for (const char *key : {"group", "sudo"})
            if (const auto text = entry_.text(key))
                step_.options[key] = *text;
        for (const char *key : {"system", "exclusive"})
            if (entry_.flag_or(key, false))
                step_.options[key] = true;
        if (const auto groups = entry_.texts("groups"))
            step_.options["groups"] = *groups;
        for (const char *key : {"home", "shell"})
            read_place(key);
        read_comment();
        read_password();
        read_keys();
        if (name_ == "root" && entry_.find("uid") != nullptr)
            reader_.error(entry_.find("uid")->mark, "the number of 'root' is 0");
    }

    /// Where a colon would end the field of /etc/passwd.
    void require_one_field(const Value &value) {
        if (value.scalar.find(':') != std::string::npos || base::unsafe_character(value.scalar))
            reader_.error(value.mark, "a field of /etc/passwd cannot hold ':' or line ends");
    }

    void read_place(const char *key) {
        const Value *value = entry_.find(key);
        if (value == nullptr)
            return;
        if (key == std::string_view("home") &&
            (value->scalar == "keep" || value->scalar == "remove"))
            return reader_.error(value->mark,
                                 fmt::format("'home: {}' needs 'state: absent'", value->scalar));
        require_one_field(*value);
        if (const auto path = guest_path(*value, reader_))
            step_.options[key] = *path;
    }

    void read_comment() {
        const Value *comment = entry_.find("comment");
        if (comment == nullptr)
            return;
        require_one_field(*comment);
        step_.options["comment"] = comment->scalar;
    }

    /// What is no hash may be the password itself, and is not shown, its line neither.
    void read_password() {
        const Value *password = entry_.find("password");
        if (password == nullptr)
            return;
        const Value *secret = password->find("secret");
        if (secret != nullptr &&
            !reader_.context.file(secret->mark).secrets.contains(secret->scalar))
            reader_.error(secret->mark,
                          fmt::format("the secret '{}' is not declared", secret->scalar),
                          "declare it under 'secrets', with where its value comes from");
        const std::string text =
            secret != nullptr ? base::secret_reference(secret->scalar) : password->scalar;
        step_.options["password"] = text;
        if (text == "locked" || is_password_hash(text) || secret_password(text))
            return;
        Diagnostic mistake = reader_.context.error(
            password->mark, "'password' is neither locked nor a hash of crypt(5)",
            "clear text is refused; name a secret, ${secret.NAME}; mkpasswd and openssl passwd "
            "-6 make a hash");
        mistake.source_line.clear();
        reader_.diagnostics.add(std::move(mistake));
    }

    void read_keys() {
        const Value *list = entry_.find("authorized_keys");
        if (list == nullptr) {
            if (entry_.flag_or("exclusive", false))
                reader_.error(entry_.find("exclusive")->mark,
                              "'exclusive' needs 'authorized_keys'");
            return;
        }
        Json keys = Json::array();
        for (const Value &item : list->items)
            for (const std::string &line : lines_of(item))
                if (std::ranges::find(keys, Json(line)) == keys.end())
                    keys.push_back(line);
        if (keys.size() > k_most_keys)
            reader_.error(list->mark, fmt::format("more than {} keys", k_most_keys));
        step_.options["authorized_keys"] = std::move(keys);
    }

    /// Keys of one item; an error for what is none.
    std::vector<std::string> lines_of(const Value &item) {
        const Value *from = item.find("from");
        std::vector<std::string> keys;
        const std::string text = from == nullptr
                                     ? item.scalar
                                     : read_host_file(*from, k_largest_key_file,
                                                      "a plan holds the keys themselves", reader_)
                                           .value_or("");
        std::size_t number = 0;
        for (const std::string &line : base::split_lines(text)) {
            ++number;
            const std::string_view trimmed = base::trim(line);
            if (trimmed.empty() || (from != nullptr && trimmed.starts_with('#')))
                continue;
            // What is no key may be a secret, and is not shown.
            if (!ssh_key(trimmed) || base::unsafe_character(trimmed))
                reader_.error(from == nullptr ? item.mark : from->mark,
                              from == nullptr
                                  ? std::string("not a public key of ssh")
                                  : fmt::format("line {} of '{}' is not a public key of ssh",
                                                number, base::escape(from->scalar)),
                              "write the line of the .pub file, such as ssh-ed25519 AAAA... name");
            else
                keys.emplace_back(trimmed);
        }
        return keys;
    }

    const Reader &reader_;
    const Value &entry_;
    Step step_;
    std::string name_;
};

} // namespace

ReadResult read_users(const Section &section, const ReadContext &context,
                      Diagnostics &diagnostics) {
    const Reader reader{context, diagnostics};
    ReadResult result;
    NamesOnce names("user", reader);
    for (std::size_t number = 0; number < section.value.items.size(); ++number) {
        const Value &name = *section.value.items[number].find("name");
        names.require_new(name.scalar, name.mark);
        result.steps.push_back(UserReading(section, number, reader).run());
    }
    return result;
}

} // namespace retouch::steps
