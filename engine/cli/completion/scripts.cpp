// Completion scripts. Names of images come from servers: the shell quotes them, or they are left
// out, so that none is ever read as code. The program is the one in PATH, not one that lies where
// somebody happens to be.

#include "cli/completion/scripts.hpp"

namespace retouch::cli {

namespace {

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

} // namespace

std::string completion_script(const std::string &shell) {
    if (shell == "zsh")
        return k_zsh;
    return shell == "fish" ? k_fish : k_bash;
}

} // namespace retouch::cli
