#include "recipe/source_place.hpp"

#include "base/fact_text.hpp"
#include "base/text.hpp"
#include "recipe/place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <set>
#include <string_view>
#include <utility>

namespace retouch::recipe {

namespace {

class SourceCheck {
  public:
    SourceCheck(const Value &recipe, const RecipeFile &file, Diagnostics &found)
        : recipe_(recipe), source_(*recipe.find("source")), file_(file), found_(found) {}

    void run() {
        const std::size_t places = count({"image", "images", "properties", "url", "file"});
        if (places != 1)
            return refuse(source_, places == 0 ? "'source' needs 'image', 'images', 'properties', "
                                                 "'url' or 'file'"
                                               : "'source' has more than one of 'image', 'images', "
                                                 "'properties', 'url' and 'file'");
        require_company();
        if (source_.find("images") != nullptr)
            require_names_of_their_own();
        if (source_.find("url") == nullptr && source_.find("file") == nullptr)
            return;
        const Value *publish = recipe_.find("publish");
        if (publish == nullptr || publish->find("name") == nullptr)
            refuse(source_, "a recipe whose source is a file needs 'publish.name'",
                   "it has no name of an image to publish under");
        if (const std::string name = source_file_name(source_); name.empty())
            refuse(*source_.find(source_.find("url") != nullptr ? "url" : "file"),
                   "it names no file", "write the whole address or path of the disk image");
    }

  private:
    [[nodiscard]] std::size_t count(std::initializer_list<std::string_view> keys) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(keys, [&](auto key) { return source_.find(key) != nullptr; }));
    }

    void require_company() {
        const bool is_record = count({"image", "images", "properties"}) == 1;
        for (const char *key : {"owner", "newest"})
            if (source_.find(key) != nullptr && !is_record)
                refuse(*source_.find(key),
                       fmt::format("'{}' goes with 'image', 'images' or 'properties'", key));
        for (const auto &[key, with] : {std::pair{"sums", "url"},
                                        {"sha256", "url"},
                                        {"sha512", "url"},
                                        {"signature", "sums"}})
            if (source_.find(key) != nullptr && source_.find(with) == nullptr)
                refuse(*source_.find(key), fmt::format("'{}' goes with '{}'", key, with));
        const std::size_t promises = count({"sums", "sha256", "sha512"});
        if (const Value *url = source_.find("url"); url != nullptr && promises != 1)
            refuse(*url,
                   promises == 0 ? "nothing says which bytes the address has to have"
                                 : "one of 'sums', 'sha256' and 'sha512' is enough",
                   promises == 0 ? "give the list that has its checksum ('sums'), or the checksum "
                                   "itself ('sha512' or 'sha256')"
                                 : "");
    }

    /// Else they would take the name from each other.
    void require_names_of_their_own() {
        const Value *publish = recipe_.find("publish");
        const Value *name = publish == nullptr ? nullptr : publish->find("name");
        if (name == nullptr)
            return;
        const std::set<std::string> facts = base::facts_named_in(name->scalar);
        if (!facts.contains("image.name") && !facts.contains("image.id"))
            refuse(*name, "with several images, 'publish.name' must differ for each",
                   "write ${image.name} in it, or leave it out: each is then published under the "
                   "name of its source");
    }

    void refuse(const Value &at, std::string message, std::string hint = {}) {
        found_.add(error_at(file_.name, at.mark, file_.lines, std::move(message), std::move(hint)));
    }

    const Value &recipe_;
    const Value &source_;
    const RecipeFile &file_;
    Diagnostics &found_;
};

} // namespace

std::optional<SourceFile> source_file(const Value &source) {
    if (source.find("url") == nullptr && source.find("file") == nullptr)
        return std::nullopt;
    SourceFile file;
    file.url = source.text_or("url");
    file.sums = source.text_or("sums");
    if (const Value *signature = source.find("signature")) {
        file.signature = signature->text_or("url");
        file.key = *signature->find("key")->find("from");
    }
    if (const Value *path = source.find("file"))
        file.file = *path;
    file.checksum = base::small_letters(source.text_or("sha512", source.text_or("sha256")));
    return file;
}

std::string source_file_name(const Value &source) {
    const std::string place = source.text_or("url", source.text_or("file"));
    const std::string path = place.substr(0, place.find_first_of("?#"));
    return path.substr(path.rfind('/') + 1);
}

void check_source(const Value &recipe, const RecipeFile &file, Diagnostics &found) {
    SourceCheck(recipe, file, found).run();
}

void check_record_facts(const Value &recipe, const std::vector<RecipeFile> &files,
                        Diagnostics &found) {
    const Value &source = *recipe.find("source");
    const auto check = [&](const Value &text) {
        for (const std::string &fact : base::facts_named_in(text.scalar)) {
            if (!fact.starts_with(base::k_image_facts))
                continue;
            const RecipeFile &file = files.at(static_cast<std::size_t>(text.mark.file));
            found.add(error_at(file.name, text.mark, file.lines,
                               fmt::format("'${{{}}}' is of a record of the catalog, and the "
                                           "source is a file",
                                           fact),
                               "write the value, or use a variable"));
        }
    };
    if (!source_file(source))
        return;
    if (const Value *properties = recipe.find("properties"))
        for (const Field &field : properties->fields)
            check(field.value);
    const Value *publish = recipe.find("publish");
    if (const Value *name = publish == nullptr ? nullptr : publish->find("name"))
        check(*name);
}

} // namespace retouch::recipe
