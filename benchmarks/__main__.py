"""`python -m benchmarks`, as `course.py bench` runs it: the claims about speed and loss, measured on this machine."""

import argparse
import json
import platform
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

import torch

from benchmarks.lines import TARGETS, Setting, table
from lessonlib import data, ladder
from lessonlib.course import Problem

HERE = Path(__file__).parent

# The name on the command line and the module in benchmarks/, in the order in which they run.
BENCHMARKS = {
    "steps": "steps",
    "conv": "convolution_cost",
    "sampling": "sampling_rate",
    "time": "time_to_loss",
    "widgets": "widgets",
    "fair": "fair",
    "best": "best",
    "published": "published_to_the_end",
}
LONG = ("published",)  # run with --full, or when named


def main(argv: list[str]) -> int:
    """Run the command line `argv` and return its exit code: 1, and a sentence, where something cannot be done."""
    try:
        return run(_parse(argv))
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def run(arguments: argparse.Namespace) -> int:
    """Run the benchmarks named, or all but the long ones, and print the table."""
    torch.set_num_threads(1)
    try:
        words = data.load_words(arguments.words)
    except (OSError, ValueError) as error:
        raise Problem(str(error)) from None
    target = arguments.target if arguments.target is not None else TARGETS.get(len(words))
    setting = Setting(ladder.Names(words), target)
    lines = []
    for name in arguments.names:
        print(f"{name}: {_help(name)}", file=sys.stderr, flush=True)
        lines += _module(name).measure(setting)
        print(table(lines), end="\n\n", file=sys.stderr, flush=True)
    print(table(lines))
    if arguments.json:
        record = {"words": len(words), "machine": _machine(), "lines": [asdict(line) for line in lines]}
        arguments.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return 0


def _parse(argv):
    parser = argparse.ArgumentParser(
        prog="course.py bench",
        description="Measure what the course claims about speed and loss. Times are CPU seconds of one thread.",
        epilog="\n".join(f"  {name:10} {_help(name)}" for name in BENCHMARKS),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these benchmarks (see below)")
    parser.add_argument("--full", action="store_true", help="the long ones too: " + ", ".join(LONG))
    parser.add_argument("--words", type=Path, metavar="FILE", help="another list, a word a line")
    parser.add_argument("--target", type=float, metavar="LOSS", help="the validation loss that `time` runs to")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file too")
    arguments = parser.parse_args(argv)
    unknown = [name for name in arguments.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    arguments.names = arguments.names or [name for name in BENCHMARKS if arguments.full or name not in LONG]
    return arguments


def _help(name):
    """The first line of the module's docstring, read without importing what it measures."""
    source = (HERE / f"{BENCHMARKS[name]}.py").read_text(encoding="utf-8")
    return source.split('"""')[1].splitlines()[0]


def _module(name):
    return import_module(f"benchmarks.{BENCHMARKS[name]}")


def _machine():
    """What the figures depend on besides the code; nothing that says whose machine it is."""
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "processor": platform.machine(),
        "capability": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
