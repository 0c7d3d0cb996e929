#pragma once
// LateLibrary and LateFunction: a shared library that is loaded when one of its functions is first
// called, for libraries that few commands need and whose loading costs more than those commands.
// The program is not linked with them; what they declare is what the compiler checks. A function
// that was not made late, or is called without the header that does so, fails to link.
//
// Thread-safe. What was loaded stays until the process ends. A definition that the process has
// already, as by LD_PRELOAD, comes before that of the library, as it does for one that is linked.

#include <atomic>

namespace retouch::base {

class LateLibrary {
  public:
    /// `file` as dlopen() looks for it ("librbd.so.1"); `package` is what one installs to have it.
    /// Both must outlive this.
    constexpr LateLibrary(const char *file, const char *package) : file_(file), package_(package) {}

    /// The address of a function. Throws Error: unavailable when the library cannot be loaded or
    /// does not have it.
    [[nodiscard]] void *find(const char *function) const;

  private:
    [[nodiscard]] void *loaded() const;

    const char *file_;
    const char *package_;
    mutable std::atomic<void *> handle_ = nullptr;
};

/// Called, or given away as a pointer, like the function of that name.
template<class Signature>
class LateFunction {
  public:
    constexpr LateFunction(const LateLibrary &library, const char *name)
        : library_(library), name_(name) {}

    /// Throws what LateLibrary::find() throws, at its first use only.
    operator Signature *() const { // NOLINT: it stands for the function
        void *address = address_.load(std::memory_order_acquire);
        if (address == nullptr) {
            address = library_.find(name_);
            address_.store(address, std::memory_order_release);
        }
        return reinterpret_cast<Signature *>(address);
    }

  private:
    const LateLibrary &library_;
    const char *name_;
    mutable std::atomic<void *> address_ = nullptr;
};

/// Defines, in the namespace where it stands, what hides the function `name` of the global one.
// A name in parentheses would be none to decltype and to a declaration.
// NOLINTBEGIN(bugprone-macro-parentheses)
#define RETOUCH_LATE_FUNCTION(library, name)                                                       \
    inline constinit const ::retouch::base::LateFunction<decltype(::name)> name {                  \
        library, #name                                                                             \
    }
// NOLINTEND(bugprone-macro-parentheses)

} // namespace retouch::base
