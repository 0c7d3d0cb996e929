#pragma once
// Commands: each adds itself to the command line; one file per command in commands/.

#include "cli/context.hpp"

namespace CLI {
class App;
} // namespace CLI

namespace retouch::cli {

void add_apply(CLI::App &app, Context &context);
void add_check(CLI::App &app, Context &context);
void add_completion(CLI::App &app, Context &context);
void add_detach(CLI::App &app, Context &context);
void add_discard(CLI::App &app, Context &context);
void add_doctor(CLI::App &app, Context &context);
void add_drift(CLI::App &app, Context &context);
void add_export(CLI::App &app, Context &context);
void add_images(CLI::App &app, Context &context);
void add_import(CLI::App &app, Context &context);
void add_plan(CLI::App &app, Context &context);
void add_remove(CLI::App &app, Context &context);
void add_schema(CLI::App &app, Context &context);
void add_show(CLI::App &app, Context &context);
void add_version(CLI::App &app, Context &context);

} // namespace retouch::cli
