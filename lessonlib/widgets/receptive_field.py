"""The receptive-field explorer: which characters a node of the tree sees, drawn or measured, and what that costs."""

from dataclasses import asdict

import torch
import traitlets

from lessonlib import style
from lessonlib.data import Vocabulary, load_words
from lessonlib.widgets import field_picture, reach
from lessonlib.widgets.base import LessonWidget, stylesheet
from lessonlib.widgets.costs import costs
from lessonlib.widgets.field_picture import short

MAX_LEVELS = 10


class ReceptiveField(LessonWidget):
    """Point at a node, or step to it with the arrow keys, and see what it sees.

    ReceptiveField("charlotte", levels=3)             the tree over the last 8 characters
    ReceptiveField("charlotte", kind="conv")          the same as a dilated causal convolution
    ReceptiveField("charlotte", model=model)          measured: by the gradients of your own model
    ReceptiveField("abcdefgh", levels=2, needed=8)    the wall: the character 8 back is out of reach

    `vocabulary` is the one your model was trained with; without it, that of the course's names. `n_embd` and
    `n_hidden` are the sizes for the table of costs; `with_costs=False` leaves that table out.
    """

    scripts = ("receptive_field",)
    _css = stylesheet("receptive_field")
    view_state = ("text", "levels", "kind", "needed", "computed", "selected", "has_model", "measured", "costs")

    text = traitlets.Unicode().tag(sync=True)
    levels = traitlets.Int().tag(sync=True)
    kind = traitlets.Unicode().tag(sync=True)
    needed = traitlets.Int(0).tag(sync=True)
    computed = traitlets.Bool(False).tag(sync=True)
    selected = traitlets.List(traitlets.Int()).tag(sync=True)  # [level, index]; [] is the last node of the top level
    has_model = traitlets.Bool(False).tag(sync=True)
    measured = traitlets.Dict().tag(sync=True)
    costs = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        text="charlotte",
        levels=3,
        model=None,
        kind="tree",
        needed=0,
        vocabulary=None,
        n_embd=24,
        n_hidden=128,
        with_costs=True,
    ):
        if kind not in ("tree", "conv"):
            raise ValueError(f'kind is {kind!r}; it is "tree" or "conv".')
        if not 1 <= levels <= MAX_LEVELS:
            raise ValueError(f"levels is {levels}; the explorer draws 1 to {MAX_LEVELS}.")
        if not 0 <= needed <= 2**MAX_LEVELS:
            raise ValueError(f"needed is {needed}; it is a number of characters back, up to {2**MAX_LEVELS}, or 0.")
        contexts = [2**k for k in range(1, MAX_LEVELS + 1)]
        rows = [[asdict(cost) for cost in costs(n, n_embd=n_embd, n_hidden=n_hidden)] for n in contexts]
        table = {"embedding": n_embd, "hidden": n_hidden, "rows": rows} if with_costs else {}
        self._model, self._vocabulary = model, vocabulary
        super().__init__(text=text, levels=levels, kind=kind, needed=needed, has_model=model is not None, costs=table)
        self.trouble = ""  # why a model could not be measured
        self.observe(self._measure, ["computed", "text"])
        self.computed = model is not None
        if self.trouble:
            print(self.trouble)

    def _measure(self, _):
        """Measure the model on the text that is shown; a text with unknown characters keeps the last measurement."""
        if not self.computed:
            return
        if self._vocabulary is None:
            self._vocabulary = Vocabulary(load_words())
        size = getattr(self._model, "block_size", None) or 2**self.levels
        known = set(self._vocabulary.characters)
        context = ("." * size + "".join(c if c in known else "." for c in self.text))[-size:]
        try:
            rows = reach.measure(self._model, torch.tensor([self._vocabulary.encode(context)]))
        except reach.Unseen as error:
            self.trouble, self.computed, self.has_model = str(error), False, False
            return
        self.levels = min(len(rows), MAX_LEVELS)
        self.measured = {"characters": list(context), "rows": [_compact(row) for row in rows]}

    # What it shows, without a browser

    @property
    def characters(self) -> str:
        """The characters that are drawn, the last ones of the text, with '.' in front where it is too short."""
        if self.computed:
            return "".join(self.measured["characters"])
        columns = max(2**self.levels, self.needed, min(len(self.text), 2**MAX_LEVELS))
        return ("." * columns + self.text)[-columns:]

    def sees(self, level: int | None = None, index: int = -1) -> list[int]:
        """The positions that a node sees, 0 for the first character drawn; by default the chosen node."""
        if level is None:
            level, index = self.selected or (self.levels, -1)
        index = range(self.nodes(level))[index]
        if self.computed and level:
            first, *sizes = self.measured["rows"][level - 1]["inputs"][index]
            return [first + i for i, size in enumerate(sizes) if size]
        return reach.seen(self.kind, self.levels, level, index, len(self.characters))

    def nodes(self, level: int) -> int:
        """How many nodes a level has; level 0 are the characters."""
        if level == 0:
            return len(self.characters)
        if self.computed:
            return len(self.measured["rows"][level - 1]["below"])
        return 2 ** (self.levels - level) if self.kind == "tree" else len(self.characters)

    def _has_costs(self):
        """The table is made for powers of two; a flat model may have been measured on another context."""
        if not self.costs:
            return False
        return not self.computed or len(self.characters) == 2**self.levels

    def static_text(self) -> str:
        shape = {"tree": "Tree", "conv": "Dilated causal convolution"}[self.kind]
        how = "Measured by gradient" if self.computed else shape
        lines = [f"Receptive field. {how}, levels: {self.levels}, over {short(self.characters)!r}"]
        if self.trouble:
            lines.append(f"  {self.trouble}")
        for level in range(self.levels, 0, -1):
            letters = "".join(self.characters[i] for i in self.sees(level))
            nodes = self.nodes(level)
            lines.append(
                f"  level {level}: {nodes} {'node' if nodes == 1 else 'nodes'}; the last sees {len(letters)}: "
                f"{short(letters)!r}"
            )
        if self.needed:
            verdict = "in reach" if self.needed <= len(self.sees(self.levels)) else "out of reach"
            lines.append(f"  The character {self.needed} back is {verdict}.")
        for cost in self.costs["rows"][self.levels - 1] if self._has_costs() else ():
            lines.append(
                f"  {cost['model']:11} {cost['parameters']:>9,} parameters, {cost['multiply_adds']:>11,} "
                "multiply-adds a character"
            )
        return "\n".join(lines)

    @style.drawing
    def static_figure(self) -> style.Picture:
        return field_picture.draw(self)

    def lit(self) -> list[set[int]]:
        """For each row, the nodes under the chosen one."""
        level, index = self.selected or (self.levels, self.nodes(self.levels) - 1)
        found = [set() for _ in range(self.levels + 1)]
        found[level] = {index}
        for row in range(level, 0, -1):
            found[row - 1] = {j for i in found[row] for j in self.below(row, i)}
        return found

    def below(self, level: int, index: int) -> list[int]:
        """The nodes of the row below that a node is made from."""
        if self.computed:
            return self.measured["rows"][level - 1]["below"][index]
        if self.kind == "tree":
            start = len(self.characters) - 2**self.levels if level == 1 else 0
            return [start + 2 * index, start + 2 * index + 1]
        return [j for j in (index - 2 ** (level - 1), index) if j >= 0]

    def place(self, level: int, index: int) -> float:
        """Where a node stands, in characters from the left."""
        if level == 0 or (self.kind == "conv" and not self.computed):
            return index + 0.5
        inside = self.sees(level, index)
        return (inside[0] + inside[-1] + 1) / 2


def _compact(row: reach.MeasuredRow) -> dict:
    """A measured row for the browser: gradients as bytes, from the first to the last that is not zero."""
    inputs = []
    for sizes in row.inputs:
        where = sizes.nonzero().flatten()
        if len(where) == 0:
            inputs.append([0])
            continue
        first, last = int(where[0]), int(where[-1])
        shown = (sizes[first : last + 1] * 255).ceil().int().tolist()  # what is not zero stays visible
        inputs.append([first, *shown])
    return {"below": row.below, "inputs": inputs}
