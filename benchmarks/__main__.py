"""`python -m benchmarks`, as `course.py bench` runs it: the claims about speed and loss, measured on this machine."""

import argparse
import json
import platform
import sys
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import torch

from benchmarks.lines import LISTS, Setting, table
from lessonlib import data, ladder, records
from lessonlib.course import ROOT, Problem, console, git, notebooks, targets
from lessonlib.records import catalogue


def main(argv: list[str]) -> int:
    """Run the command line `argv` and return its exit code: 1, and a sentence, where something cannot be done."""
    console.show_what_it_can()
    try:
        return run(_parse(argv))
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def run(arguments: argparse.Namespace) -> int:
    """Run the benchmarks named, or all but the long ones; print the table, and keep the records if asked to."""
    torch.set_num_threads(1)
    if arguments.json:
        targets.try_file(arguments.json, "--json")
    try:
        words = data.load_words(arguments.words)
        names = ladder.Names(words)
    except (OSError, ValueError) as error:
        raise Problem(str(error)) from None
    known, target = LISTS.get(len(words), (arguments.words.stem if arguments.words else "embedded", None))
    setting = Setting(names, target if arguments.target is None else arguments.target, arguments.quick)
    about = _about() | {"words": known}
    lines, failed = [], []
    for name in arguments.names:
        print(f"{name}: {catalogue()[name].question}", file=sys.stderr, flush=True)
        try:
            measured = [replace(line, bench=name, **about) for line in _module(name).measure(setting)]
        except (Problem, ValueError) as error:  # a short list may have no batch of a rung's size; the others go on
            if arguments.words is None and not isinstance(error, Problem):
                raise
            print(f"{name} cannot be measured on this list: {error}", file=sys.stderr, flush=True)
            failed.append(name)
            continue
        lines += measured
        print(table(lines), end="\n\n", file=sys.stderr, flush=True)
        if arguments.keep and measured:
            print(f"kept as benchmarks/records/{records.keep(measured).name}", file=sys.stderr, flush=True)
    print(table(lines))
    if arguments.json:
        told = [{**asdict(line), "mean": line.mean, "spread": line.spread} for line in lines]
        text = json.dumps({"words": len(words), "records": told}, indent=1, ensure_ascii=False)
        notebooks.write(arguments.json, (text + "\n").encode("utf-8"))
    return 1 if failed else 0


def _parse(argv):
    known = catalogue()
    parser = argparse.ArgumentParser(
        prog="course.py bench",
        description="Measure what the course claims about speed and loss. Times are CPU seconds of one thread.",
        epilog="\n".join(f"  {name:10} {benchmark.question}" for name, benchmark in known.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    long = ", ".join(name for name in known if known[name].long)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these benchmarks (see below)")
    parser.add_argument("--full", action="store_true", help=f"run the long ones too: {long}")
    parser.add_argument("--quick", action="store_true", help="a small form of those that have one: grading")
    parser.add_argument("--words", type=Path, metavar="FILE", help="another word list, one word per line")
    parser.add_argument("--target", type=float, metavar="LOSS", help="the validation loss that `time` runs to")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file too")
    parser.add_argument("--keep", action="store_true", help="add the figures to benchmarks/records/")
    arguments = parser.parse_args(argv)
    if arguments.quick and arguments.keep:
        parser.error("--quick measures too little to --keep")
    unknown = [name for name in arguments.names if name not in known]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(known)}")
    arguments.names = arguments.names or [name for name in known if arguments.full or not known[name].long]
    return arguments


def _module(name):
    return import_module(f"benchmarks.{catalogue()[name].module}")


def _about() -> dict[str, object]:
    """What the figures depend on besides the code measured; nothing that says whose machine it is."""
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M}",
        "commit": git.version(ROOT),
        "machine": {
            "processor": platform.machine(),
            "capability": torch.backends.cpu.get_cpu_capability(),
            "threads": torch.get_num_threads(),
        },
        "versions": {"python": platform.python_version(), "torch": str(torch.__version__)},
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
