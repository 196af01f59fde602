"""A class of made-up submissions to one notebook: as many as one likes, every answer another text."""

from __future__ import annotations

from pathlib import Path

from lessonlib.course import ROOT, build, notebooks

FILE = "layers"  # the lesson that they answer
KINDS = ("complete", "half", "mistaken", "messy", "untouched")
# For the mistaken ones, in turn: which answer, what in it, and what stands there instead.
MISTAKES = (
    ("layers-linear", " / fan_in**0.5", ""),
    ("layers-linear", "torch.randn(fan_in, fan_out)", "torch.randn(fan_out, fan_in)"),
    ("layers-linear", "out = out + self.bias", "pass"),
    ("layers-embed", "C.shape[0]", "27"),
    ("layers-embed", ".float()", ""),
    ("layers-sequential", "x = layer(x)", "return layer(x)"),
    ("layers-spread", "200**0.5, 50**0.5", "200, 50"),
)
MESSY = "import warnings\nwarnings.warn('mine')\nprint('here')\n"


def hand_in(folder: Path, count: int) -> list[Path]:
    """Write so many submissions into `folder`, of all kinds in turn, named after nobody; returns their files."""
    solved = next(path for path in notebooks.numbered(ROOT / "solutions") if notebooks.name_of(path.name) == FILE)
    answers = {notebooks.grade_id(c): c.source for c in notebooks.read(solved).cells if notebooks.is_answer(c)}
    fresh, files = build.exercises(ROOT)[solved.name], []
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        files.append(folder / f"student{number:03}_{kind}.ipynb")
        notebooks.write(files[-1], notebooks.dumps(_submission(fresh, _answers(kind, number, answers))))
    return files


def _answers(kind: str, number: int, right: dict[str, str]) -> dict[str, str]:
    """The cells that somebody of this kind has filled in. Each holds a word of its own: no two texts are alike."""
    given = dict(right) if kind != "untouched" else {}
    if kind == "half":
        given = dict(list(right.items())[::2])
    if kind == "mistaken":
        id, old, new = MISTAKES[number // len(KINDS) % len(MISTAKES)]
        given[id] = right[id].replace(old, new)
    before = MESSY if kind == "messy" else ""
    return {id: f"{before}# {number:03}\n{source}" for id, source in given.items()}


def _submission(fresh, answers: dict[str, str]):
    made = notebooks.without_outputs(fresh)
    for cell in made.cells:
        if notebooks.is_answer(cell):
            cell.source = answers.get(notebooks.grade_id(cell), cell.source)
    return made
