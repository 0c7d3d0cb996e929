#include "store/image_file.hpp"

#include "unit/store/disk_files.hpp"

using namespace retouch;
using namespace retouch::test;

namespace {

constexpr const char *k_fetch_again =
    "\nhint: fetch it again and compare its size and checksum with what its publisher states";
constexpr const char *k_give_a_disk = "\nhint: give a raw or qcow2 disk image";

store::ImageFile probe(const std::filesystem::path &path) {
    const base::UniqueFd fd = base::open_regular_file(path);
    return store::probe_image(fd.get(), path);
}

std::string refusal(const Scratch &scratch, const std::filesystem::path &path) {
    return error_of(scratch.path(), [&] { static_cast<void>(probe(path)); });
}

/// What is said of a file of 2 MiB with `bytes` at `offset`.
std::string refusal_of(const Scratch &scratch, std::uint64_t offset, std::string_view bytes) {
    return refusal(scratch, make_file(scratch / "f", 2 * k_mib, {{offset, std::string(bytes)}}));
}

std::filesystem::path make_qcow2(const Scratch &scratch,
                                 const std::string &options = "compat=1.1") {
    const auto raw = make_disk(scratch / "raw", 64 * k_mib);
    run_tool("qemu-img",
             {"convert", "-f", "raw", "-O", "qcow2", "-o", options, raw, scratch / "f"});
    return scratch / "f";
}

void patch(const std::filesystem::path &path, std::uint64_t offset, const std::string &bytes) {
    const base::UniqueFd fd = base::open_file(path, O_RDWR);
    REQUIRE(pwrite(fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)) ==
            static_cast<ssize_t>(bytes.size()));
}

/// What is said of a sound qcow2 file after `bytes` are put at `offset`.
std::string refusal_of_patched(std::uint64_t offset, const std::string &bytes) {
    const Scratch scratch;
    const auto path = make_qcow2(scratch);
    patch(path, offset, bytes);
    return refusal(scratch, path);
}

std::string damaged(const char *field) {
    return fmt::format("DIR/f is a damaged qcow2 image: its {} makes no sense\n"
                       "hint: fetch it again, or try to repair a copy: qemu-img check -r all FILE",
                       field);
}

std::string zeros(std::size_t count) {
    return std::string(count, '\0');
}

std::string number(std::uint64_t value, std::size_t size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i)
        bytes += static_cast<char>(value >> (8 * i) & 0xffU);
    return bytes;
}

/// A disk of 64 MiB with two GPT partitions, the second up to 63 MiB; not by a partitioning tool,
/// because those call sync(2), which waits for every other filesystem of the machine.
void make_gpt(const std::filesystem::path &path) {
    std::string protective = boot_sector(1);
    protective[446 + 4] = '\xee';
    protective.replace(446 + 12, 4, "\xff\xff\xff\xff");
    const std::string header =
        "EFI PART" + zeros(64) + number(2, 8) + number(128, 4) + number(128, 4);
    const auto partition = [](std::uint64_t first_mib, std::uint64_t end_mib) {
        return std::string(32, 'g') + number(first_mib * 2048, 8) + number(end_mib * 2048 - 1, 8);
    };
    make_file(path, 64 * k_mib,
              {{0, protective},
               {512, header},
               {1024, partition(50, 63)},
               {1024 + 128, partition(1, 50)}});
}

} // namespace

TEST_CASE("image file: raw disks with a partition table or a filesystem are taken") {
    const Scratch scratch;
    const store::ImageFile expected{.format = "raw", .virtual_size_bytes = 64 * k_mib};
    const auto path = scratch / "disk";
    SECTION("MBR") {
        make_disk(path, 64 * k_mib);
    }
    SECTION("GPT") {
        make_gpt(path);
    }
    SECTION("ext4") {
        make_file(path, 64 * k_mib, {});
        run_tool("mkfs.ext4", {"-q", path});
    }
    SECTION("LVM") {
        const std::string label = "LABELONE" + std::string("\1\0\0\0\0\0\0\0", 8) + zeros(4) +
                                  std::string("\x20\0\0\0", 4) + "LVM2 001";
        make_file(path, 64 * k_mib, {{512, label + zeros(32) + std::string("\0\0\0\4", 4)}});
    }
    SECTION("a boot sector of a FAT filesystem, where a table would be code") {
        std::string sector = noise(512);
        sector.replace(54, 3, "FAT").replace(510, 2, "\x55\xaa");
        make_file(path, 64 * k_mib, {{0, sector}});
    }
    CHECK(probe(path) == expected);
}

