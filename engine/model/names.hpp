#pragma once

// Names: how the closed sets of the model are spelt in documents and events, both ways.
// These spellings are part of the documented formats; what people read is render's business.

#include "retouch/drift.hpp"
#include "retouch/event.hpp"
#include "retouch/plan.hpp"
#include "retouch/report.hpp"

#include <array>
#include <cassert>
#include <optional>
#include <string>
#include <string_view>

namespace retouch::model {

/// The names of an enumeration, in the order of its values.
template<typename Enum>
struct NameTable;

template<>
struct NameTable<Action> {
    static constexpr std::array<std::string_view, 4> names = {"create", "update", "none", "held"};
};

template<>
struct NameTable<StepState> {
    static constexpr std::array<std::string_view, 4> names = {"change", "unchanged", "skipped",
                                                              "unknown"};
};

template<>
struct NameTable<StepOutcome> {
    static constexpr std::array<std::string_view, 7> names = {
        "changed", "unchanged", "skipped", "ran", "passed", "failed", "not-reached"};
};

template<>
struct NameTable<TargetOutcome> {
    static constexpr std::array<std::string_view, 5> names = {"published", "updated", "unchanged",
                                                              "failed", "not-started"};
};

template<>
struct NameTable<PreviousPolicy> {
    static constexpr std::array<std::string_view, 4> names = {"hide", "rename", "deactivate",
                                                              "keep"};
};

template<>
struct NameTable<LineagePolicy> {
    static constexpr std::array<std::string_view, 3> names = {"detach", "flatten", "keep"};
};

template<>
struct NameTable<DiskGrow> {
    static constexpr std::array<std::string_view, 2> names = {"root", "none"};
};

template<>
struct NameTable<GrownPart> {
    static constexpr std::array<std::string_view, 4> names = {"partition", "physical_volume",
                                                              "logical_volume", "filesystem"};
};

template<>
struct NameTable<PublishMethod> {
    static constexpr std::array<std::string_view, 4> names = {"local", "location", "location-api",
                                                              "upload"};
};

template<>
struct NameTable<PublishField> {
    static constexpr std::array<std::string_view, 6> names = {"visibility", "tags",      "min_disk",
                                                              "min_ram",    "protected", "hidden"};
};

template<>
struct NameTable<Compression> {
    static constexpr std::array<std::string_view, 3> names = {"none", "zlib", "zstd"};
};

template<>
struct NameTable<LimitKind> {
    static constexpr std::array<std::string_view, 5> names = {
        "may_change", "packages", "bytes_written", "no_new_setuid", "no_network"};
};

template<>
struct NameTable<SecretOrigin> {
    static constexpr std::array<std::string_view, 3> names = {"env", "file", "command"};
};

template<>
struct NameTable<GuestKind> {
    static constexpr std::array<std::string_view, 2> names = {"appliance", "host"};
};

template<>
struct NameTable<ApplianceKind> {
    static constexpr std::array<std::string_view, 3> names = {"best", "machine", "libguestfs"};
};

template<>
struct NameTable<EventKind> {
    static constexpr std::array<std::string_view, 10> names = {
        "run_started",   "target_started", "phase_started",   "progress", "step_started",
        "step_finished", "phase_finished", "target_finished", "notice",   "run_finished"};
};

template<>
struct NameTable<PhaseKind> {
    static constexpr std::array<std::string_view, 17> names = {
        "reserve", "stage", "grow",  "open",   "plan",    "look",   "steps",   "label", "close",
        "seal",    "adopt", "fetch", "unpack", "convert", "upload", "publish", "detach"};
};

template<>
struct NameTable<DeviationKind> {
    static constexpr std::array<std::string_view, 20> names = {
        "name",       "status",    "hidden",   "superseded", "visibility", "tags",  "min_disk",
        "min_ram",    "protected", "property", "file",       "location",   "image", "snapshot",
        "protection", "snapshots", "size",     "parent",     "lineage",    "bytes"};
};

template<>
struct NameTable<FileInfo::Type> {
    static constexpr std::array<std::string_view, 4> names = {"file", "directory", "link", "other"};
};

template<>
struct NameTable<AccountChange::Kind> {
    static constexpr std::array<std::string_view, 2> names = {"user", "group"};
};

template<typename Enum>
concept Named = requires {
    NameTable<Enum>::names;
};

template<Named Enum>
[[nodiscard]] constexpr std::string_view to_string(Enum value) {
    const auto index = static_cast<std::size_t>(value);
    assert(index < NameTable<Enum>::names.size());
    return NameTable<Enum>::names[index];
}

/// The value called `name`, or nullopt.
template<Named Enum>
[[nodiscard]] constexpr std::optional<Enum> from_name(std::string_view name) {
    for (std::size_t i = 0; i < NameTable<Enum>::names.size(); ++i)
        if (NameTable<Enum>::names[i] == name)
            return static_cast<Enum>(i);
    return std::nullopt;
}

/// "create, update, none", before the last one `last`.
template<Named Enum>
[[nodiscard]] std::string joined_names(std::string_view last = ", ") {
    const auto &names = NameTable<Enum>::names;
    std::string text(names.front());
    for (std::size_t i = 1; i < names.size(); ++i)
        text.append(i + 1 < names.size() ? ", " : last).append(names[i]);
    return text;
}

/// "create, update or none", for error messages.
template<Named Enum>
[[nodiscard]] std::string choices() {
    return joined_names<Enum>(" or ");
}

} // namespace retouch::model
