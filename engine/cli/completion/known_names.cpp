// Known names. The time limit is a signal to ourselves: whatever waits in the program ends then.

#include "cli/completion/known_names.hpp"

#include "catalog/glance/clouds.hpp"
#include "cli/workspace.hpp"
#include "retouch/error.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <iterator>
#include <mutex>
#include <thread>

namespace retouch::cli {

namespace {

constexpr std::chrono::seconds k_patience(1);

/// Ends what the process does when it takes too long, unless it is destroyed before.
class TimeLimit {
  public:
    TimeLimit()
        : thread_([this](const std::stop_token &stop) {
              std::unique_lock lock(mutex_);
              if (!ended_.wait_for(lock, stop, k_patience, [&] { return stop.stop_requested(); }))
                  static_cast<void>(std::raise(SIGTERM));
          }) {}

  private:
    std::mutex mutex_;
    std::condition_variable_any ended_;
    std::jthread thread_;
};

void take(const GivenOptions &given, Context &context) {
    const auto value = [&](const char *name, std::string &option) {
        if (const auto found = given.find(name); found != given.end())
            option = found->second;
    };
    value("catalog", context.global.catalog);
    value("config", context.global.config);
    value("os-cloud", context.global.os_cloud);
}

std::vector<Candidate> images(Context &context) {
    const Workspace workspace(context);
    const CatalogSettings &settings = workspace.catalog();
    if (!settings.auth_command.empty())
        return {};
    const TimeLimit limit;
    std::vector<Candidate> names;
    std::vector<Candidate> ids;
    for (const Image &image : view_catalog(settings, context)->images()) {
        if (!image.hidden)
            names.push_back({image.name, ""});
        ids.push_back({image.id, image.name});
    }
    std::ranges::sort(names, {}, &Candidate::word);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    std::ranges::move(ids, std::back_inserter(names));
    return names;
}

std::vector<Candidate> catalogs(Context &context) {
    const Workspace workspace(context);
    std::vector<Candidate> names;
    for (const CatalogSettings &settings : workspace.catalogs())
        names.push_back(
            {settings.name, settings.type == CatalogSettings::Type::local ? "local" : "glance"});
    return names;
}

std::vector<Candidate> clouds(const Context &context) {
    const Environment &environment = context.environment;
    std::vector<Candidate> names;
    for (std::string &name : catalog::cloud_names(
             [&](const std::string &variable) { return environment.get(variable); },
             environment.directory()))
        names.push_back({std::move(name), ""});
    return names;
}

} // namespace

NameSources known_names(Context &context) {
    const auto quietly = [&context](auto names) {
        return [&context, names](const GivenOptions &given) -> std::vector<Candidate> {
            try {
                take(given, context);
                return names(context);
            } catch (const std::exception &) {
                return {};
            }
        };
    };
    return {quietly(images), quietly(catalogs), quietly(clouds)};
}

} // namespace retouch::cli
