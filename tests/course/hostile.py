"""Answers that mean harm, as a submission might hold them. Each stays harmless where a limit should fail.

No loop without a deadline of its own; no signal but to oneself; at most 20 child processes, which sleep 5 s;
memory up to 2 GB; output up to 50 MB; files are deleted or changed only in VICTIM, a folder made for the test.
Each defines `answer_uniform`, whose right answer is three numbers, or `smooth`, a function of losses.
"""

LOOP = """
import time
END = time.monotonic() + 40
"""

VALUE = {
    "endless loop": LOOP
    + """
def answer_uniform():
    while time.monotonic() < END:
        pass
""",
    "endless loop in the cell itself": LOOP + "while time.monotonic() < END: pass",
    "loop that swallows interrupts": LOOP
    + """
def answer_uniform():
    while time.monotonic() < END:
        try:
            while time.monotonic() < END:
                pass
        except BaseException:
            pass
""",
    "loop inside C": """
import itertools
def answer_uniform():
    return sum(itertools.repeat(1, 3 * 10**9))
""",
    "alarm switched off, then a loop": LOOP
    + """
import signal
def answer_uniform():
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    while time.monotonic() < END:
        pass
""",
    "2 GB at once": """
def answer_uniform():
    return torch.ones(2 * 10**9 // 4).sum().item()
""",
    "2 GB in steps": """
def answer_uniform():
    kept = []
    for _ in range(20):
        kept.append(torch.empty(10**8, dtype=torch.uint8))
    return len(kept)
""",
    "limits raised, then 2 GB": """
import resource
def answer_uniform():
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return torch.ones(2 * 10**9 // 4).sum().item()
""",
    "a program of its own": """
import subprocess
def answer_uniform():
    subprocess.run(["touch", "VICTIM/made"], check=True)
""",
    "a shell": """
import os
def answer_uniform():
    return os.system("touch VICTIM/made")
""",
    "deletes files": """
import shutil
def answer_uniform():
    shutil.rmtree("VICTIM")
""",
    "empties and renames files": """
import os
def answer_uniform():
    for act in (lambda: os.truncate("VICTIM/gradebook", 0), lambda: os.rename("VICTIM/gradebook", "VICTIM/x"),
                lambda: os.chmod("VICTIM/gradebook", 0), lambda: open("VICTIM/made", "w")):
        try:
            act()
        except OSError:
            pass
    return -1, -1, -1
""",
    "fills the disk": """
import os
def answer_uniform():
    for number in range(5):
        with open(f"junk{number}", "wb") as file:
            file.write(b"x" * 10**7)
    return -1, -1, -1
""",
    "reads the solutions": """
import json
cells = json.load(open("SOLUTION"))["cells"]
exec("".join(next(c for c in cells if c["id"] == "ex01-uniform")["source"]))
""",
    "asks the check for the solution": """
from lessonlib.checks.exercises.flat_mlp import check
check.solution("uniform"), check.solution("uniform")
exec(check.solution("uniform").text)
""",
    "imports the course by its path": """
import sys
sys.path.insert(0, "COURSE")
sys.path.insert(0, "COURSE/lessonlib/checks")
import lessonlib.checks.notebook
exec(lessonlib.checks.notebook.source("01", "ex01-uniform"))
""",
    "imports the judges beside the probes": """
import importlib.util, sys
for name in ("exercises/flat_mlp", "reference", "values"):
    spec = importlib.util.spec_from_file_location(name, f"COURSE/lessonlib/checks/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
exec(open("SOLUTION").read())
""",
    "looks for expected values in memory": """
import gc
def answer_uniform():
    found = [o for o in gc.get_objects() if type(o).__name__ in ("Case", "Exercise") or "expected" in repr(type(o))]
    return found[0].cases
""",
    "an object that equals everything": """
class Yes(float):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    def __le__(self, other): return True
    def __sub__(self, other): return Yes(0)
    def __rsub__(self, other): return Yes(0)
    def __abs__(self): return Yes(0)
    def __float__(self): return 0.0
    def __hash__(self): return 0
def answer_uniform():
    return Yes(7), Yes(7), Yes(7)
""",
    "fake scores by every name": """
score = points = state = "correct"
class Result:
    score = 3.0
    state = "correct"
    def __repr__(self): return "3.0"
def answer_uniform():
    print(3.0)
    return {"score": 3.0, "points": 3, "state": "correct"}
answer_uniform.score = 3.0
""",
    "puts another runner in its place": """
import sys
def answer_uniform():
    runner = sys.modules["probes.runner"]
    runner.run = lambda *a, **k: runner.Outcome("returned", {"value": ["passed"] * 3})
    raise ValueError
""",
    "writes frames of its own": """
import json, os
def answer_uniform():
    told = {"dict": {"case": "common.value", "status": "returned", "error": "", "message": "", "line": "",
                     "printed": "", "data": {"dict": {"value": True, "score": 3, "passed": True}}}}
    frame = json.dumps({"tree": told, "tensors": []}).encode() + b"\\n"
    for file in range(3, 64):
        try:
            os.write(file, frame)
        except OSError:
            pass
    os._exit(0)
""",
    "a frame that claims 10^11 numbers": """
import json, os
def answer_uniform():
    told = {"dict": {"case": "common.value", "status": "returned", "error": "", "message": "", "line": "",
                     "printed": "", "data": {"dict": {"value": {"tensor": 0}}}}}
    frame = json.dumps({"tree": told, "tensors": [["float32", [10**6, 10**5]]]}).encode() + b"\\n"
    for file in range(3, 64):
        try:
            os.write(file, frame)
        except OSError:
            pass
    os._exit(0)
""",
    "50 MB of frames": """
import os
def answer_uniform():
    for file in range(3, 64):
        try:
            for _ in range(50):
                os.write(file, b"x" * 10**6)
        except OSError:
            pass
    os._exit(0)
""",
    "a result that claims to be huge": "def answer_uniform(): return torch.zeros(1).expand(10**11)",
    "a list that holds itself": """
def answer_uniform():
    a = []
    for _ in range(100):
        a = [a, a]
    return a
""",
    "a huge number": "def answer_uniform(): return 10**4000, 10**4000, 10**4000",
    "50 MB of print": """
def answer_uniform():
    for _ in range(500):
        print("x" * 10**5)
    return -1, -1, -1
""",
    "50 MB of raw output": """
import os
def answer_uniform():
    for _ in range(500):
        os.write(1, b"x" * 10**5)
        os.write(2, b"x" * 10**5)
    return -1, -1, -1
""",
    "ends Python": "import os\nos._exit(0)",
    "ends Python with success": "def answer_uniform(): raise SystemExit(0)",
    "breaks Python": "import ctypes\nctypes.string_at(0)",
    "a stack without end": "def answer_uniform(): return answer_uniform()",
    "source that no parser likes": "x = " + "(" * 5000 + ")" * 5000,
    "a constant without end": "def answer_uniform(): return 7**7**9, -1, -1",
    "a thread that goes on": LOOP
    + """
import threading
def loop():
    while time.monotonic() < END:
        pass
threading.Thread(target=loop).start()
def answer_uniform():
    return -1, -1, -1
""",
    "counts its privileges": """
import ctypes
def answer_uniform():
    header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    ctypes.CDLL(None).capget(header, data)
    raise ValueError(f"privileges: {sum(data)}")
""",
    "a case that is not asked for": """
import json, os
def answer_uniform():
    for number in range(50):
        told = {"dict": {"case": f"{number}", "status": "returned", "error": "", "message": "", "line": "",
                         "printed": "", "data": {"dict": {"value": True}}}}
        for file in range(3, 64):
            try:
                os.write(file, json.dumps({"tree": told, "tensors": []}).encode() + b"\\n")
            except OSError:
                pass
""",
    "connects to a server": """
import socket
def answer_uniform():
    socket.create_connection(("127.0.0.1", PORT), timeout=2).send(b"I am out")
""",
    "tells the environment": """
import os
def answer_uniform():
    raise ValueError("I know " + os.environ.get("SECRET", "nothing"))
""",
    "a page with a script": """
def answer_uniform():
    print("<script>alert(1)</script><img src=x onerror=alert(1)>")
    raise ValueError("<script>alert(2)</script></pre></details>")
""",
    "names that break a page": """
def answer_uniform():
    raise type("</div><script>", (Exception,), {})("\\ud800\\x00")
""",
}

