#!/bin/bash
# Installs the packages of Debian 12 or 13 that building, running or testing retouch needs. Does
# nothing, and asks for no rights, when all of them are there. Quiet unless something goes wrong.
#
# usage: tests/scripts/packages.sh SET...      sets: build run demo test package bench rig
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/stage.sh"

declare -A sets=(
    # The compiler, the libraries retouch is built from, and what configuring the tests looks for.
    [build]="g++ cmake ninja-build pkg-config ccache python3 catch2
        libyaml-cpp-dev nlohmann-json3-dev libvalijson-dev libfmt-dev libssl-dev libboost-dev
        libboost-filesystem-dev libdtl-dev libre2-dev libsqlite3-dev libsqlitecpp-dev libcli11-dev
        libguestfs-dev librbd-dev librados-dev libcurl4-openssl-dev
        libarchive-dev libseccomp-dev nettle-dev"
    # What the program starts: the disk server, the appliance with its kernel, the sandbox.
    [run]="libguestfs0 libguestfs-xfs qemu-system-x86 qemu-system-common qemu-utils
        qemu-block-extra linux-image-cloud-amd64 bubblewrap slirp4netns fuse3 mount util-linux
        e2fsprogs lvm2 ntfs-3g"
    # What makes the small real Debian image of the quickstart.
    [demo]="mmdebstrap e2fsprogs fdisk dpkg-dev"
    # What the tests use to look at results with other eyes, and the checkers of the sources.
    [test]="clang clang-format clang-tidy clang-tools libclang-rt-14-dev busybox-static
        guestfish guestfs-tools python3-yaml python3-jsonschema tmux cryptsetup-bin
        btrfs-progs xfsprogs dosfstools git patch procps iproute2 pre-commit jq libxml2-utils curl
        policycoreutils shellcheck apt-utils dpkg-dev gnupg gdisk fdisk zstd openssl"
    # What ./package makes the Debian package with, and looks at it with.
    [package]="dpkg-dev lintian mandoc man-db"
    # What the benchmark compares with.
    [bench]="guestfs-tools guestfish"
    # What tests/rig runs: Ceph, Keystone and Glance, without the packages that start them as services.
    [rig]="ceph-mon ceph-mgr ceph-osd ceph-common python3-rados python3-rbd python3-keystone
        uwsgi-core uwsgi-plugin-python3 python3-glance glance-common python3-openstackclient
        busybox-static fdisk e2fsprogs"
)

# What Debian 13 calls otherwise.
declare -A names_of_13=(
    [libguestfs0]=libguestfs0t64
    [libclang-rt-14-dev]=libclang-rt-19-dev
)

# Prints the number of this release of Debian, or of a system that says it is one.
release() (
    # shellcheck source=/dev/null
    source /etc/os-release 2>/dev/null
    echo "${VERSION_ID-}"
)

(($#)) || die "usage: ${0##*/} SET...   sets: ${!sets[*]}"
wanted=()
for name in "$@"; do
    [[ -n ${sets[$name]-} ]] || die "no package set '$name'; there are: ${!sets[*]}"
    read -r -d '' -a names <<<"${sets[$name]}" || true
    wanted+=("${names[@]}")
done
if [[ $(release) == 13* ]]; then
    for place in "${!wanted[@]}"; do
        wanted[place]=${names_of_13[${wanted[place]}]-${wanted[place]}}
    done
fi

# Prints those of the wanted packages that are not installed.
missing_packages() {
    local installed
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null |
        sed -n 's/^installed //p') || true
    comm -23 <(printf '%s\n' "${wanted[@]}" | sort -u) <(sort -u <<<"$installed")
}

apt() {
    as_root "Installing packages" env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

command -v apt-get >/dev/null || die "This needs Debian 12 or 13: there is no apt-get here."
mapfile -t missing < <(missing_packages)
((${#missing[@]})) || exit 0

say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! apt install --no-install-recommends "${missing[@]}" >"$log" 2>&1; then
    say "Refreshing the package lists and trying once more"
    apt update >>"$log" 2>&1 || true
    if ! apt install --no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
        tail -n 30 "$log" >&2
        die "The packages could not be installed; what apt-get said is above."
    fi
fi
