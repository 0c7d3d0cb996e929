// Step cases: reading them, running them, putting the guest back.
// A case that fails leaves its guest as it was too, so that the cases after it mean something.

#include "support/step_cases.hpp"

#include "base/file.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "plan/foreseen_guest.hpp"
#include "recipe/yaml/yaml_reader.hpp"
#include "render/text/diagnostics.hpp"
#include "retouch/error.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fmt/format.h>
#include <stdexcept>

namespace retouch::test {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_bound = std::size_t{1} << 20;

std::uint32_t number(const Value &value) {
    return static_cast<std::uint32_t>(std::stoul(value.scalar));
}

PathState path_state(const std::string &path, const Value &spec) {
    PathState state;
    state.path = path;
    if (spec.is_scalar()) {
        if (spec.scalar != "absent")
            throw std::runtime_error(path + ": neither absent nor a mapping");
        return state;
    }
    state.type = FileInfo::Type::regular;
    for (const Field &field : spec.fields) {
        if (field.key == "content") {
            state.content = field.value.scalar;
        } else if (field.key == "link") {
            state.type = FileInfo::Type::symlink;
            state.content = field.value.scalar;
        } else if (field.key == "directory") {
            state.type = FileInfo::Type::directory;
        } else if (field.key == "mode") {
            state.mode = base::parse_mode(field.value.scalar).value();
        } else if (field.key == "owner") {
            state.uid = number(field.value);
        } else if (field.key == "group") {
            state.gid = number(field.value);
        } else {
            throw std::runtime_error(path + ": unknown key " + field.key);
        }
    }
    return state;
}

Value read_document(const fs::path &path) {
    Diagnostics diagnostics;
    auto value = recipe::read_yaml(base::read_file(path, k_bound), path.string(), diagnostics);
    if (!value)
        throw std::runtime_error(render::render_diagnostics(diagnostics.sorted(), false));
    return std::move(*value);
}

std::vector<PathState> path_states(const Value &document) {
    std::vector<PathState> states;
    if (const Value *paths = document.find("paths"))
        for (const Field &field : paths->fields)
            states.push_back(path_state(field.key, field.value));
    return states;
}

plan::CheckedRecipe checked(const fs::path &path) {
    Diagnostics diagnostics;
    auto recipe = plan::check_recipe(path, {}, diagnostics);
    if (recipe.empty())
        throw std::runtime_error(render::render_diagnostics(diagnostics.sorted(), false));
    return std::move(recipe.front());
}

StepCase load(const fs::path &directory) {
    const Value before = read_document(directory / "before.yaml");
    StepCase step_case{directory,
                       checked(directory / "recipe.yaml"),
                       path_states(before),
                       path_states(read_document(directory / "after.yaml")),
                       {}};
    if (const Value *manager = before.find("package_manager"))
        step_case.package_manager = manager->scalar;
    return step_case;
}

std::vector<fs::path> folders_in(const fs::path &directory) {
    std::vector<fs::path> folders;
    for (const auto &entry : fs::directory_iterator(directory))
        if (entry.is_directory())
            folders.push_back(entry.path());
    std::ranges::sort(folders);
    return folders;
}

PathState state_in(const GuestView &guest, const std::string &path) {
    PathState state;
    state.path = path;
    if (const auto info = guest.lstat(path)) {
        state.type = info->type;
        state.mode = info->mode;
        state.uid = info->uid;
        state.gid = info->gid;
        if (info->type == FileInfo::Type::regular && info->size <= k_bound)
            state.content = guest.read(path, k_bound);
        else if (info->type == FileInfo::Type::symlink)
            state.content = guest.read_link(path);
    }
    return state;
}

void make_directories(Guest &guest, const std::string &path) {
    if (path == "/" || guest.lstat(path))
        return;
    make_directories(guest, base::parent_path(path));
    guest.make_directory(path, 0755, 0, 0);
}

/// Directories that are there stay, with all they hold.
void establish(Guest &guest, const PathState &state) {
    const auto info = guest.lstat(state.path);
    const bool stays = info && state.type == FileInfo::Type::directory && info->type == *state.type;
    if (info && !stays)
        guest.remove(state.path);
    if (!state.type)
        return;
    const std::uint32_t uid = state.uid.value_or(0);
    const std::uint32_t gid = state.gid.value_or(0);
    make_directories(guest, base::parent_path(state.path));
    if (state.type == FileInfo::Type::symlink) {
        guest.make_link(state.content.value(), state.path);
    } else if (state.type == FileInfo::Type::directory) {
        make_directories(guest, state.path);
        guest.set_attributes(state.path, state.mode.value_or(0755), uid, gid);
    } else {
        guest.write(state.path, state.content.value_or(""), state.mode.value_or(0644), uid, gid);
    }
}

constexpr std::array<const char *, 4> k_states = {"change", "unchanged", "skipped", "unknown"};
constexpr std::array<const char *, 7> k_outcomes = {"changed", "unchanged", "skipped",    "ran",
                                                    "passed",  "failed",    "not reached"};

std::string indented(const std::string &text, std::string_view margin) {
    std::string result;
    for (const std::string &line : base::split_lines(text))
        result += fmt::format("{}{}\n", margin, line);
    return result;
}

std::string line(std::string_view word, const std::string &summary, const std::string &more) {
    return fmt::format("{:<9} {}{}{}\n", word, summary, more.empty() ? "" : " | ", more);
}

std::string difference(const PathState &wanted, const PathState &found) {
    if (wanted.type != found.type)
        return "is of another type or not there";
    if (wanted.content && wanted.content != found.content)
        return "holds: " + found.content.value_or("");
    if (wanted.mode && wanted.mode != found.mode)
        return "has mode " + base::format_mode(*found.mode);
    if ((wanted.uid && wanted.uid != found.uid) || (wanted.gid && wanted.gid != found.gid))
        return fmt::format("belongs to {}:{}", *found.uid, *found.gid);
    return {};
}

} // namespace