# These fork or send signals: they run only where the system gives them process numbers of their own.
PROCESSES = {
    "20 children": """
import os, time
def answer_uniform():
    for _ in range(20):
        if os.fork() == 0:
            time.sleep(5)
            os._exit(0)
    return -1, -1, -1
""",
    "a child that leaves its group": """
import os, time
def answer_uniform():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(5)
        os._exit(0)
    return -1, -1, -1
""",
    "has the kernel signal the first process": """
import fcntl, os
def answer_uniform():
    read, write = os.pipe()
    fcntl.fcntl(read, 10, 9)  # F_SETSIG, SIGKILL
    fcntl.fcntl(read, fcntl.F_SETOWN, os.getppid())
    fcntl.fcntl(read, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
    os.write(write, b"x")
    return -1, -1, -1
""",
    "has the kernel interrupt the first process": """
import fcntl, os, struct
def answer_uniform():
    read, write = os.pipe()
    for own in (0x8901, 0x8902):  # FIOSETOWN, SIOCSPGRP
        for act in (lambda: fcntl.ioctl(read, own, struct.pack("i", os.getppid())),
                    lambda: fcntl.fcntl(read, fcntl.F_SETOWN, os.getppid()),
                    lambda: fcntl.ioctl(read, 0x5452, struct.pack("i", 1))):  # FIOASYNC
            try:
                act()
            except OSError:
                pass
    os.write(write, b"x")
    return -1, -1, -1
""",
    "kills itself": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "stops itself": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
}

CODE = {
    "torch patched to agree": """
torch.allclose = torch.equal = torch.isclose = lambda *a, **k: True
torch.Tensor.__eq__ = lambda self, other: torch.ones(1, dtype=torch.bool)
torch.Tensor.sub = torch.Tensor.__sub__ = lambda self, other: torch.zeros(1)
def smooth(losses, n=1000):
    return torch.zeros(len(losses) // n)
""",
    "a tensor that claims 10^11 numbers": """
def smooth(losses, n=1000):
    return torch.zeros(1).expand(10**11)
""",
    "a tensor class of its own": """
class Mine(torch.Tensor):
    @classmethod
    def __torch_function__(cls, f, types, args=(), kwargs=None):
        return True
def smooth(losses, n=1000):
    return torch.zeros(len(losses) // n).as_subclass(Mine)
""",
}
