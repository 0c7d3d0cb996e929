// A word stands in the section once: appended or removed, not both and not twice.

#include "steps/kernel/kernel_entries.hpp"

#include "base/text.hpp"
#include "steps/support/reading.hpp"

#include <fmt/format.h>
#include <map>

namespace retouch::steps {

namespace {

bool is_of_command_line(const std::string &verb) {
    return verb == "append" || verb == "remove";
}

class KernelReading {
  public:
    KernelReading(const Section &section, const Reader &reader)
        : section_(section), reader_(reader), once_("the entry", reader) {}

    ReadResult run() {
        for (const Value &entry : section_.value.items)
            if (is_one_verb(entry))
                for (const Field &field : entry.fields)
                    read_verb(entry, field);
        if (words_)
            conclude_words(result_.steps[*words_]);
        return std::move(result_);
    }

  private:
    /// Words that come and words that go may stand in one.
    bool is_one_verb(const Value &entry) {
        const Field &first = entry.fields.front();
        for (const Field &field : entry.fields) {
            if (field.key == first.key ||
                (is_of_command_line(field.key) && is_of_command_line(first.key)))
                continue;
            reader_.conflict(field.key_mark, "an entry is one verb", first.key_mark,
                             fmt::format("'{}' is here", first.key));
            return false;
        }
        return true;
    }

    void read_verb(const Value &entry, const Field &field) {
        if (is_of_command_line(field.key))
            return read_words(entry, field);
        once_.require_new(field.key, field.key_mark);
        Step &step = add(entry);
        if (field.key == "old") {
            step.options["old"] = field.value.scalar;
            step.summary = "remove old kernels";
            step.script = "apt-get purge, or dnf remove, of the packages that the plan names";
        } else {
            const std::vector<std::string> modules = modules_of(*field.value.find("modules"));
            step.options["initramfs"]["modules"] = modules;
            step.summary = fmt::format("initramfs: modules {}", base::joined(modules, " "));
            step.script = "update-initramfs -u -k all";
            step.remarks.emplace_back("only where a module is missing; dracut on the families of "
                                      "RHEL and SUSE, mkinitfs on Alpine");
        }
        step.identity = step.options;
    }

    void read_words(const Value &entry, const Field &field) {
        if (!words_) {
            words_ = result_.steps.size();
            add(entry);
        }
        Json &list = result_.steps[*words_].options[field.key];
        if (list.is_null())
            list = Json::array();
        for (const Value &word : field.value.items) {
            const auto [first, is_new] =
                named_.emplace(word.scalar, NamedWord{field.key, word.mark});
            if (is_new)
                list.push_back(word.scalar);
            else if (first->second.verb == field.key)
                reader_.conflict(word.mark, fmt::format("'{}' stands here twice", word.scalar),
                                 first->second.mark, "first here");
            else
                reader_.conflict(
                    word.mark, fmt::format("'{}' is both appended and removed", word.scalar),
                    first->second.mark, fmt::format("'{}' is here", first->second.verb));
        }
    }

    static void conclude_words(Step &step) {
        std::vector<std::string> parts;
        for (const char *verb : {"append", "remove"})
            if (step.options.contains(verb))
                parts.push_back(fmt::format(
                    "{} {}", verb,
                    base::joined(step.options.at(verb).get<std::vector<std::string>>(), " ")));
        step.summary = fmt::format("kernel command line: {}", base::joined(parts, ", "));
        step.script = "update-grub";
        step.remarks.emplace_back("only where GRUB's menu does not say it yet; grub-mkconfig where "
                                  "the image is not Debian's, nothing where entries are files");
        step.identity = step.options;
    }

    std::vector<std::string> modules_of(const Value &list) {
        std::vector<std::string> modules;
        NamesOnce names("the module", reader_);
        for (const Value &module : list.items) {
            names.require_new(module.scalar, module.mark);
            modules.push_back(module.scalar);
        }
        return modules;
    }

    Step &add(const Value &entry) {
        result_.steps.push_back(new_step(section_, result_.steps.size(), entry, reader_.context));
        return result_.steps.back();
    }

    struct NamedWord {
        std::string verb;
        Mark mark;
    };

    const Section &section_;
    const Reader &reader_;
    NamesOnce once_;
    std::map<std::string, NamedWord> named_;
    std::optional<std::size_t> words_; ///< the step of the command line
    ReadResult result_;
};

} // namespace

ReadResult read_kernel(const Section &section, const ReadContext &context,
                       Diagnostics &diagnostics) {
    const Reader reader{context, diagnostics};
    return KernelReading(section, reader).run();
}

} // namespace retouch::steps
