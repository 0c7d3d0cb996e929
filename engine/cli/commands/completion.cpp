// retouch completion: a script that teaches a shell to complete the words of this program. It holds
// none of them and asks (see run.cpp), so one installed long ago still knows every option. Names of
// images come from servers: the shell quotes them, or they are left out, so none is read as code.

#include "cli/arguments.hpp"
#include "cli/commands.hpp"

namespace retouch::cli {

namespace {

// The program is the one in PATH, not one that lies where somebody happens to be.

constexpr const char *k_bash = R"(# bash completion for retouch, made by: retouch completion bash
_retouch() {
    local -a words=()
    local word glued= quote= form current index
    # A colon ends a word for bash, but not a name.
    for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
        if [[ ( $word == : || $glued ) && ${#words[@]} -gt 0 ]]; then
            words[-1]+=$word
        else
            words+=("$word")
        fi
        glued=
        [[ $word != : ]] || glued=yes
    done
    for index in "${!words[@]}"; do
        word=${words[index]}
        case $word in
        [\"\']*) quote=${word:0:1} word=${word:1} word=${word%"$quote"} ;;
        *) quote= word=${word//\\/} ;;
        esac
        words[index]=$word
    done
    current=${words[-1]}
    COMPREPLY=()
    {
        read -r form
        while IFS=$'\t' read -r word _; do
            [[ $COMP_WORDBREAKS != *:* ]] || word=${word#"${current%"${current##*:}"}"}
            case $quote in
            \") [[ $word != *[\"\$\`\\!]* ]] || continue ;;
            \') [[ $word != *\'* ]] || continue ;;
            *) printf -v word %q "$word" ;;
            esac
            COMPREPLY+=("$word")
        done
    } < <(command retouch __complete "${words[@]}" 2>/dev/null)
    if [[ $form == files ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    fi
}
complete -F _retouch retouch
)";

constexpr const char *k_zsh = R"(#compdef retouch
# zsh completion for retouch, made by: retouch completion zsh
_retouch() {
    local -a found values shown
    found=("${(@f)$(command retouch __complete "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    if [[ $found[1] == files ]]; then
        [[ $PREFIX != --*=* ]] || compset -P '*='
        _files
        return
    fi
    shift found
    values=("${(@)found%%$'\t'*}")
    shown=("${(@)${(@)found%$'\t'}/$'\t'/  -- }")
    compadd -l -d shown -a values
}
compdef _retouch retouch
)";

constexpr const char *k_fish = R"(# fish completion for retouch, made by: retouch completion fish
function __retouch_complete
    set -l words (commandline -opc)
    set -e words[1]
    set -l current (string unescape -- (commandline -ct))
    or set current (commandline -ct)
    set -l found (command retouch __complete $words "$current" 2>/dev/null)
    if test "$found[1]" = files
        set -l before (string match -r -- '^--[^=]*=' "$current")
        for path in (__fish_complete_path (string replace -- "$before" '' "$current"))
            echo "$before$path"
        end
    else
        set -e found[1]
        printf '%s\n' $found
    end
end
complete -c retouch -f -a '(__retouch_complete)'
)";

/// `shell` is bash, zsh or fish.
std::string completion_script(const std::string &shell) {
    if (shell == "zsh")
        return k_zsh;
    return shell == "fish" ? k_fish : k_bash;
}

} // namespace

void add_completion(CLI::App &app, Context &context) {
    Command command(app, "completion", "Print a completion script for a shell.",
                    "retouch completion bash > /etc/bash_completion.d/retouch\n"
                    "retouch completion fish > ~/.config/fish/completions/retouch.fish");
    const auto shell = std::make_shared<std::string>();
    command.argument_of("SHELL", *shell, {"bash", "zsh", "fish"}, "bash, zsh or fish");
    command.action(context, [shell, &context] {
        context.console.out(completion_script(*shell));
        return 0;
    });
}

} // namespace retouch::cli
