#!/usr/bin/env python3
"""The one way into the course:  python3 course.py lab   (Windows:  py course.py lab)

It makes the folder .venv when that is missing or out of date, and hands the rest to `python -m lessonlib`,
where each command is defined. This file and what it imports are the standard library's alone.
"""

import os
import subprocess
import sys

if sys.version_info < (3, 11):
    sys.exit(
        "This course needs Python 3.11 or newer, and this is Python %d.%d (%s). "
        "Install a newer one from python.org or your package manager, then start course.py with that, "
        "for example: python3.12 course.py lab" % (sys.version_info[0], sys.version_info[1], sys.executable)
    )

HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
UNFINISHED = os.path.join(HERE, ".course", "update", "finish.py")  # noqa: PTH118
if os.path.exists(UNFINISHED):  # noqa: PTH110  an update was cut off: until it is finished, lessonlib is half of each
    subprocess.call([sys.executable, UNFINISHED])
sys.path.insert(0, HERE)

from lessonlib.course import environment  # noqa: E402

if __name__ == "__main__":
    sys.exit(environment.start(sys.argv[1:]))