TEST_CASE("image file: XFS and btrfs without partitions are taken") {
    const Scratch scratch;
    const auto path = make_file(scratch / "disk", 512 * k_mib, {});
    SECTION("xfs") {
        run_tool("mkfs.xfs", {"-q", path});
    }
    SECTION("btrfs") {
        run_tool("mkfs.btrfs", {"-q", path});
    }
    CHECK(probe(path) == store::ImageFile{.format = "raw", .virtual_size_bytes = 512 * k_mib});
    std::filesystem::resize_file(path, 256 * k_mib);
    CHECK(refusal(scratch, path) ==
          std::string("DIR/disk is truncated: a partition or filesystem continues past its end") +
              k_fetch_again);
}

TEST_CASE("image file: qcow2 files of every kind QEMU makes are taken") {
    const Scratch scratch;
    const std::string options = GENERATE(
        "compat=0.10", "compat=1.1", "compat=1.1,cluster_size=512", "compat=1.1,cluster_size=2M",
        "compat=1.1,extended_l2=on,cluster_size=128k", "compat=1.1,compression_type=zstd",
        "compat=1.1,lazy_refcounts=on", "compat=1.1,preallocation=metadata");
    CAPTURE(options);
    CHECK(probe(make_qcow2(scratch, options)) ==
          store::ImageFile{.format = "qcow2", .virtual_size_bytes = 64 * k_mib});
}

TEST_CASE("image file: a compressed qcow2 file is taken") {
    const Scratch scratch;
    const auto raw = make_disk(scratch / "raw", 64 * k_mib);
    run_tool("qemu-img", {"convert", "-c", "-f", "raw", "-O", "qcow2", raw, scratch / "f"});
    CHECK(probe(scratch / "f") ==
          store::ImageFile{.format = "qcow2", .virtual_size_bytes = 64 * k_mib});
}

TEST_CASE("image file: other formats are refused with what to do") {
    const Scratch scratch;
    const auto convert = [](const char *what) {
        return fmt::format(
            "DIR/f is a {}\nhint: convert it first: qemu-img convert -O raw FILE NEW", what);
    };
    CHECK(refusal_of(scratch, 0, "KDMV") == convert("VMDK image"));
    CHECK(refusal_of(scratch, 0, "COWD") == convert("VMDK image"));
    CHECK(refusal_of(scratch, 0, "# Disk DescriptorFile\n") == convert("VMDK descriptor"));
    CHECK(refusal_of(scratch, 64, "\x7f\x10\xda\xbe") == convert("VDI image"));
    CHECK(refusal_of(scratch, 0, "vhdxfile") == convert("VHDX image"));
    CHECK(refusal_of(scratch, 0, "conectix") == convert("VHD (VPC) image"));
    CHECK(refusal_of(scratch, 2 * k_mib - 512, "conectix") == convert("VHD (VPC) image"));
    CHECK(refusal_of(scratch, 0, std::string("QED\0", 4)) == convert("QED image"));
    CHECK(refusal_of(scratch, 0, "WithoutFreeSpace") == convert("Parallels image"));
    CHECK(refusal_of(scratch, 257, "ustar") ==
          "DIR/f is a tar archive\n"
          "hint: unpack it first; an OVA holds the disk as a .vmdk file");
    CHECK(refusal_of(scratch, 0, "LUKS\xba\xbe") ==
          "DIR/f is an encrypted disk (LUKS)\nhint: import an unencrypted copy");
}

