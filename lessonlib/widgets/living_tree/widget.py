"""The living tree: type the beginning of a name, and a whole model runs in the page, on every key."""

import base64
import functools
from collections.abc import Sequence

import torch
import traitlets

from lessonlib import style
from lessonlib.weights import pretrained
from lessonlib.widgets.base import LessonWidget, stylesheet
from lessonlib.widgets.living_tree import picture
from lessonlib.widgets.living_tree.description import Description
from lessonlib.widgets.living_tree.reading import read

FOLDER = "living_tree/"
SCRIPTS = (
    "engine",
    "strip",
    "canopy",
    "bars",
    "node_view",
    "mattered",
    "panel",
    "writer",
    "convolution",
    "living_tree",
)
TOOLS = ("write", "inside", "attribution", "temperature", "convolution")
EXAMPLE = 5  # characters of the example that stands in the empty field


class LivingTree(LessonWidget):
    """A tree that runs where you look at it: in the page, without Python, on its own weights.

    LivingTree()                                     the course's trained tree
    LivingTree(model, vocabulary)                    your own: the course's layers, torch.nn's or yours
    LivingTree(model, vocabulary, compare=other)     two trees side by side, one text for both
    LivingTree(tools=("write", "temperature"))       with these tools alone

    `text` is what is typed already, and `tools` are of "write", "inside", "attribution", "temperature" and
    "convolution". `labels` names the two trees that are compared. The model is read in evaluation mode and left as it
    is; one that is no tree raises ValueError, in a sentence. `block_size` is asked for where the model does not say it.
    """

    scripts = tuple(FOLDER + name for name in SCRIPTS)
    _css = stylesheet(FOLDER + "living_tree")
    view_state = ("trees", "text", "example", "temperature", "tools", "opened")

    trees = traitlets.List().tag(sync=True)  # of {label, outline, numbers, precision}
    text = traitlets.Unicode().tag(sync=True)
    example = traitlets.Unicode().tag(sync=True)
    temperature = traitlets.Float(1.0).tag(sync=True)
    tools = traitlets.List(traitlets.Unicode()).tag(sync=True)
    opened = traitlets.Int(0).tag(sync=True)  # how many levels show their numbers
    focus = traitlets.Bool(False).tag(sync=True)  # the field waits for keys

    def __init__(
        self,
        model=None,
        vocabulary=None,
        text: str = "",
        tools: Sequence[str] = ("write", "inside"),
        compare=None,
        labels: Sequence[str] = ("this tree", "the other"),
        temperature: float = 1.0,
        opened: int = 0,
        block_size: int | None = None,
    ):
        _check(tools, temperature, model, vocabulary)
        self._own = model is not None
        if model is None:
            model, vocabulary = pretrained()
        if compare is not None and (isinstance(labels, str) or len(labels) != 2):
            raise ValueError(f"labels is {labels!r}; two trees have two names, such as ('trained', 'untrained').")
        models = [model] if compare is None else [model, compare]
        self.descriptions = [read(each, vocabulary, block_size) for each in models]
        vocabulary.encode(text)  # a character that is not there is an error now, not a silence later
        names = list(labels) if compare is not None else [""]
        super().__init__(
            trees=[_tree(name, described) for name, described in zip(names, self.descriptions, strict=True)],
            text=text,
            example=example(self.descriptions[0]),
            tools=list(tools),
            temperature=temperature,
            opened=opened,
            focus=not text,
        )

    # What it shows, without a browser

    @property
    def shown(self) -> str:
        """The text of the picture: what was typed, or an example."""
        return self.text or self.example

    def static_text(self) -> str:
        tree = self.descriptions[0]
        fused = f"fused {', '.join(str(n) for n in tree.groups)} at a time" if tree.groups else "none fused"
        lines = [
            f"Living tree over {tree.context} character{'s' * (tree.context > 1)}, {fused}; a vocabulary of "
            f"{len(tree.characters)}, {tree.parameters:,} parameters."
        ]
        for entry, described in zip(self.trees, self.descriptions, strict=True):
            after = f"Most likely after “{self.shown}”: {likeliest(described, self.shown, self.temperature)}."
            lines.append(f"  {entry['label']}: {after}" if entry["label"] else f"  {after}")
        return "\n".join(lines)

    @style.drawing
    def static_figure(self) -> style.Picture:
        return picture.draw(self)

    def _copy(self) -> dict:
        """Weights as text; those of the course's own tree are not written into each notebook, see `revived`."""
        copy = super()._copy()
        trees = [{**tree, "numbers": base64.b64encode(tree["numbers"]).decode()} for tree in self.trees]
        if not self._own:
            trees[0] = {**trees[0], "numbers": None, "outline": None}
        copy["state"] = {**copy["state"], "trees": trees}
        return copy

    @classmethod
    def revived(cls, state: dict) -> dict:
        """The state for a page: where the course's own tree is meant, its weights are put in."""
        trees = [tree if tree["numbers"] else {**tree, **course_tree()} for tree in state["trees"]]
        return {**state, "trees": trees}


def likeliest(tree: Description, text: str, temperature: float = 1.0, n: int = 3) -> str:
    """The likeliest next characters in words, such as "“e” 46 %, “i” 27 %"."""
    chances, which = tree.chances(text, temperature).topk(min(n, len(tree.characters)))
    pairs = zip(which.tolist(), chances.tolist(), strict=True)
    return ", ".join(
        f"{'the end' if i == 0 else _quoted(tree.characters[i])} {p:.0%}".replace("%", " %") for i, p in pairs
    )


def _quoted(character):
    return f"“{character}”" if character.isprintable() else repr(character)


def _check(tools, temperature, model, vocabulary):
    unknown = [tool for tool in tools if tool not in TOOLS]
    if isinstance(tools, str) or unknown:
        raise ValueError(f"tools is {tools!r}; it is a list of {', '.join(map(repr, TOOLS))}.")
    if not 0.1 <= temperature <= 3:
        raise ValueError(f"temperature is {temperature}; the slider goes from 0.1 to 3.")
    if (model is None) != (vocabulary is None):
        raise ValueError("A model and its vocabulary go together: LivingTree(model, vocabulary), or LivingTree().")


def _tree(label, described):
    return {"label": label, "outline": described.outline(), "numbers": described.numbers(), "precision": 32}


@functools.cache
def course_tree() -> dict:
    """The course's own tree, as a page needs it: its outline and its weights as text."""
    described = read(*pretrained())
    return {"outline": described.outline(), "numbers": base64.b64encode(described.numbers()).decode(), "precision": 32}


def example(tree: Description) -> str:
    """A few characters that the tree itself finds likely: an example in any vocabulary."""
    text = ""
    while len(text) < EXAMPLE:
        chances = tree.chances(text)
        chances[0] = 0  # the end may wait
        best = tree.characters[int(torch.argmax(chances))]
        text += best
    return text
