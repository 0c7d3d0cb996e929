// memory_hog KIND [MIB]: takes memory without end, or that much, in one of the ways a limit of
// single processes does not see. Static, so that it runs in a guest without libraries. It holds
// what it got for a while and prints when it was not ended.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <new>
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
constexpr unsigned k_held_seconds = 20;
constexpr std::size_t k_endless = ~std::size_t{0};

const pid_t leader = getpid();

/// What may still be taken, by all processes together.
std::atomic<std::size_t> *left_to_take = nullptr;

/// What was got stays for so long that whoever counts must have seen it.
void hold() {
    if (left_to_take->load() != k_endless)
        sleep(k_held_seconds);
}

bool may_take(std::size_t size) {
    if (left_to_take->load() == k_endless)
        return true;
    std::size_t left = left_to_take->load();
    while (left >= size)
        if (left_to_take->compare_exchange_weak(left, left - size))
            return true;
    return false;
}

char *pages(std::size_t size, int protection, int flags) {
    void *place = mmap(nullptr, size, protection, flags | MAP_NORESERVE, -1, 0);
    return place == MAP_FAILED ? nullptr : static_cast<char *>(place);
}

bool take(std::size_t size, int flags) {
    if (!may_take(size))
        return false;
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
    while (may_take(16 * k_mib)) {
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
        for (std::size_t at = 0; at < block; at += reach) {
            if (!may_take(4096))
                return;
            seen = place[at];
        }
    }
    static_cast<void>(seen);
}

void fill(int end) {
    static const std::array<char, 4096> bytes{};
    fcntl(end, F_SETFL, O_NONBLOCK);
    while (may_take(bytes.size()) && write(end, bytes.data(), bytes.size()) > 0) {
    }
}

void pipes() {
    std::array<int, 2> ends{};
    while (may_take(4096) && pipe(ends.data()) == 0)
        fill(ends[1]);
}

void sockets() {
    std::array<int, 2> ends{};
    while (may_take(4096) && socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0)
        fill(ends[0]);
}

void fill_file(int end) {
    static const std::array<char, 65536> bytes{};
    while (may_take(bytes.size()) && write(end, bytes.data(), bytes.size()) > 0) {
    }
}

void temporary_files() {
    for (const char *path : {"/dev/shm/hog", "/run/hog"})
        fill_file(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600));
}

/// Each a file that has no name and is mapped nowhere.
void files_without_names() {
    constexpr std::size_t size = 16 * k_mib;
    static const std::array<char, 65536> bytes{};
    for (int end = 0; may_take(size) && (end = memfd_create("hog", 0)) >= 0;)
        for (std::size_t written = 0; written < size; written += bytes.size())
            static_cast<void>(!write(end, bytes.data(), bytes.size()));
}

/// The descriptors are gone, the mappings stay.
void mapped_files_without_names() {
    for (int end = 0; may_take(k_mib) && (end = memfd_create("hog", 0)) >= 0; close(end)) {
        void *place = ftruncate(end, k_mib) == 0
                          ? mmap(nullptr, k_mib, PROT_READ | PROT_WRITE, MAP_SHARED, end, 0)
                          : MAP_FAILED;
        if (place == MAP_FAILED)
            return;
        std::memset(place, 'x', k_mib);
    }
}

/// An eighth of what may be taken in each of them, and then the rest.
void several_ways_at_once() {
    const std::size_t all = left_to_take->load();
    for (void (*way)() : {one_process, shared_pages, segments, temporary_files}) {
        left_to_take->store(all / 8);
        way();
    }
    left_to_take->store(all / 2);
    files_without_names();
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
    while (left_to_take->load() == k_endless && wait(nullptr) > 0) {
    }
}

/// `place` is seen by many processes, all at once.
void show_to_many(const char *place, std::size_t size) {
    constexpr int many = 8;
    volatile char seen = 0;
    for (int number = 0; number < many && fork() != 0; ++number) {
    }
    for (std::size_t at = 0; place != nullptr && at < size; at += 4096)
        seen = place[at];
    static_cast<void>(seen);
    sleep(2);
    if (getpid() != leader)
        _exit(0);
    while (wait(nullptr) > 0) {
    }
}

void shown(int flags, int file) {
    const std::size_t size = left_to_take->exchange(0);
    void *place = mmap(nullptr, size, PROT_READ | PROT_WRITE, flags, file, 0);
    if (place == MAP_FAILED)
        return;
    std::memset(place, 'x', size);
    show_to_many(static_cast<char *>(place), size);
}

void shared_by_many() {
    shown(MAP_SHARED | MAP_ANONYMOUS, -1);
}

void kept_by_many() {
    shown(MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

void mapped_temporary_file() {
    const int end = open("/dev/shm/hog", O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (ftruncate(end, static_cast<off_t>(left_to_take->load())) == 0)
        shown(MAP_SHARED, end);
    unlink("/dev/shm/hog");
}

void little() {
    static_cast<void>(take(8 * k_mib, MAP_PRIVATE));
}

struct Way {
    std::string_view name;
    void (*take)();
    bool in_many = false;
    bool held = true; ///< else it holds what it takes for as long as it means to
};

constexpr std::array k_ways = {
    Way{"one process", one_process},
    Way{"many small processes", little, true},
    Way{"shared pages", shared_pages},
    Way{"segments of shared memory", segments},
    Way{"page tables", page_tables},
    Way{"pipes", pipes, true},
    Way{"sockets", sockets, true},
    Way{"temporary files", temporary_files},
    Way{"files without names", files_without_names},
    Way{"mapped files without names", mapped_files_without_names},
    Way{"several ways at once", several_ways_at_once},
    Way{"pages shared by many", shared_by_many, false, false},
    Way{"memory kept by many", kept_by_many, false, false},
    Way{"a mapped temporary file", mapped_temporary_file, false, false},
};

} // namespace

int main(int count, char **words) {
    void *place = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    const std::size_t most = count == 3 ? std::strtoull(words[2], nullptr, 10) * k_mib : k_endless;
    left_to_take = new (place) std::atomic<std::size_t>(most);
    for (const Way &way : k_ways) {
        if (count < 2 || way.name != words[1])
            continue;
        if (way.in_many)
            in_many(way.take);
        else
            way.take();
        if (way.held)
            hold();
        std::puts("there was no more to be had");
        return 0;
    }
    return 64;
}