TEST_CASE("image file: formats as QEMU writes them are recognised") {
    const Scratch scratch;
    const auto raw = make_disk(scratch / "raw", 64 * k_mib);
    const auto [format, what] =
        GENERATE(table<const char *, const char *>({{"vmdk", "VMDK image"},
                                                    {"vdi", "VDI image"},
                                                    {"vhdx", "VHDX image"},
                                                    {"vpc", "VHD (VPC) image"},
                                                    {"qed", "QED image"},
                                                    {"parallels", "Parallels image"}}));
    run_tool("qemu-img", {"convert", "-f", "raw", "-O", format, raw, scratch / "f"});
    CHECK(refusal(scratch, scratch / "f") ==
          fmt::format("DIR/f is a {}\nhint: convert it first: qemu-img convert -O raw FILE NEW",
                      what));
}

TEST_CASE("image file: compressed files are refused with the command that helps") {
    const Scratch scratch;
    const auto [program, suffix, text] = GENERATE(table<const char *, const char *, const char *>(
        {{"gzip", ".gz", "gzip\nhint: decompress it first: gunzip FILE"},
         {"xz", ".xz", "xz\nhint: decompress it first: unxz FILE"},
         {"zstd", ".zst", "zstd\nhint: decompress it first: unzstd FILE"},
         {"bzip2", ".bz2", "bzip2\nhint: decompress it first: bunzip2 FILE"}}));
    if (!base::find_program(program)) {
        WARN("skipped: no " << program);
        return;
    }
    const auto path = make_disk(scratch / "f", 2 * k_mib);
    run_tool(program, {path});
    CHECK(refusal(scratch, path.string() + suffix) ==
          fmt::format("DIR/f{} is compressed with {}", suffix, text));
}

TEST_CASE("image file: what is no disk is refused") {
    const Scratch scratch;
    CHECK(refusal(scratch, make_file(scratch / "f", 0, {})) ==
          "DIR/f is empty\nhint: fetch it again");
    CHECK(refusal(scratch, make_file(scratch / "f", 512, {{0, boot_sector(0)}})) ==
          std::string("DIR/f is not a disk image: it is smaller than 1 MiB") + k_give_a_disk);
    CHECK(refusal(scratch, make_file(scratch / "f", 2 * k_mib + 100, {{0, boot_sector(0)}})) ==
          "DIR/f is not a disk image, or a truncated one: its size is not a multiple of 512 bytes\n"
          "hint: give a raw or qcow2 disk image; if this is one, fetch it again");
    const std::string nothing_known =
        std::string("DIR/f is not a disk image: it has neither a partition table nor a known "
                    "filesystem") +
        k_give_a_disk;
    CHECK(refusal(scratch, make_file(scratch / "f", 2 * k_mib, {})) == nothing_known);
    CHECK(refusal(scratch, make_file(scratch / "f", 2 * k_mib, {{0, noise(2 * k_mib)}})) ==
          nothing_known);
}

TEST_CASE("image file: only regular files are opened, through links too") {
    const Scratch scratch;
    make_disk(scratch / "disk", 2 * k_mib);
    std::filesystem::create_symlink("disk", scratch / "link");
    CHECK(probe(scratch / "link") ==
          store::ImageFile{.format = "raw", .virtual_size_bytes = 2 * k_mib});
    REQUIRE(mkfifo((scratch / "fifo").c_str(), 0600) == 0);
    CHECK(refusal(scratch, scratch / "fifo") ==
          "cannot read DIR/fifo: it is not a regular file\nhint: ");
    CHECK(refusal(scratch, scratch.path()) == "cannot read DIR: it is a directory\nhint: ");
    CHECK(refusal(scratch, "/dev/zero") ==
          "cannot read /dev/zero: it is not a regular file\nhint: ");
    std::filesystem::create_symlink("nowhere", scratch / "dangling");
    CHECK(error_of(
              scratch.path(), [&] { static_cast<void>(probe(scratch / "dangling")); },
              ErrorKind::failed) == "cannot open DIR/dangling: No such file or directory\nhint: ");
}

