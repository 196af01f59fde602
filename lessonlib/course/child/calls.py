"""Which system calls an answer may not make, by what they can do. Linux on x86_64 and aarch64; standard library alone.

An answer computes, prints, and reads files. Whatever reaches another process, the network, the system, or a file's
content or name is refused; calls younger than this list are told to be missing. Six calls are looked at by their
arguments: `clone` may make threads alone, `prlimit` may ask, `open` may read, `fcntl`, `ioctl` and `prctl` may do
what is listed below and no more. (`fcntl` and `ioctl` can have the kernel send signals to any process.)

The program sees arguments as numbers. What they point to it cannot see, so no call is allowed by what lies there.
"""

from __future__ import annotations

import os

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column below, and the kernel's name for it
# Numbers on x86_64 and on aarch64; None where there is no such call. From 424 on they are the same.
# They are kept here, since the process that runs answers has the standard library alone and libseccomp is not
# everywhere; a test holds them against the kernel's own headers.
# fmt: off
REFUSED = {
    # new processes and other programs (`clone` is looked at below: it also makes threads)
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281), "uselib": (134, None),
    # signals
    "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "pidfd_send_signal": (424, 424),
    # other processes: their memory, files, place, pace and limits
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "process_madvise": (440, 440),
    "process_mrelease": (448, 448), "get_robust_list": (274, 100), "migrate_pages": (256, 238),
    "move_pages": (279, 239), "setsid": (112, 157), "setpgid": (109, 154), "setpriority": (141, 140),
    "setrlimit": (160, 164), "sched_setparam": (142, 118), "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122), "sched_setattr": (314, 274), "ioprio_set": (251, 30),
    # sockets: one from `socketpair` can be connected to another address afterwards
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    "accept": (43, 202), "accept4": (288, 242), "sendto": (44, 206), "sendmsg": (46, 211), "sendmmsg": (307, 269),
    "recvfrom": (45, 207), "recvmsg": (47, 212), "recvmmsg": (299, 243), "setsockopt": (54, 208),
    # calls made by the kernel on one's behalf, past this list; programs in the kernel
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "io_setup": (206, 0), "io_submit": (209, 2), "bpf": (321, 280), "perf_event_open": (298, 241),
    "seccomp": (317, 277), "userfaultfd": (323, 282), "modify_ldt": (154, None),
    # memory and messages that others share, that outlive the process, or that its limit does not count
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "msgget": (68, 186), "msgsnd": (69, 189),
    "msgrcv": (70, 188), "msgctl": (71, 187), "semget": (64, 190), "semop": (65, 193), "semctl": (66, 191),
    "semtimedop": (220, 192), "mq_open": (240, 180), "mq_unlink": (241, 181), "mq_notify": (244, 184),
    "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    # who one is
    "setuid": (105, 146), "setgid": (106, 144), "setreuid": (113, 145), "setregid": (114, 143),
    "setresuid": (117, 147), "setresgid": (119, 149), "setfsuid": (122, 151), "setfsgid": (123, 152),
    "setgroups": (116, 159), "capset": (126, 91), "personality": (135, 92), "lsm_set_self_attr": (460, 460),
    # the system
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97),
    "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "swapon": (167, 224), "swapoff": (168, 225), "quotactl": (179, 60), "quotactl_fd": (443, 443),
    "acct": (163, 89), "syslog": (103, 116), "reboot": (169, 142), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "iopl": (172, None), "ioperm": (173, None), "vhangup": (153, 58),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171), "clock_adjtime": (305, 266),
    "sethostname": (170, 161), "setdomainname": (171, 162), "sync": (162, 81), "syncfs": (306, 267),
    # changes to files (`open` and `openat` are looked at below), locks that others wait for, watching others work
    "creat": (85, None), "truncate": (76, 45), "ftruncate": (77, 46), "fallocate": (285, 47),
    "unlink": (87, None), "unlinkat": (263, 35), "rmdir": (84, None), "mkdir": (83, None), "mkdirat": (258, 34),
    "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276), "link": (86, None), "linkat": (265, 37),
    "symlink": (88, None), "symlinkat": (266, 36), "mknod": (133, None), "mknodat": (259, 33),
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "lchown": (94, None), "fchown": (93, 55), "fchownat": (260, 54),
    "utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "flock": (73, 32),
    "inotify_init": (253, None), "inotify_init1": (294, 26), "fanotify_init": (300, 262), "fanotify_mark": (301, 263),
}
# fmt: on
ABSENT = {"clone3": (435, 435), "openat2": (437, 437)}  # told to be missing, so that libc takes the older call
NEWEST = 462  # mseal, of Linux 6.10: what is younger was not looked at
X32 = 0x40000000  # numbers from here on are a second set of calls on x86_64

