// set_attribute FILE NAME VALUE: sets an extended attribute, for guests that have no tool for it.
// Static, so that it runs in a guest without libraries. An empty value removes the attribute.

#include <cstring>
#include <sys/xattr.h>

int main(int count, char **words) {
    if (count != 4)
        return 64;
    const bool is_capability = std::strcmp(words[2], "security.capability") == 0;
    // cap_net_raw as setcap writes it.
    constexpr char capability[] = "\x01\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0";
    const char *value = is_capability ? capability : words[3];
    const std::size_t size = is_capability ? sizeof capability : std::strlen(words[3]);
    if (size == 0)
        return lremovexattr(words[1], words[2]) == 0 ? 0 : 1;
    return lsetxattr(words[1], words[2], value, size, 0) == 0 ? 0 : 1;
}
