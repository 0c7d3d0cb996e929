// The runner's text. It uses only what libguestfs' appliance holds: bash, coreutils and util-linux.
// The job sets: writable network limit bound shell directory hostname machine environment
// policy policy_path script_path capabilities.

#include "guest/appliance/runner.hpp"

namespace retouch {

const std::string_view k_runner = R"runner(
set -u
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
umask 022
root=/sysroot
work=/dev/shm/retouch
. /dev/shm/retouch-job

fail() { # KEY DETAIL: why the command was not started
    printf 'failed %s\ndetail %s\n' "$1" "$(printf %s "$2" | base64 -w0)"
    exit 0
}

resolve() { # PATH: sets REPLY to it without links, resolved inside the guest
    local ahead=$1 name target links=0
    REPLY=
    while [ -n "$ahead" ]; do
        name=${ahead%%/*}
        if [ "$name" = "$ahead" ]; then ahead=; else ahead=${ahead#*/}; fi
        case $name in
        '' | .) continue ;;
        ..) REPLY=${REPLY%/*}; continue ;;
        esac
        if [ ! -L "$root$REPLY/$name" ]; then REPLY=$REPLY/$name; continue; fi
        links=$((links + 1))
        [ $links -le 40 ] || return 1
        target=$(readlink -n -- "$root$REPLY/$name"; echo x)
        target=${target%x}
        case $target in /*) REPLY= ;; esac
        ahead=$target/$ahead
    done
    REPLY=${REPLY:-/}
}

made=() # what was made in the guest to mount over, taken away again by unmake
ensure() { # f|d PATH: sets REPLY to the resolved path, which exists then
    local point parent n=${#made[@]}
    resolve "$2" || fail mountpoint "$2"
    point=$root$REPLY
    if [ -e "$point" ]; then return; fi
    parent=${point%/*}
    touch -r "$parent" "$work/before.$n" 2>/dev/null || fail mountpoint "$REPLY"
    if [ "$1" = d ]; then
        mkdir -m 755 -- "$point" 2>/dev/null || fail mountpoint "$REPLY"
    else
        { : >"$point"; } 2>/dev/null || fail mountpoint "$REPLY"
    fi
    touch -r "$parent" "$work/after.$n"
    made+=("$1$point")
}

unmake() {
    local n point parent
    for ((n = ${#made[@]} - 1; n >= 0; --n)); do
        point=${made[n]:1}
        parent=${point%/*}
        touch -r "$parent" "$work/now"
        if [ "${made[n]:0:1}" = d ]; then
            rmdir -- "$point" || continue
        else
            [ -f "$point" ] && [ ! -s "$point" ] && rm -- "$point" || continue
        fi
        if [ "$(stat -c %y "$work/now")" = "$(stat -c %y "$work/after.$n")" ]; then
            touch -r "$work/before.$n" "$parent"
        else
            touch -r "$work/now" "$parent"
        fi
    done 2>/dev/null
}

make_skeleton() { # /dev of a command, made once
    mkdir -p "$work/dev/pts" "$work/dev/shm"
    chmod 1777 "$work/dev/shm"
    cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty "$work/dev"
    chmod 666 "$work"/dev/{null,zero,full,random,urandom,tty}
    ln -s /proc/self/fd "$work/dev/fd"
    ln -s /proc/self/fd/0 "$work/dev/stdin"
    ln -s /proc/self/fd/1 "$work/dev/stdout"
    ln -s /proc/self/fd/2 "$work/dev/stderr"
    ln -s /proc/kcore "$work/dev/core"
    ln -s pts/ptmx "$work/dev/ptmx"
    printf %s "$policy" >"$work/policy"
    chmod 755 "$work/policy"
    mkfifo "$work/out" "$work/err" "$work/going"
}

# The first process of the command's namespaces; it only waits, because its end is theirs.
inside() {
    local device point
    read -r first _ </proc/self/stat
    echo "$first" >"$work/first"
    echo "$hostname" >/proc/sys/kernel/hostname
    if [ "$network" = 0 ]; then ip link set lo up; fi
    if [ "$writable" = 0 ]; then
        while read -r device point _; do
            case $point in
            "$root" | "$root"/*) mount -o remount,bind,ro "$(printf %b "$point")" || return ;;
            esac
        done </proc/mounts
    fi
    mount -t proc -o nosuid,nodev,noexec proc "$root$proc" &&
        mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$root$sys" &&
        mount -t tmpfs -o mode=755,nosuid tmpfs "$root$dev" &&
        cp -a "$work/dev/." "$root$dev/" &&
        mount -t devpts -o newinstance,ptmxmode=0666,mode=620,nosuid,noexec devpts "$root$dev/pts" &&
        mount -t tmpfs -o mode=755,nosuid,nodev tmpfs "$root$run" &&
        mkdir -m 1777 "$root$run/lock" &&
        install -D -m 500 /dev/shm/retouch-script "$root$run/retouch/script" || return
    if [ -n "$resolver" ]; then
        case $resolver in
        "$run"/*) install -D -m 644 /etc/resolv.conf "$root$resolver" || return ;;
        *) mount -o bind,ro /etc/resolv.conf "$root$resolver" || return ;;
        esac
    fi
    if [ -n "$services" ]; then mount -o bind,ro "$work/policy" "$root$services" || return; fi
    echo "${EPOCHREALTIME/./}" >&5
    env -i "${environment[@]}" setarch "$machine" setpriv --no-new-privs --inh-caps=-all \
        --bounding-set="$capabilities" unshare --root="$root" --wd="$directory" \
        "$shell" "$script_path" </dev/null >"$work/out" 2>"$work/err" 5<&-
    echo $? >"$work/status"
}

keep() { # NAME: counts what comes in and keeps its end
    { tee /dev/fd/3 | tail -c "$bound" >"$work/$1.tail"; } 3>&1 | wc -c >"$work/$1.count"
}

gone() { # PID: it has ended, and with it its namespace
    local stat
    { read -r stat </proc/"$1"/stat; } 2>/dev/null || return 0
    case $stat in *') Z '* | *') X '*) return 0 ;; esac
    return 1
}

if [ ! -e "$work/err" ]; then make_skeleton; fi
rm -f "$work/first" "$work/status" "$work"/{before,after}.*

resolve "$shell" && [ -f "$root$REPLY" ] && [ -x "$root$REPLY" ] || fail shell ''
resolve "$directory" || fail directory ''
case $REPLY/ in
/dev/* | /proc/* | /sys/* | /run/*) ;;
*) [ -d "$root$REPLY" ] || fail directory '' ;;
esac
trap unmake EXIT
ensure d /run; run=$REPLY
ensure d /proc; proc=$REPLY
ensure d /dev; dev=$REPLY
ensure d /sys; sys=$REPLY
resolver= services=
if [ "$network" = 1 ]; then
    resolve /etc/resolv.conf || fail mountpoint /etc/resolv.conf
    case $REPLY in
    "$run"/*) resolver=$REPLY ;;
    *) if [ "$writable" = 1 ] || [ -e "$root$REPLY" ]; then ensure f "$REPLY"; resolver=$REPLY; fi ;;
    esac
fi
if resolve "$policy_path" && [ -e "$root$REPLY" ]; then
    services=$REPLY
elif [ "$writable" = 1 ] && [ -e "$root/usr/sbin/invoke-rc.d" ]; then
    ensure f "$policy_path"
    services=$REPLY
fi

# While 8 and 9 hold both ends no side waits for the other to open; the readers hold only theirs.
exec 8<>"$work/out" 9<>"$work/err" 6<"$work/out" 7<"$work/err"
keep out <&6 6<&- 7<&- 8<&- 9<&- &
readers=$!
keep err <&7 6<&- 7<&- 8<&- 9<&- &
readers="$readers $!"
exec 6<&- 7<&-
if [ "$network" = 1 ]; then net=; else net=--net; fi
export -f inside
export root work writable network hostname machine directory shell script_path capabilities
export proc dev sys run resolver services
exec 5<>"$work/going"
{
    unshare --mount --pid --ipc --uts $net --fork --kill-child=KILL --propagation private \
        bash -c '. /dev/shm/retouch-job; inside' </dev/null >"$work/said" 2>&1 8<&- 9<&-
    echo over >&5
} &
command=$!
# The time limit is for the command, not for getting it started.
read -r -t 60 began <&5 || began=over
late=0
if [ "$began" != over ]; then
    sleep "$limit" 8<&- 9<&- &
    alarm=$!
    wait -n "$command" "$alarm"
    ended=${EPOCHREALTIME/./}
    if kill -KILL "$alarm" 2>/dev/null; then :; else late=1; fi
fi
if [ -e "$work/first" ]; then
    read -r first <"$work/first"
    if gone "$first"; then late=0; else kill -KILL "$first"; fi
    for ((n = 0; n < 3000; ++n)); do
        if gone "$first"; then break; fi
        sleep 0.01
    done
fi
wait "$command"
exec 8<&- 9<&-
wait $readers
if [ "$began" = over ]; then fail start "$(tail -c 1000 "$work/said")"; fi
if [ $late = 0 ] && [ ! -s "$work/status" ]; then fail start 'it was ended from outside'; fi
if [ $late = 0 ]; then printf 'status %s\n' "$(<"$work/status")"; fi
printf 'microseconds %s\n' $((ended - began))
printf 'out_total %s\nout %s\n' "$(<"$work/out.count")" "$(base64 -w0 "$work/out.tail")"
printf 'err_total %s\nerr %s\n' "$(<"$work/err.count")" "$(base64 -w0 "$work/err.tail")"
)runner";

} // namespace retouch
