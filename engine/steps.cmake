# Generates, from the folders alone, the list of step kinds and the schemas embedded in the binary.
# Sets step_kind_list and embedded_schemas. A kind that misses a sibling stops the configuration.

file(GLOB kind_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/steps/*.cpp)
file(GLOB kind_schemas CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/schemas/steps/*.json)

set(kinds)
foreach(source IN LISTS kind_sources)
    get_filename_component(kind ${source} NAME_WE)
    list(APPEND kinds ${kind})
    foreach(sibling schemas/steps/${kind}.json docs/steps/${kind}.md tests/steps/${kind})
        if(NOT EXISTS ${CMAKE_SOURCE_DIR}/${sibling})
            message(FATAL_ERROR "step kind '${kind}' has no ${sibling}; see docs/adding-a-step.md")
        endif()
    endforeach()
endforeach()

set(declarations "")
set(pointers "")
foreach(kind IN LISTS kinds)
    string(APPEND declarations "extern const StepKind k_${kind}_step;\n")
    string(APPEND pointers "    &k_${kind}_step,\n")
endforeach()
set(step_kind_list ${CMAKE_CURRENT_BINARY_DIR}/step_kind_list.cpp)
file(CONFIGURE OUTPUT ${step_kind_list} CONTENT [[
// Generated from engine/steps/ by engine/steps.cmake.
#include "retouch/step_kind.hpp"

#include <algorithm>
#include <vector>

namespace retouch {

@declarations@
std::span<const StepKind *const> step_kinds() {
    static const std::vector<const StepKind *> kinds = [] {
        std::vector<const StepKind *> all = {
@pointers@        };
        std::ranges::stable_sort(all, {}, [](const StepKind *kind) { return kind->order; });
        return all;
    }();
    return kinds;
}

const StepKind *find_step_kind(std::string_view name) {
    for (const StepKind *kind : step_kinds())
        if (kind->name == name)
            return kind;
    return nullptr;
}

} // namespace retouch
]] @ONLY)

# Schemas become string literals in pieces below the compiler's limit for one literal.
set(embedded_schemas ${CMAKE_CURRENT_BINARY_DIR}/embedded_schemas.cpp)
set(entries "")
foreach(path ${CMAKE_SOURCE_DIR}/schemas/recipe.schema.json
             ${CMAKE_SOURCE_DIR}/schemas/configuration.schema.json
             ${CMAKE_SOURCE_DIR}/schemas/plan.schema.json ${kind_schemas})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    get_filename_component(name ${path} NAME_WE)
    if(EXISTS ${path})
        file(READ ${path} text)
    else()
        set(text "{}")
    endif()
    string(APPEND entries "    {\"${name}\", R\"schema(${text})schema\"},\n")
endforeach()
file(CONFIGURE OUTPUT ${embedded_schemas} CONTENT [[
// Generated from schemas/ by engine/steps.cmake.
#include "recipe/embedded_schemas.hpp"

namespace retouch {

namespace {
constexpr EmbeddedSchema k_schemas[] = {
@entries@};
} // namespace

std::span<const EmbeddedSchema> embedded_schemas() { return k_schemas; }

} // namespace retouch
]] @ONLY)
