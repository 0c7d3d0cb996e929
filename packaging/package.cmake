# Read by cpack before it makes a package: what the Debian package depends on.
#
# dpkg-shlibdeps finds the libraries the program is linked with, and by the module late_libraries
# those it loads later. Programs that it starts are named here; `retouch doctor` looks for the same.

if(NOT CPACK_GENERATOR STREQUAL "DEB")
    return()
endif()

# It wants a source package around it, whose control file says nothing here.
set(work ${CPACK_RETOUCH_BINARY_DIR}/shlibdeps)
file(MAKE_DIRECTORY ${work}/debian)
file(WRITE ${work}/debian/control "Source: retouch\nPackage: retouch\nArchitecture: any\n")
execute_process(
    COMMAND dpkg-shlibdeps -O -e${CPACK_RETOUCH_PROGRAM} -e${CPACK_RETOUCH_LATE_LIBRARIES}
    WORKING_DIRECTORY ${work}
    OUTPUT_VARIABLE libraries
    OUTPUT_STRIP_TRAILING_WHITESPACE
    ERROR_VARIABLE said
    RESULT_VARIABLE status)
if(status)
    message(FATAL_ERROR "dpkg-shlibdeps failed: ${said}")
endif()
string(REGEX REPLACE "^shlibs:Depends=" "" libraries "${libraries}")

# qemu-storage-daemon is in qemu-system-common of Debian 12 and in qemu-utils of Debian 13, qemu-img in
# qemu-utils of both.
set(programs "bubblewrap, fdisk, fuse3, qemu-system-common, qemu-utils")
set(CPACK_DEBIAN_PACKAGE_DEPENDS "${libraries}, ${programs}")
# The appliance is built from the kernel of this host (any will do) and libguestfs, without which the
# host guest works on; network for commands; images in Ceph; images on XFS; servers with certificates.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS
    "linux-image-amd64 | linux-image-generic, libguestfs-xfs, slirp4netns, qemu-block-extra, ca-certificates")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "ceph-common, python3-openstackclient")
