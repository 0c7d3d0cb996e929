# Sourced by quickstart, test and the scripts here: announcing stages, running them quietly, and
# becoming root where that is needed. It does no work of its own.

# say TEXT: one line for people.
say() { printf '%s\n' "$*" >&2; }

# die TEXT...: one line per argument, then out.
die() {
    printf '%s\n' "$@" >&2
    exit 1
}

# stage TITLE COMMAND...: runs quietly and prints one line with the time. When it fails, its whole
# output follows, at most the last 200 lines, and stage returns its exit status.
stage() {
    local title=$1 log status=0 started=$SECONDS
    shift
    log=$(mktemp)
    [[ -t 2 ]] && printf '%-44s' "$title" >&2
    "$@" </dev/null >"$log" 2>&1 || status=$?
    [[ -t 2 ]] || printf '%-44s' "$title" >&2
    if ((status == 0)); then
        printf ' ok      %4d s\n' $((SECONDS - started)) >&2
    else
        printf ' FAILED  %4d s\n' $((SECONDS - started)) >&2
        tail -n 200 "$log" >&2
    fi
    rm -f "$log"
    return "$status"
}

# as_root WHY COMMAND...: runs a command as root, through sudo when we are not. WHY completes the
# sentence "... needs root" for the message when neither is possible.
as_root() {
    local why=$1
    shift
    if ((EUID == 0)); then
        "$@"
    elif ! command -v sudo >/dev/null; then
        die "$why needs root, and sudo is not installed." \
            "Run this as root, or install sudo and allow $(id -un) to use it."
    elif ! sudo -n true 2>/dev/null && ! : 2>/dev/null </dev/tty; then
        die "$why needs root, and sudo cannot ask for a password here." "Run this as root."
    else
        sudo -- "$@"
    fi
}
