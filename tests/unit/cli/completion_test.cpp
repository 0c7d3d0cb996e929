#include "cli/completion_tree.hpp"

#include <catch2/catch.hpp>

using namespace retouch;

namespace {

using Kind = CompletionValue::Kind;

std::vector<CompletionCommand> small_tree() {
    return {
        {"", "the program", {{{"--quiet", "-q"}, "say less", {}}}, {}},
        {"plan",
         "it's [new]: look",
         {{{"--format"}, "form", {Kind::words, {"text", "json"}}},
          {{"--output", "-o"}, "where", {Kind::files, {}}}},
         {Kind::files, {}}},
        {"show", "one", {{{"--name"}, "which", {Kind::free, {}}}}, {}},
    };
}

} // namespace

TEST_CASE("completion for fish: a line for each command and option") {
    CHECK(fish_completion(small_tree()) ==
          R"(# fish completion for retouch, made by: retouch completion fish
complete -c retouch -f
complete -c retouch -l quiet -s q -d 'say less'
complete -c retouch -n __fish_use_subcommand -a plan -d 'it\'s [new]: look'
complete -c retouch -n '__fish_seen_subcommand_from plan' -l format -x -a 'text json' -d 'form'
complete -c retouch -n '__fish_seen_subcommand_from plan' -l output -s o -r -F -d 'where'
complete -c retouch -n '__fish_seen_subcommand_from plan' -F
complete -c retouch -n __fish_use_subcommand -a show -d 'one'
complete -c retouch -n '__fish_seen_subcommand_from show' -l name -x -d 'which'
)");
}

TEST_CASE("completion for zsh: descriptions cannot end their quotes or brackets") {
    CHECK(zsh_completion(small_tree()) ==
          R"(#compdef retouch
# zsh completion for retouch, made by: retouch completion zsh
_retouch() {
    local -a commands
    local state line
    commands=(
        'plan:it'\''s \[new\]\: look'
        'show:one'
    )
    _arguments -C \
        '--quiet[say less]' \
        '-q[say less]' \
        '1:command:->command' \
        '*::argument:->argument' && return
    case $state in
    command) _describe command commands ;;
    argument)
        case $words[1] in
            plan)
                _arguments \
                    '--quiet[say less]' \
                    '-q[say less]' \
                    '--format[form]:value:(text json)' \
                    '--output[where]:file:_files' \
                    '-o[where]:file:_files' \
                    '*:file:_files' && return ;;
            show)
                _arguments \
                    '--quiet[say less]' \
                    '-q[say less]' \
                    '--name[which]:value: ' \
                    && return ;;
        esac ;;
    esac
}
compdef _retouch retouch
)");
}
