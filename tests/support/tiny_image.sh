#!/bin/bash
# Makes a tiny guest image for tests in about a second, without root: a raw disk with one Linux
# partition holding busybox and the few files by which a Debian 12 is known. It does not boot.
#
#   tiny_image.sh OUT.raw [OPTION...]
#
#   --table mbr|gpt|none   partition table (mbr); none puts the filesystem on the whole disk
#   --size MIB             size of the disk (64)
#   --roots N              that many partitions with an operating system each (1)
#   --add DIR              copied over the root directory
#   --root-hook SCRIPT     bash script, run in the root directory before the filesystem is made
set -euo pipefail

usage() {
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0" >&2
    exit 64
}

[ $# -ge 1 ] || usage
out=$1
shift
table=mbr size=64 roots=1 add='' hook=''
while [ $# -gt 0 ]; do
    [ $# -ge 2 ] || usage
    case $1 in
    --table) table=$2 ;;
    --size) size=$2 ;;
    --roots) roots=$2 ;;
    --add) add=$2 ;;
    --root-hook) hook=$2 ;;
    *) usage ;;
    esac
    shift 2
done

PATH=$PATH:/usr/sbin:/sbin
busybox=$(command -v busybox) || {
    echo "tiny_image.sh: busybox is missing; install the package busybox-static" >&2
    exit 69
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

mkdir -p "$root"/{bin,sbin,usr/bin,usr/sbin,usr/lib,etc/init.d,root,home,var/log,var/lib,var/tmp,run,proc,sys,dev,opt}
mkdir -m 1777 "$root/tmp"
chmod 1777 "$root/var/tmp"
chmod 0700 "$root/root"
ln -s ../run "$root/var/run"
cp "$busybox" "$root/bin/busybox"
chmod 0755 "$root/bin/busybox"
for applet in $("$busybox" --list); do
    case $applet in busybox) continue ;; esac
    ln -s busybox "$root/bin/$applet"
done
ln -s /bin/env "$root/usr/bin/env"

cat >"$root/etc/os-release" <<'END'
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
HOME_URL="https://www.debian.org/"
END
cat >"$root/etc/passwd" <<'END'
root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/bin/false
debian:x:1000:1000:Debian:/home/debian:/bin/sh
nobody:x:65534:65534:nobody:/:/bin/false
END
cat >"$root/etc/group" <<'END'
root:x:0:
daemon:x:1:
adm:x:4:debian
debian:x:1000:
nogroup:x:65534:
END
printf 'root:*:19000:0:99999:7:::\ndebian:!:19000:0:99999:7:::\n' >"$root/etc/shadow"
chmod 0640 "$root/etc/shadow"
echo 'tiny' >"$root/etc/hostname"
printf '127.0.0.1\tlocalhost\n' >"$root/etc/hosts"
printf '# as the image was delivered\nnameserver 192.0.2.1\n' >"$root/etc/resolv.conf"
: >"$root/etc/fstab"
printf 'boot\n' >"$root/var/log/messages"
if [ -n "$add" ]; then cp -a "$add"/. "$root"/; fi
if [ -n "$hook" ]; then (cd "$root" && bash -euc "$hook"); fi

rm -f "$out"
truncate -s "${size}M" "$out"
# As Debian 12 makes them, whatever release this is.
features=^metadata_csum_seed,^orphan_file
case $table in
none)
    mkfs.ext4 -q -F -O "$features" -E root_owner=0:0,lazy_itable_init=1 -d "$root" "$out"
    exit 0
    ;;
mbr) label=dos ;;
gpt) label=gpt ;;
*) usage ;;
esac
# Partitions of equal size from 1 MiB on; the last MiB stays free for the second GPT.
each=$(((size - 2) / roots))
{
    echo "label: $label"
    for ((i = 0; i < roots; ++i)); do
        echo "start=$((1 + i * each))MiB, size=${each}MiB, type=linux"
    done
} | sfdisk -q "$out"
for ((i = 0; i < roots; ++i)); do
    mkfs.ext4 -q -F -O "$features" -E "root_owner=0:0,lazy_itable_init=1,offset=$(((1 + i * each) * 1048576))" \
        -d "$root" "$out" "${each}M"
done