CLONE, PRLIMIT, OPEN, OPENAT = (56, 220), (302, 261), (2, None), (257, 56)
FCNTL, IOCTL, PRCTL = (72, 25), (16, 29), (157, 167)
CLONE_THREAD, CLONE_NEW = 0x10000, 0x7E020080  # a thread; a namespace of one's own
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_TMPFILE", 0) & ~os.O_DIRECTORY
O_ASYNC, F_SETFL = 0x2000, 4
FILE_COMMANDS = (0, 1, 2, 3, 5, 1030, 1032)  # F_DUPFD F_GETFD F_SETFD F_GETFL F_GETLK F_DUPFD_CLOEXEC F_GETPIPE_SZ
DEVICE_COMMANDS = (0x5401, 0x802C542A, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# TCGETS TCGETS2 TIOCGWINSZ FIONREAD FIONBIO FIONCLEX FIOCLEX
PROCESS_COMMANDS = (3, 15, 16, 39, 0x53564D41)  # GET_DUMPABLE SET_NAME GET_NAME GET_NO_NEW_PRIVS SET_VMA
EPERM, ENOSYS = 1, 38

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, REFUSE, KILL = (RETURN, 0, 0, 0x7FFF0000), (RETURN, 0, 0, 0x00050000 | EPERM), (RETURN, 0, 0, 0x80000000)
MISSING = (RETURN, 0, 0, 0x00050000 | ENOSYS)
NUMBER, MACHINE = 0, 4  # where the kernel puts them, in bytes

Instruction = tuple[int, int, int, int]  # operation, instructions to skip if true, if false, value


def program(machine: str) -> list[Instruction]:
    """The filter for a machine of MACHINES."""
    column, name = MACHINES[machine]
    lines = [_load(MACHINE), (EQUAL, 1, 0, name), KILL, _load(NUMBER), (AT_LEAST, 0, 1, X32), REFUSE]
    lines += [(AT_LEAST, 0, 1, NEWEST + 1), MISSING]
    for numbers in REFUSED.values():
        lines += _when(numbers[column], REFUSE)
    for numbers in ABSENT.values():
        lines += _when(numbers[column], MISSING)
    for numbers, then in _by_argument().items():
        lines += _when(numbers[column], *then)
    return [*lines, ALLOW]


def _by_argument() -> dict[tuple[int | None, int | None], list[Instruction]]:
    """For calls that are looked at by their arguments: what decides."""
    thread = [*_argument(0), (ANY_BIT, 0, 1, CLONE_NEW), REFUSE, (ANY_BIT, 0, 1, CLONE_THREAD), ALLOW, REFUSE]
    asking = [*_argument(2), (EQUAL, 0, 3, 0), *_argument(2, high=True), (EQUAL, 0, 1, 0), ALLOW, REFUSE]
    flags = [(EQUAL, 0, 4, F_SETFL), *_argument(2), (ANY_BIT, 0, 1, O_ASYNC), REFUSE, ALLOW]
    return {
        CLONE: thread,
        PRLIMIT: asking,  # the address is 0 where nothing is set: both halves of it
        OPEN: [*_argument(1), (ANY_BIT, 0, 1, WRITING), REFUSE, ALLOW],
        OPENAT: [*_argument(2), (ANY_BIT, 0, 1, WRITING), REFUSE, ALLOW],
        FCNTL: [*_argument(1), *flags, *_one_of(FILE_COMMANDS)],
        IOCTL: [*_argument(1), *_one_of(DEVICE_COMMANDS)],
        PRCTL: [*_argument(0), *_one_of(PROCESS_COMMANDS)],
    }


def _when(number: int | None, *then: Instruction) -> list[Instruction]:
    return [] if number is None else [(EQUAL, 0, len(then), number), *then]


def _one_of(values: tuple[int, ...]) -> list[Instruction]:
    return [line for value in values for line in _when(value, ALLOW)] + [REFUSE]


def _argument(number: int, high: bool = False) -> list[Instruction]:
    """Load the low half of an argument, or the high one; both machines put the low one first."""
    return [_load(16 + 8 * number + 4 * high)]


def _load(place: int) -> Instruction:
    return (LOAD, 0, 0, place)
