#include "cli/turns.hpp"

#include "base/interrupt.hpp"
#include "base/undelivered.hpp"
#include "cli/documents.hpp"
#include "cli/exit_codes.hpp"

#include <fmt/format.h>

namespace retouch::cli {

std::vector<Subject> subjects_of(const std::vector<plan::CheckedRecipe> &recipes) {
    std::vector<Subject> subjects;
    subjects.reserve(recipes.size());
    for (const plan::CheckedRecipe &checked : recipes) {
        const std::string &name = checked.recipe.name;
        std::string path = checked.recipe.path;
        if (const std::size_t slash = name.find('/'); slash != name.npos)
            path += fmt::format(" ({})", name.substr(slash + 1)); // a row of its matrix
        subjects.push_back({std::move(path), name});
    }
    return subjects;
}

void Turns::prepare(const std::function<void()> &act) {
    try {
        act();
    } catch (const Error &error) {
        for (const Subject &subject : subjects_) {
            failed_(subject, error);
            codes_.push_back(base::exit_code_of(error));
        }
        throw;
    }
}

void Turns::each(const std::function<int(std::size_t)> &act) {
    for (std::size_t number = 0; number < subjects_.size(); ++number) {
        if (is_interruption(exit_code()))
            return;
        base::check_interrupt();
        const Subject &subject = subjects_[number];
        try {
            codes_.push_back(act(number));
        } catch (const Error &error) {
            failed_(subject, error);
            if (subjects_.size() == 1 || base::pending_interrupt() != 0)
                throw;
            context_.console.error(subject.path.empty() ? error
                                                        : about_recipe(error, subject.path));
            codes_.push_back(base::exit_code_of(error));
        }
    }
}

int Turns::exit_code() const {
    return combined_exit_code(codes_);
}

} // namespace retouch::cli
