# What is generated from folders: the list of step kinds, and the schemas embedded in the program.

# list_step_kinds(DIRECTORY SOURCES... SCHEMAS...): writes DIRECTORY/step_kind_list.cpp, a list of the
# kinds that SOURCES define, and DIRECTORY/embedded_schemas.cpp with the schemas of documents and
# SCHEMAS, those of the kinds.
function(list_step_kinds directory)
    cmake_parse_arguments(arg "" "" "SOURCES;SCHEMAS" ${ARGN})
    set(declarations "")
    set(pointers "")
    foreach(source IN LISTS arg_SOURCES)
        get_filename_component(kind ${source} NAME_WE)
        string(APPEND declarations "extern const StepKind k_${kind}_step;\n")
        string(APPEND pointers "            &steps::k_${kind}_step,\n")
    endforeach()
    file(CONFIGURE OUTPUT ${directory}/step_kind_list.cpp CONTENT [[
// Generated from engine/steps/ by engine/steps.cmake.
#include "retouch/step_kind.hpp"

#include <algorithm>
#include <vector>

namespace retouch {

namespace steps {
@declarations@} // namespace steps

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
    set(entries "")
    foreach(path ${CMAKE_SOURCE_DIR}/schemas/recipe.schema.json
                 ${CMAKE_SOURCE_DIR}/schemas/configuration.schema.json
                 ${CMAKE_SOURCE_DIR}/schemas/plan.schema.json ${arg_SCHEMAS})
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
        get_filename_component(name ${path} NAME_WE)
        file(READ ${path} text)
        string(APPEND entries "    {\"${name}\", R\"schema(${text})schema\"},\n")
    endforeach()
    file(CONFIGURE OUTPUT ${directory}/embedded_schemas.cpp CONTENT [[
// Generated from schemas/ by engine/steps.cmake.
#include "recipe/schema/embedded_schemas.hpp"

namespace retouch::recipe {

namespace {
constexpr EmbeddedSchema k_schemas[] = {
@entries@};
} // namespace

std::span<const EmbeddedSchema> embedded_schemas() { return k_schemas; }

} // namespace retouch::recipe
]] @ONLY)
endfunction()

file(GLOB kind_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/steps/*.cpp)
file(GLOB kind_schemas CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/schemas/steps/*.json)
foreach(source IN LISTS kind_sources)
    get_filename_component(kind ${source} NAME_WE)
    foreach(sibling schemas/steps/${kind}.json docs/steps/${kind}.md tests/steps/${kind})
        if(NOT EXISTS ${CMAKE_SOURCE_DIR}/${sibling})
            message(FATAL_ERROR "step kind '${kind}' has no ${sibling}; see docs/adding-a-step.md")
        endif()
    endforeach()
endforeach()
list_step_kinds(${CMAKE_CURRENT_BINARY_DIR} SOURCES ${kind_sources} SCHEMAS ${kind_schemas})
