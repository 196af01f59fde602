"""The filter of system calls, tried in a process of its own: what reaches out is refused, what computes goes on."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lessonlib.course import ROOT
from lessonlib.course.child import calls

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the filter is Linux's")

TRY = """
import ctypes, fcntl, json, mmap, os, resource, signal, socket, struct, sys, threading
sys.path.insert(0, sys.argv[1])
import confine, calls
libc = ctypes.CDLL(None, use_errno=True)
read, write = os.pipe()
pair = socket.socketpair()
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
at = libc.mmap(1 << 32, 4096, 3, 0x100022, -1, 0)  # an address whose lower half is 0
ctypes.memmove(at, struct.pack("QQ", *resource.getrlimit(resource.RLIMIT_NOFILE)), 16)
column = calls.MACHINES[os.uname().machine][0]
confine.refuse_calls()

def call(name_or_number, *arguments):
    number = calls.REFUSED[name_or_number][column] if isinstance(name_or_number, str) else name_or_number
    if libc.syscall(number, *map(ctypes.c_long, arguments)) < 0:
        raise OSError(ctypes.get_errno(), "")

def thread():
    done = []
    one = threading.Thread(target=done.append, args=[1])
    one.start()
    one.join()
    assert done

tries = {
    "F_SETOWN": lambda: fcntl.fcntl(read, fcntl.F_SETOWN, os.getpid()),
    "F_SETOWN_EX": lambda: fcntl.fcntl(read, 15, struct.pack("ii", 1, os.getpid())),
    "F_SETSIG": lambda: fcntl.fcntl(read, 10, signal.SIGURG),
    "F_NOTIFY": lambda: fcntl.fcntl(read, 1026, 1),
    "F_SETLEASE": lambda: fcntl.fcntl(read, 1024, 0),
    "F_SETLK": lambda: fcntl.lockf(write, fcntl.LOCK_EX),
    "O_ASYNC": lambda: fcntl.fcntl(read, fcntl.F_SETFL, os.O_ASYNC),
    "FIOSETOWN": lambda: fcntl.ioctl(pair[0], 0x8901, struct.pack("i", os.getpid())),
    "SIOCSPGRP": lambda: fcntl.ioctl(pair[0], 0x8902, struct.pack("i", os.getpid())),
    "FIOASYNC": lambda: fcntl.ioctl(read, 0x5452, struct.pack("i", 1)),
    "TIOCSTI": lambda: fcntl.ioctl(read, 0x5412, b"x"),
    "prlimit, its pointer at 2^32": lambda: call(calls.PRLIMIT[column], 0, resource.RLIMIT_NOFILE, at, 0),
    "PR_SET_PDEATHSIG": lambda: call(calls.PRCTL[column], 1, 0),
    "connect": lambda: call("connect", pair[0].fileno(), at, 2),
    "socketpair": socket.socketpair,
    "flock": lambda: fcntl.flock(read, fcntl.LOCK_SH),
    "sched_setaffinity": lambda: os.sched_setaffinity(0, os.sched_getaffinity(0)),
    "memfd_create": lambda: os.memfd_create("x"),
    "a call of next year": lambda: call(calls.NEWEST + 40),
    "a call of the second set": lambda: call(calls.X32 + 39),
    "fork": os.fork,
    "kill": lambda: os.kill(os.getpid(), 0),
    **{name: lambda name=name: call(name, -1, 0, 0, 0, 0) for name, numbers in calls.REFUSED.items()
       if numbers[column] is not None and name not in ("fork", "vfork")},
    "+ a thread": thread,
    "+ not to wait": lambda: os.set_blocking(read, False),
    "+ duplicate": lambda: os.dup(read),
    "+ a terminal?": lambda: os.isatty(read),
    "+ limits": lambda: resource.getrlimit(resource.RLIMIT_NOFILE),
    "+ prlimit asks": lambda: resource.prlimit(0, resource.RLIMIT_NOFILE),
    "+ read": lambda: open("/dev/null").close(),
    "+ name a thread": lambda: call(calls.PRCTL[column], 15, at),
}
told = {}
for name, act in tries.items():
    try:
        act()
        told[name] = 0
    except OSError as error:
        told[name] = error.errno
os.write(1, json.dumps(told).encode())
"""


@pytest.fixture(scope="module")
def tried() -> dict[str, int]:
    """What came of each attempt: 0, or the error's number."""
    folder = ROOT / "lessonlib" / "course" / "child"
    done = subprocess.run([sys.executable, "-S", "-c", TRY, folder], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_whatever_reaches_out_is_refused(tried):
    missing = {"a call of next year"}
    for name, error in tried.items():
        if not name.startswith("+"):
            assert error == (calls.ENOSYS if name in missing else calls.EPERM), name


def test_what_an_answer_needs_goes_on(tried):
    assert {name: error for name, error in tried.items() if name.startswith("+") and error} == {}


def test_each_call_is_listed_once():
    for column in (0, 1):
        numbers = [n[column] for n in (*calls.REFUSED.values(), *calls.ABSENT.values()) if n[column] is not None]
        assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("machine", calls.MACHINES)
def test_the_program_jumps_forward_and_not_too_far(machine):
    lines = calls.program(machine)
    assert len(lines) < 4096  # the kernel's own limit
    for place, (_, if_true, if_false, _) in enumerate(lines):
        assert 0 <= if_true < 256 and 0 <= if_false < 256
        assert place + max(if_true, if_false) + 1 <= len(lines)


# --- the numbers, against the kernel's own headers where they are installed ---

HEADERS = {
    "x86_64": [Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), Path("/usr/include/asm/unistd_64.h")],
    "aarch64": [Path("/usr/include/asm-generic/unistd.h")],  # aarch64 numbers its calls as new machines do
}


@pytest.mark.parametrize("machine", calls.MACHINES)
def test_the_numbers_are_the_kernels(machine):
    header = next((file for file in HEADERS[machine] if file.exists()), None)
    if header is None:
        pytest.skip("the kernel's headers (Debian: linux-libc-dev) are not installed")
    defined = re.findall(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)$", header.read_text(encoding="utf-8"), re.MULTILINE)
    known = {name: int(number) for name, number in defined}
    column, _ = calls.MACHINES[machine]
    looked_at = {"clone": calls.CLONE, "prlimit64": calls.PRLIMIT, "open": calls.OPEN, "openat": calls.OPENAT}
    looked_at |= {"fcntl": calls.FCNTL, "ioctl": calls.IOCTL, "prctl": calls.PRCTL}
    ours = {name: numbers[column] for name, numbers in (calls.REFUSED | calls.ABSENT | looked_at).items()}
    newest = max(known.values())  # the headers may be older than the list
    assert len(ours) > 150
    assert {name: number for name, number in ours.items() if (number or 0) <= newest} == {
        name: known.get(name) for name, number in ours.items() if (number or 0) <= newest
    }
