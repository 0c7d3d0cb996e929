#!/bin/bash
# Prints where this machine gets Debian from, as one-line sources of another release of it.
#
# usage: tests/scripts/debian-sources.sh SUITE       as in bookworm, trixie
set -euo pipefail

suite=$1
own=$(
    # shellcheck source=/dev/null
    source /etc/os-release 2>/dev/null
    echo "${VERSION_CODENAME-}"
)
apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' \
    'Created-By: Packages' 'Origin: Debian' 2>/dev/null |
    sed -nE "s/ $own(-updates|-security)? / $suite\1 /p" | grep . ||
    echo "deb http://deb.debian.org/debian $suite main"