std::string StepCase::name() const {
    return directory.parent_path().filename().string() + "/" + directory.filename().string();
}

bool StepCase::runs_code() const {
    return std::ranges::any_of(recipe.steps, [](const Step &step) {
        return find_step_kind(step.kind)->needs(step).runnable;
    });
}

std::vector<StepCase> step_cases() {
    std::vector<StepCase> cases;
    for (const fs::path &kind : folders_in(fs::path(RETOUCH_SOURCE_DIR) / "tests/steps"))
        for (const fs::path &folder : folders_in(kind))
            cases.push_back(load(folder));
    return cases;
}

PreparedGuest::PreparedGuest(Guest &guest, const StepCase &step_case) : guest_(guest) {
    for (const auto *states : {&step_case.before, &step_case.after})
        for (const PathState &state : *states)
            former_.push_back(state_in(guest, state.path));
    for (const PathState &state : step_case.before)
        establish(guest, state);
}

PreparedGuest::~PreparedGuest() {
    try {
        std::ranges::sort(former_, {}, &PathState::path);
        for (const PathState &state : former_)
            establish(guest_, state);
    } catch (const Error &error) {
        fmt::print(stderr, "the guest of a case could not be put back: {}\n", error.what());
        std::abort();
    }
}

std::string planned(const StepCase &step_case, const GuestView &guest) {
    std::string text;
    plan::ForeseenGuest before(guest);
    for (const Step &step : step_case.recipe.steps) {
        try {
            const StepChange change = find_step_kind(step.kind)->preview(step, before);
            text += line(k_states.at(static_cast<std::size_t>(change.state)), step.summary,
                         change.reason);
            text += indented(change.diff, "    ");
            if (change.state == StepState::change)
                before.add(step);
        } catch (const Error &error) {
            const std::string message = error.what();
            const auto recipe = message.find("recipe.yaml:");
            return text + "error     " + message.substr(recipe == std::string::npos ? 0 : recipe) +
                   "\n";
        }
    }
    return text;
}

std::string applied(const StepCase &step_case, Guest &guest) {
    std::string text;
    for (const Step &step : step_case.recipe.steps) {
        const StepResult result = find_step_kind(step.kind)->execute(step, guest);
        text += line(k_outcomes.at(static_cast<std::size_t>(result.outcome)), step.summary,
                     result.message);
        text += indented(base::escape(result.out.text, true), "    out: ");
        text += indented(base::escape(result.err.text, true), "    err: ");
        if (result.outcome == StepOutcome::failed)
            break;
    }
    return text;
}

std::string unmet(const StepCase &step_case, const GuestView &guest) {
    std::string text;
    for (const PathState &wanted : step_case.after) {
        const std::string found = difference(wanted, state_in(guest, wanted.path));
        if (!found.empty())
            text += fmt::format("{} {}\n", wanted.path, found);
    }
    return text;
}

std::string golden(const StepCase &step_case, const std::string &file, const std::string &actual) {
    const fs::path path = step_case.directory / file;
    if (std::getenv("UPDATE_GOLDEN") != nullptr)
        base::write_file_atomically(path, actual);
    return fs::exists(path) ? base::read_file(path, k_bound)
                            : "there is no " + path.string() + "\n";
}

} // namespace retouch::test
