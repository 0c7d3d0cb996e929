#pragma once

// What the library may ask of the program in a machine of ours. A request is a MachineCall and its
// arguments, in the order of Guest's; an answer any number of notices, then a result or an Error.

namespace retouch::guest {

enum class MachineCall {
    begin, ///< bytes of chance, seconds and nanoseconds since 1970
    open,  ///< whether it is only looked at, limits, what a network must leave out -> Facts
    lstat,
    read,
    sha256,
    read_link,
    list,
    look_at,
    unchangeable,
    label,
    probe,
    write_text, ///< path, bytes, mode, owner, group: of what fits well into one message
    write,      ///< path, mode, owner, group; then pieces, and the last of them
    piece,      ///< of a write: offset, bytes; no answer
    pieces_end, ///< of a write: whether all came, size of the file
    make_directory,
    make_link,
    set_attributes,
    remove,
    run,
    mark,
    changes,
    require_all_told,
    unlabelled,
    labels,
    set_labels,
    trim,
    finish,
};

constexpr MachineCall last_of(MachineCall /*any*/) {
    return MachineCall::finish;
}

enum class MachineAnswer {
    notice, ///< a text; another answer follows
    result,
    error, ///< kind, message, hint
};

constexpr MachineAnswer last_of(MachineAnswer /*any*/) {
    return MachineAnswer::error;
}

} // namespace retouch::guest
