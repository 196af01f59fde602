"""Give up, for good, what an answer does not need. Linux; standard library alone.

Four of the kernel's own limits, none of which needs a privilege, and which bind root too:

    resource limits   memory, processor time, no file content, no core dump
    capabilities      none, also where root grades
    seccomp           no new process, no signal, no socket, no change to any file
    Landlock          no reading outside the folders that are named
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
from collections.abc import Iterable
from pathlib import Path

libc = ctypes.CDLL(None, use_errno=True)


class Unconfined(Exception):
    """The system does not offer a limit that grading cannot do without; the message says which."""


def limit_resources(cpu_seconds: int, memory: int) -> None:
    """Allow so many more seconds of processor time and bytes of memory than were used until now."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = int(used.ru_utime + used.ru_stime) + 1 + cpu_seconds
    for what, most in [
        (resource.RLIMIT_AS, pages * resource.getpagesize() + memory),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ]:
        resource.setrlimit(what, (most, most))


# --- seccomp: a short program that the kernel runs before each system call ---

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column below, and the kernel's name for it
SECCOMP = (317, 277)
# Numbers of the system calls that are refused, on x86_64 and on aarch64; None where there is no such call.
# fmt: off
REFUSED = {
    # new processes and other programs (`clone` is looked at below: it also makes threads)
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281),
    # signals and other processes
    "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "pidfd_send_signal": (424, 424), "pidfd_getfd": (438, 438),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "setsid": (112, 157), "setpgid": (109, 154), "setpriority": (141, 140), "setrlimit": (160, 164),
    # the network, and memory that outlives the process
    "socket": (41, 198), "io_uring_setup": (425, 425), "shmget": (29, 194), "msgget": (68, 186),
    "semget": (64, 190), "mq_open": (240, 180), "add_key": (248, 217), "keyctl": (250, 219),
    # the system
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97),
    "setns": (308, 268), "bpf": (321, 280), "perf_event_open": (298, 241), "reboot": (169, 142),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "sethostname": (170, 161),
    # changes to files (`open` and `openat` are looked at below)
    "creat": (85, None), "truncate": (76, 45), "ftruncate": (77, 46), "fallocate": (285, 47),
    "unlink": (87, None), "unlinkat": (263, 35), "rmdir": (84, None), "mkdir": (83, None), "mkdirat": (258, 34),
    "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276), "link": (86, None), "linkat": (265, 37),
    "symlink": (88, None), "symlinkat": (266, 36), "mknod": (133, None), "mknodat": (259, 33),
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "lchown": (94, None), "fchown": (93, 55), "fchownat": (260, 54),
    "utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
}
# fmt: on
CLONE, PRLIMIT, OPEN, OPENAT = (56, 220), (302, 261), (2, None), (257, 56)
ABSENT = {"clone3": (435, 435), "openat2": (437, 437)}  # told to be missing, so that libc takes the older call
X32 = 0x40000000  # numbers from here on are a second set of calls on x86_64

CLONE_THREAD = 0x10000
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_TMPFILE", 0) & ~os.O_DIRECTORY
EPERM, ENOSYS = 1, 38
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000, 0x80000000
NUMBER, MACHINE, ARGUMENT = 0, 4, (16, 24, 32)  # where the kernel puts them, in bytes


def refuse_calls() -> None:
    """Install the seccomp filter, in threads that torch has begun too. Raises Unconfined where there is none."""
    if platform.system() != "Linux" or platform.machine() not in MACHINES:
        raise Unconfined(f"seccomp is not known for {platform.system()} on {platform.machine()}")
    column, machine = MACHINES[platform.machine()]
    program = _filter(column, machine)
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    instructions = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(program), ctypes.addressof(instructions))
    forbid_new_privileges()
    if libc.syscall(SECCOMP[column], 1, 1, header):  # SET_MODE_FILTER, FILTER_FLAG_TSYNC
        raise Unconfined(f"seccomp is not allowed here ({os.strerror(ctypes.get_errno())})")


def _filter(column: int, machine: int) -> list[tuple[int, int, int, int]]:
    """The program: instructions of (operation, jump if true, jump if false, value)."""

    def when(number: int, *then: tuple) -> list[tuple]:
        return [(EQUAL, 0, len(then), number), *then]

    refuse = (RETURN, 0, 0, REFUSE | EPERM)
    allow = (RETURN, 0, 0, ALLOW)
    flags = {1: (LOAD, 0, 0, ARGUMENT[1]), 2: (LOAD, 0, 0, ARGUMENT[2])}
    program = [(LOAD, 0, 0, MACHINE), (EQUAL, 1, 0, machine), (RETURN, 0, 0, KILL), (LOAD, 0, 0, NUMBER)]
    program += [(AT_LEAST, 0, 1, X32), refuse]
    for numbers in REFUSED.values():
        if numbers[column] is not None:
            program += when(numbers[column], refuse)
    for numbers in ABSENT.values():
        program += when(numbers[column], (RETURN, 0, 0, REFUSE | ENOSYS))
    thread = [(LOAD, 0, 0, ARGUMENT[0]), (ANY_BIT, 0, 1, CLONE_THREAD), allow, refuse]
    program += when(CLONE[column], *thread)
    program += when(PRLIMIT[column], flags[2], (EQUAL, 0, 1, 0), allow, refuse)  # asking is fine, setting is not
    for numbers, position in ((OPEN, 1), (OPENAT, 2)):
        if numbers[column] is not None:
            program += when(numbers[column], flags[position], (ANY_BIT, 0, 1, WRITING), refuse, allow)
    return [*program, allow]


def give_up_privileges() -> None:
    """Keep none of root's capabilities: whoever grades as root shall not lend them out."""
    version_3, nobody = 0x20080522, bytes(24)
    if libc.capset(struct.pack("=Ii", version_3, 0), nobody):
        raise Unconfined(f"privileges cannot be given up ({os.strerror(ctypes.get_errno())})")


def forbid_new_privileges() -> None:
    """Nothing that is started from here gains a right: the kernel asks for this before both filters."""
    if libc.prctl(38, 1, 0, 0, 0):  # PR_SET_NO_NEW_PRIVS
        raise Unconfined("the kernel does not let a process give up privileges")


# --- Landlock: which files may be read ---

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
READ_FILE, READ_DIR = 1 << 2, 1 << 3
RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}  # how many rights a version of Landlock knows


def read_only_these(paths: Iterable[Path], listed: Iterable[Path] = ()) -> bool:
    """From now on, only what lies under `paths` can be read; folders in `listed` can be listed, no more.

    Returns False, and changes nothing, where the kernel has no Landlock.
    """
    version = libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    rights = (1 << max(count for known, count in RIGHTS.items() if known <= version)) - 1
    handled = struct.pack("=Q", rights)
    rules = libc.syscall(CREATE_RULESET, handled, ctypes.c_size_t(len(handled)), 0)
    for path in paths:
        _allow(rules, path, READ_FILE | READ_DIR)
    for path in listed:
        _allow(rules, path, READ_DIR)
    forbid_new_privileges()
    if rules < 0 or libc.syscall(RESTRICT_SELF, rules, 0):
        raise Unconfined(f"Landlock is here but does not work ({os.strerror(ctypes.get_errno())})")
    os.close(rules)
    return True


def _allow(rules: int, path: Path, rights: int) -> None:
    try:
        file = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # not there, so nothing to allow
    rule = struct.pack("=Qi", rights if path.is_dir() else rights & READ_FILE, file)
    libc.syscall(ADD_RULE, rules, 1, rule, 0)
    os.close(file)
