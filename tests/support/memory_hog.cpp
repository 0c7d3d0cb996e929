// memory_hog KIND: takes memory without end, in one of the ways a limit of single processes does
// not see. Static, so that it runs in a guest without libraries. It prints when it got less.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr std::size_t k_mib = std::size_t{1} << 20;
constexpr int k_most_processes = 1000;

char *pages(std::size_t size, int protection, int flags) {
    void *place = mmap(nullptr, size, protection, flags | MAP_NORESERVE, -1, 0);
    return place == MAP_FAILED ? nullptr : static_cast<char *>(place);
}

bool take(std::size_t size, int flags) {
    char *place = pages(size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS);
    if (place != nullptr)
        std::memset(place, 'x', size);
    return place != nullptr;
}

void one_process() {
    while (take(k_mib, MAP_PRIVATE)) {
    }
}

void shared_pages() {
    while (take(k_mib, MAP_SHARED)) {
    }
}

/// What a process leaves behind when it is ended.
void segments() {
    for (;;) {
        const int segment = shmget(IPC_PRIVATE, 16 * k_mib, IPC_CREAT | 0600);
        void *place = segment < 0 ? nullptr : shmat(segment, nullptr, 0);
        if (place == nullptr)
            return;
        std::memset(place, 'x', 16 * k_mib);
        shmdt(place);
    }
}

/// Reads one page of each table's reach: the pages are all the same one, the tables are not.
void page_tables() {
    constexpr std::size_t reach = 2 * k_mib;
    constexpr std::size_t block = std::size_t{1} << 40;
    volatile char seen = 0;
    while (const char *place = pages(block, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS)) {
        madvise(const_cast<char *>(place), block, MADV_NOHUGEPAGE);
        for (std::size_t at = 0; at < block; at += reach)
            seen = place[at];
    }
    static_cast<void>(seen);
}

void fill(int end) {
    static const std::array<char, 4096> bytes{};
    fcntl(end, F_SETFL, O_NONBLOCK);
    while (write(end, bytes.data(), bytes.size()) > 0) {
    }
}

void pipes() {
    std::array<int, 2> ends{};
    while (pipe(ends.data()) == 0)
        fill(ends[1]);
}

void sockets() {
    std::array<int, 2> ends{};
    while (socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0)
        fill(ends[0]);
}

void file(const char *path) {
    static const std::array<char, 65536> bytes{};
    const int end = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    while (write(end, bytes.data(), bytes.size()) > 0) {
    }
}

/// `way` in many processes, each another user. They stay.
void in_many(void (*way)()) {
    const rlimit most{65536, 65536};
    setrlimit(RLIMIT_NOFILE, &most);
    for (int number = 0; number < k_most_processes; ++number) {
        if (fork() != 0)
            continue;
        static_cast<void>(!setuid(static_cast<uid_t>(2000 + number)));
        way();
        for (;;)
            pause();
    }
    while (wait(nullptr) > 0) {
    }
}

void little() {
    static_cast<void>(take(8 * k_mib, MAP_PRIVATE));
}

} // namespace

int main(int count, char **words) {
    const std::string_view kind = count == 2 ? words[1] : "";
    if (kind == "one process")
        one_process();
    else if (kind == "many small processes")
        in_many(little);
    else if (kind == "shared pages")
        shared_pages();
    else if (kind == "segments of shared memory")
        segments();
    else if (kind == "page tables")
        page_tables();
    else if (kind == "pipes")
        in_many(pipes);
    else if (kind == "sockets")
        in_many(sockets);
    else if (kind == "temporary files") {
        file("/dev/shm/hog");
        file("/run/hog");
    } else
        return 64;
    std::puts("there was no more to be had");
}
