"""Give up, for good, what an answer does not need. Linux; standard library alone.

Four of the kernel's own limits, none of which needs a privilege, and which bind root too:

    resource limits   memory, processor time, no file content, no core dump
    capabilities      none, also where root grades
    seccomp           no new process, no signal, no socket, no change to any file (calls.py, which has the list)
    Landlock          no reading outside the folders that are named

What these do not cover, and what a school closes with a container or a user of its own: threads without end, which
slow the machine for the seconds an answer has; memory that the kernel takes for it, as for pipes; what a processor
tells by its timing; a kernel's own faults; and, where there is no Landlock, reading what the grader may read.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
from collections.abc import Iterable
from pathlib import Path

try:
    import calls
except ImportError:  # in a test; the process that runs answers has only this folder
    from lessonlib.course.child import calls

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

SECCOMP = {"x86_64": 317, "aarch64": 277}


def refuse_calls() -> None:
    """Install the seccomp filter, in threads that torch has begun too. Raises Unconfined where there is none."""
    name = platform.machine()
    if platform.system() != "Linux" or name not in calls.MACHINES:
        raise Unconfined(f"seccomp is not known for {platform.system()} on {name}")
    program = calls.program(name)
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    instructions = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(program), ctypes.addressof(instructions))
    forbid_new_privileges()
    if libc.syscall(SECCOMP[name], 1, 1, header):  # SET_MODE_FILTER, FILTER_FLAG_TSYNC
        raise Unconfined(f"seccomp is not allowed here ({os.strerror(ctypes.get_errno())})")


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
