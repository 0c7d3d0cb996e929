#pragma once
// The names of system calls for the filter of guest commands. Those that libseccomp does not know
// are left out there. What stands in neither list answers "not implemented", so that programs fall
// back: clone3, io_uring, keyrings, and what is not invented yet.

#include <string_view>

namespace retouch::guest {

inline constexpr std::string_view k_allowed_calls =
    "_llseek _newselect accept accept4 access alarm arch_prctl bind brk cachestat capget capset "
    "chdir chmod chown chown32 chroot clock_getres clock_getres_time64 clock_gettime "
    "clock_gettime64 clock_nanosleep clock_nanosleep_time64 clone close close_range connect "
    "copy_file_range creat dup dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_pwait "
    "epoll_pwait2 epoll_wait eventfd eventfd2 execve execveat exit exit_group faccessat "
    "faccessat2 fadvise64 fadvise64_64 fallocate fchdir fchmod fchmodat fchmodat2 fchown "
    "fchown32 fchownat fcntl fcntl64 fdatasync fgetxattr flistxattr flock fork fremovexattr "
    "fsetxattr fstat fstat64 fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 futex "
    "futex_requeue futex_time64 futex_wait futex_waitv futex_wake futimesat get_mempolicy "
    "get_robust_list get_thread_area getcpu getcwd getdents getdents64 getegid getegid32 "
    "geteuid geteuid32 getgid getgid32 getgroups getgroups32 getitimer getpeername getpgid "
    "getpgrp getpid getppid getpriority getrandom getresgid getresgid32 getresuid getresuid32 "
    "getrlimit getrusage getsid getsockname getsockopt gettid gettimeofday getuid getuid32 "
    "getxattr getxattrat inotify_add_watch inotify_init inotify_init1 inotify_rm_watch "
    "io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64 io_setup io_submit "
    "ioctl ioprio_get ioprio_set ipc kill landlock_add_rule landlock_create_ruleset "
    "landlock_restrict_self lchown lchown32 lgetxattr link linkat listen listxattr listxattrat "
    "llistxattr lremovexattr lseek lsetxattr lstat lstat64 madvise map_shadow_stack membarrier "
    "memfd_create memfd_secret mincore mkdir mkdirat mknod mknodat mlock mlock2 mlockall mmap "
    "mmap2 mprotect mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 "
    "mq_timedsend mq_timedsend_time64 mq_unlink mremap mseal msgctl msgget msgrcv msgsnd msync "
    "munlock munlockall munmap nanosleep newfstatat nice oldfstat oldlstat oldolduname oldstat "
    "olduname open openat openat2 pause pidfd_open pidfd_send_signal pipe pipe2 pkey_alloc "
    "pkey_free pkey_mprotect poll ppoll ppoll_time64 prctl pread64 preadv preadv2 prlimit64 "
    "pselect6 pselect6_time64 pwrite64 pwritev pwritev2 read readahead readdir readlink "
    "readlinkat readv recvfrom recvmmsg recvmmsg_time64 recvmsg remap_file_pages removexattr "
    "removexattrat rename renameat renameat2 restart_syscall rmdir rseq rt_sigaction "
    "rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait "
    "rt_sigtimedwait_time64 rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min "
    "sched_getaffinity sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval "
    "sched_rr_get_interval_time64 sched_setaffinity sched_setattr sched_setparam "
    "sched_setscheduler sched_yield seccomp select semctl semget semop semtimedop "
    "semtimedop_time64 sendfile sendfile64 sendmmsg sendmsg sendto set_robust_list "
    "set_thread_area set_tid_address setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 "
    "setgroups setgroups32 setitimer setpgid setpriority setregid setregid32 setresgid "
    "setresgid32 setresuid setresuid32 setreuid setreuid32 setrlimit setsid setsockopt setuid "
    "setuid32 setxattr setxattrat sgetmask shmat shmctl shmdt shmget shutdown sigaction "
    "sigaltstack signal signalfd signalfd4 sigpending sigprocmask sigreturn sigsuspend socket "
    "socketpair splice ssetmask stat stat64 statfs statfs64 statx symlink symlinkat "
    "sync_file_range syncfs sysinfo tee tgkill time timer_create timer_delete timer_getoverrun "
    "timer_gettime timer_gettime64 timer_settime timer_settime64 timerfd_create timerfd_gettime "
    "timerfd_gettime64 timerfd_settime timerfd_settime64 times tkill truncate truncate64 "
    "ugetrlimit umask uname unlink unlinkat unshare utime utimensat utimensat_time64 utimes "
    "vfork vmsplice wait4 waitid waitpid write writev";

/// Their answer is "not permitted".
inline constexpr std::string_view k_refused_calls =
    "acct adjtimex bpf clock_adjtime clock_adjtime64 clock_settime clock_settime64 "
    "create_module delete_module fanotify_init fanotify_mark finit_module fsconfig fsmount "
    "fsopen fspick init_module ioperm iopl kcmp kexec_file_load kexec_load lookup_dcookie mbind "
    "migrate_pages modify_ldt mount mount_setattr move_mount move_pages name_to_handle_at "
    "nfsservctl open_by_handle_at open_tree perf_event_open pidfd_getfd pivot_root "
    "process_madvise process_mrelease process_vm_readv process_vm_writev ptrace query_module "
    "quotactl quotactl_fd reboot set_mempolicy set_mempolicy_home_node setdomainname "
    "sethostname setns settimeofday socketcall stime swapoff swapon syslog umount umount2 "
    "uselib userfaultfd vhangup vm86 vm86old";

} // namespace retouch::guest