TEST_CASE("image file: a name with control characters is shown escaped") {
    const Scratch scratch;
    CHECK(refusal(scratch, make_file(scratch / "a\x1b[1mb\n", 0, {})) ==
          "DIR/a\\x1b[1mb\\x0a is empty\nhint: fetch it again");
}

TEST_CASE("image file: a raw disk cut short is refused as truncated") {
    const Scratch scratch;
    const std::string truncated =
        std::string("DIR/f is truncated: a partition or filesystem continues past its end") +
        k_fetch_again;
    const auto path = scratch / "f";
    SECTION("MBR") {
        make_disk(path, 64 * k_mib);
        std::filesystem::resize_file(path, 64 * k_mib - 512);
    }
    SECTION("GPT") {
        make_gpt(path);
        std::filesystem::resize_file(path, 63 * k_mib - 512);
    }
    SECTION("ext4") {
        make_file(path, 64 * k_mib, {});
        run_tool("mkfs.ext4", {"-q", path});
        std::filesystem::resize_file(path, 64 * k_mib - 512);
    }
    CHECK(refusal(scratch, path) == truncated);
}

TEST_CASE("image file: a qcow2 file that refers to other files is refused") {
    const Scratch scratch;
    const std::string self_contained =
        "\nhint: make it self-contained first: qemu-img convert -O qcow2 FILE NEW";
    make_disk(scratch / "base", 64 * k_mib);
    run_tool("qemu-img", {"create", "-q", "-f", "qcow2", "-F", "raw", "-b", "base", scratch / "f"});
    CHECK(refusal(scratch, scratch / "f") ==
          "DIR/f is a qcow2 image with a backing file" + self_contained);
    run_tool("qemu-img",
             {"create", "-q", "-f", "qcow2", "-o",
              fmt::format("data_file={}", (scratch / "data").string()), scratch / "g", "64M"});
    CHECK(refusal(scratch, scratch / "g") ==
          "DIR/g is a qcow2 image that keeps its data in another file" + self_contained);
}

TEST_CASE("image file: hostile qcow2 headers are refused") {
    using namespace std::string_literals;
    const std::string rewrite = "\nhint: rewrite it first: qemu-img convert -O qcow2 FILE NEW";
    CHECK(refusal_of_patched(4, "\0\0\0\1"s) ==
          "DIR/f is a QCOW image of version 1, not 2 or 3" + rewrite);
    CHECK(refusal_of_patched(4, "\xff\xff\xff\xff"s) ==
          "DIR/f is a QCOW image of version 4294967295, not 2 or 3" + rewrite);
    CHECK(refusal_of_patched(72, "\x80\0\0\0\0\0\0\x20"s) ==
          "DIR/f is a qcow2 image with unknown features (bits 0x8000000000000020)" + rewrite);
    for (const char method : {'\1', '\2', '\xff'})
        CHECK(refusal_of_patched(35, std::string(1, method)) ==
              "DIR/f is an encrypted qcow2 image\nhint: import an unencrypted copy");
    CHECK(refusal_of_patched(63, "\1"s) ==
          "DIR/f is a qcow2 image with internal snapshots\n"
          "hint: leave them out: qemu-img convert -O qcow2 FILE NEW");
    CHECK(refusal_of_patched(79, "\2"s) ==
          "DIR/f is a qcow2 image marked as corrupt\n"
          "hint: repair a copy of it first: qemu-img check -r all FILE");
    CHECK(refusal_of_patched(20, "\0\0\0\x08"s) == damaged("cluster size"));
    CHECK(refusal_of_patched(20, "\0\0\0\x16"s) == damaged("cluster size"));
    CHECK(refusal_of_patched(20, "\xff\xff\xff\xff"s) == damaged("cluster size"));
    CHECK(refusal_of_patched(24, zeros(8)) == damaged("virtual size"));
    CHECK(refusal_of_patched(24, "\0\0\x40\0\0\0\2\0"s) == damaged("virtual size"));
    CHECK(refusal_of_patched(24, "\xff\xff\xff\xff\xff\xff\xfe\0"s) == damaged("virtual size"));
    CHECK(refusal_of_patched(24, "\0\0\0\0\4\0\0\1"s) == damaged("virtual size"));
    CHECK(refusal_of_patched(36, zeros(4)) == damaged("L1 table size"));
    CHECK(refusal_of_patched(36, "\xff\xff\xff\xff"s) == damaged("L1 table size"));
    CHECK(refusal_of_patched(40, zeros(8)) == damaged("L1 table offset"));
    CHECK(refusal_of_patched(40, "\0\0\0\0\0\3\0\1"s) == damaged("L1 table offset"));
    CHECK(refusal_of_patched(48, zeros(8)) == damaged("refcount table offset"));
    CHECK(refusal_of_patched(100, zeros(4)) == damaged("header length"));
    CHECK(refusal_of_patched(116, "\xff\xff\xff\0"s) == damaged("header extension"));
    CHECK(refusal_of_patched(100, "\xff\xff\xff\xf8"s) == damaged("header length"));
    CHECK(refusal_of_patched(40, "\xff\xff\xff\xff\xff\xff\0\0"s) ==
          std::string("DIR/f is truncated: its L1 table is past the end of the file") +
              k_fetch_again);
    CHECK(refusal_of_patched(56, "\xff\xff\xff\xff"s) ==
          std::string("DIR/f is truncated: its refcount table is past the end of the file") +
              k_fetch_again);
}

