"""One at a time: a lock that the system itself frees when its holder ends, however it ends."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

if os.name == "nt":
    import msvcrt

    def _try(file: IO) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try(file: IO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def take(file: IO) -> bool:
    """Take the lock on an open file if nobody holds it; it is free again when the file is closed."""
    try:
        _try(file)
    except OSError:
        return False
    return True


@contextmanager
def one_at_a_time(path: Path, waiting: str) -> Iterator[None]:
    """Hold the lock on `path` for the block; say `waiting` once when somebody else holds it, and wait."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        said = False
        while not take(file):
            if not said:
                print(waiting, flush=True)
                said = True
            time.sleep(0.5)
        yield
