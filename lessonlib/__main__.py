"""`python -m lessonlib COMMAND …`: what `course.py` starts in the environment."""

import sys

from lessonlib.course.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
