"""What a console cannot show costs no command its end. Standard library alone."""

import sys


def show_what_it_can() -> None:
    """Print a ? for a character that this console has not (as "…" where it knows ASCII alone), and go on."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
