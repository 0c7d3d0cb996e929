# Runs doctor with these options and prints of it what does not depend on the machine it runs on.
retouch "$@" doctor >found
code=$?
sed -n -e '/^Configuration$/,/^$/p' -e '/^Image files$/,$p' -e '/^Ceph$/,$p' found |
    sed -e '/ copies  /d' -e '/for instant copies$/d' -e "/ qemu's RBD driver  /d" -e '/qemu-block-extra$/d' \
        -e 's/[0-9.]* [KMGT]iB free/N GiB free/' -e '/ checks: /d'
exit $code