TEST_CASE("image file: a qcow2 file cut short anywhere is refused as truncated") {
    const Scratch scratch;
    const auto path = make_qcow2(scratch);
    const std::uint64_t size = std::filesystem::file_size(path);
    REQUIRE(size > 5 * 65536);
    const std::uint64_t cut =
        GENERATE(8, 71, 72, 103, 104, 65536, 2 * 65536, 3 * 65536 + 4, 4 * 65536, 5 * 65536);
    CAPTURE(cut);
    std::filesystem::resize_file(path, cut);
    CHECK_THAT(refusal(scratch, path),
               Catch::StartsWith("DIR/f is truncated: ") && Catch::EndsWith(k_fetch_again));
}

TEST_CASE("image file: qcow2 tables that point astray are refused") {
    using namespace std::string_literals;
    const Scratch scratch;
    const auto path = make_qcow2(scratch);
    const std::string header = base::read_file(path, 8 * k_mib);
    const auto number = [&](std::size_t at) {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < 8; ++i)
            value = value << 8U | static_cast<unsigned char>(header[at + i]);
        return value;
    };
    const std::uint64_t l1 = number(40);
    SECTION("an L2 table that is not aligned") {
        patch(path, l1, "\x80\0\0\0\0\1\2\0"s);
        CHECK(refusal(scratch, path) ==
              "DIR/f is a damaged qcow2 image: a table is not aligned\nhint: fetch it again");
    }
    SECTION("an L2 table behind the end") {
        patch(path, l1, "\x80\xff\0\0\0\0\0\0"s);
        CHECK(refusal(scratch, path) ==
              std::string("DIR/f is truncated: its data continues past the end of the file") +
                  k_fetch_again);
    }
    SECTION("a compressed cluster behind the end") {
        const std::uint64_t l2 = number(l1) & 0x00fffffffffffe00;
        patch(path, l2, "\x40\0\xff\0\0\0\0\0"s);
        CHECK(refusal(scratch, path) ==
              std::string("DIR/f is truncated: its data continues past the end of the file") +
                  k_fetch_again);
    }
    SECTION("one L2 table named so often that reading all would take hours") {
        const std::string entry = header.substr(l1, 8);
        std::string table;
        for (int i = 0; i < 8192; ++i)
            table += entry;
        patch(path, 36, "\0\0\x20\0"s);
        patch(path, l1, table);
        CHECK(refusal(scratch, path) ==
              "DIR/f is a damaged qcow2 image: its tables overlap\nhint: fetch it again");
    }
}
