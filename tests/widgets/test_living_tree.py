"""The living tree: every kind of tree is read, and the page computes what torch computes."""

import json
import shutil
import subprocess
from base64 import b64encode

import pytest
import torch
from torch import nn
from trees import KINDS, LATIN, made

from lessonlib import convolution, shapes
from lessonlib.course.browsers import chromium
from lessonlib.data import Vocabulary
from lessonlib.layers import Embedding, Linear
from lessonlib.models import tree
from lessonlib.weights import pretrained
from lessonlib.widgets import LivingTree, base
from lessonlib.widgets.living_tree.reading import read

CONTEXTS = 20
ENGINE = (base.HERE / "living_tree" / "engine.js").read_text("utf-8")
# Every number that the engine made for a context: a level's nodes, their values step by step, and the scores.
RUN = """
const run = (cases) => cases.map(({ outline, numbers, precision, contexts }) => {
  const engine = new Engine(outline, weights(numbers, precision));
  return contexts.map((ids) => {
    const { levels, scores } = engine.look(ids), target = ids[0];
    return {
      levels: levels.map((nodes) => nodes.map((node) => node.values.map((v) => [...v]))), scores: [...scores],
      slopes: engine.slopes(ids, target, 1.5), away: engine.takenAway(ids, target, 1.5),
    };
  });
});
"""


@pytest.fixture(scope="module")
def seen():
    """For each kind: the model, the description, the contexts, and what the engine says; one run for all of them."""
    torch.manual_seed(1)
    kinds = {kind: made(kind) for kind in KINDS}
    described = {kind: read(*pair) for kind, pair in kinds.items()}
    contexts = {kind: torch.randint(len(d.characters), (CONTEXTS, d.context)) for kind, d in described.items()}
    cases = [
        {
            "outline": d.outline(),
            "numbers": b64encode(d.numbers()).decode(),
            "precision": 32,
            "contexts": contexts[kind].tolist(),
        }
        for kind, d in described.items()
    ]
    said = dict(zip(kinds, in_javascript(cases), strict=True))
    return {kind: (kinds[kind][0], described[kind], contexts[kind], said[kind]) for kind in kinds}


def in_javascript(cases):
    """What the engine computes, in node where there is one, else in Chromium."""
    if node := shutil.which("node"):
        program = f"{ENGINE}{RUN}\nconst fs = require('fs');\n"
        program += "process.stdout.write(JSON.stringify(run(JSON.parse(fs.readFileSync(0)))));"
        return json.loads(subprocess.run([node, "-e", program], input=json.dumps(cases).encode(), capture_output=True,
                                         check=True).stdout)  # fmt: skip
    browser = chromium()
    if browser is None:
        pytest.skip("neither node nor Chromium on this machine: the engine was not run")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"]).new_page()
        return page.evaluate(f"(cases) => {{ {ENGINE}{RUN} return run(cases); }}", cases)


@pytest.mark.parametrize("kind", KINDS)
def test_every_intermediate_and_the_logits_are_torch_s(kind, seen):
    model, described, contexts, said = seen[kind]
    close([context["scores"] for context in said], evaluated(model, contexts))
    for step, x in zip(flat_steps(said, len(described.steps)), described.run(contexts), strict=True):
        close(step, x)


def flat_steps(said, steps):
    """What came out of each step, (B, T, C), in the order of the description."""
    found = []
    for k in range(len(said[0]["levels"])):
        for i in range(len(said[0]["levels"][k][0])):
            found.append([[node[i] for node in context["levels"][k]] for context in said])
    found += [[[context["scores"]] for context in said]] * (steps - len(found))
    return found


def evaluated(model, contexts):
    for part in parts(model):
        part.training = False
    with torch.no_grad():
        return model(contexts)


def parts(model):
    if isinstance(model, nn.Module):
        return list(model.modules())
    inside = [v for v in [*vars(model).values(), *getattr(model, "layers", [])] if hasattr(v, "__dict__")]
    return [model, *(part for part in inside if not isinstance(part, torch.Tensor))]


def close(found, right):
    assert (torch.tensor(found) - right).abs().max() < 1e-4


def test_the_steps_are_the_layers_own_outputs(seen):
    model, described, contexts, _ = seen["the course's"]
    outs = [out for _, _, out in shapes.layer_calls(model, contexts)]
    for out, x in zip(outs, described.run(contexts), strict=True):
        assert torch.allclose(out.reshape(x.shape), x, atol=1e-5)


@pytest.mark.parametrize("kind", ["the course's", "with the BatchNorm bug", "without BatchNorm", "torch.nn"])
def test_gradients_and_characters_taken_away_are_torch_s(kind, seen):
    _, described, contexts, said = seen[kind]
    for ids, context in zip(contexts[:3], said, strict=False):
        embedded = described.steps[0](ids[None]).requires_grad_()
        x = embedded
        for step in described.steps[1:]:
            x = step(x)
        chance = torch.softmax(x[0, 0] / 1.5, 0)[ids[0]]
        (gradient,) = torch.autograd.grad(chance, embedded)
        close(context["slopes"], (gradient * embedded).sum(-1)[0].detach())
        for i, moved in enumerate(context["away"]):
            without = ids.clone()
            without[i] = 0
            left = torch.softmax(described.run(without[None])[-1][0, 0] / 1.5, 0)[ids[0]]
            assert abs(moved - (chance - left).item()) < 1e-4


def test_half_precision_is_read():
    described = read(*pretrained())
    case = {"outline": described.outline(), "numbers": b64encode(described.numbers(torch.float16)).decode()}
    contexts = torch.randint(27, (CONTEXTS, 8))
    (said,) = in_javascript([{**case, "precision": 16, "contexts": contexts.tolist()}])
    found = torch.tensor([context["scores"] for context in said]).softmax(1)
    assert (found - described.run(contexts)[-1][:, 0].softmax(1)).abs().max() < 2e-3


# What cannot be shown is said


def sentence(model, vocabulary=LATIN, **arguments):
    with pytest.raises(ValueError) as raised:
        LivingTree(model, vocabulary, **arguments)
    return str(raised.value)


def test_a_layer_that_no_tree_has_is_named():
    class Squared:
        def __call__(self, x):
            return x**2

    model = tree(27, 6, 8)
    model.layers[4] = Squared()
    assert "Layer 5 of 14 (Squared) does something else" in sentence(model)
    assert "Embedding, FlattenConsecutive" in sentence(model)


def test_what_happens_between_layers_is_not_passed_over():
    class Skipping:
        def __init__(self):
            self.C, self.W, self.V = Embedding(27, 6), Linear(12, 12), Linear(12, 27)

        def __call__(self, x):
            x = self.C(x).view(len(x), 12)
            return self.V(x + self.W(x))

    assert "Between layer 2 of 3 (Linear) and layer 3 of 3 (Linear)" in sentence(Skipping())


def test_a_tanh_that_hardly_changes_anything_is_still_there():
    for scale in (1e-3, 0.0):
        model = tree(27, 6, 8)
        with torch.no_grad():
            for layer in model.layers:
                for p in layer.parameters():
                    p.mul_(scale)
        described = read(model, LATIN)
        assert [step.op for step in described.steps] == [
            "embedding",
            *["group", "linear", "norm", "tanh"] * 3,
            "linear",
        ]


def test_other_models_of_the_course_are_turned_away():
    assert "A living tree is made of" in sentence(nn.Linear(8, 27))
    assert "A living tree is made of" in sentence(convolution.dilated(tree(27, 6, 8)))
    assert "vocabulary" in sentence(tree(27, 6, 8), Vocabulary(["abc"]))
    assert "not a model" in sentence("a tree")


def test_a_tree_that_came_apart_and_bad_arguments():
    model = tree(27, 6, 8)
    with torch.no_grad():
        model.layers[-1].weight.fill_(float("nan"))
    assert "not finite" in sentence(model)
    good = tree(27, 6, 8)
    assert "contexts of 7" in sentence(good, block_size=7)
    assert "'writ'" in sentence(good, tools=["writ"])
    assert "temperature is 0" in sentence(good, temperature=0)
    assert "'é'" in sentence(good, text="é")
    assert "two names" in sentence(good, compare=good, labels=("one",))
    assert "vocabulary is list" in sentence(good, ["a", "b"])
    with pytest.raises(ValueError, match="go together"):
        LivingTree(good)


def test_the_model_and_the_draws_stay_as_they_were(model):
    model(torch.zeros(4, 8, dtype=torch.long))  # it keeps a graph in .out
    before, weight = torch.get_rng_state(), model.layers[0].weight.clone()
    LivingTree(model, LATIN)
    assert torch.equal(before, torch.get_rng_state()) and torch.equal(weight, model.layers[0].weight)
    assert model.training and all(layer.training for layer in model.layers)


def test_two_trees_and_what_is_said_of_them(model, vocabulary):
    widget = LivingTree(model, vocabulary, text="anna", compare=tree(27, 6, 8), labels=("trained", "untrained"))
    assert "trained: Most likely after “anna”: " in widget.static_text()
    assert "untrained: Most likely after “anna”: " in widget.static_text()
    assert [entry["label"] for entry in widget.trees] == ["trained", "untrained"]
    assert len(widget.static_figure().axes) == 4


def test_the_course_s_own_weights_are_put_in_when_a_page_is_made():
    stored = LivingTree()._copy()["state"]
    assert stored["trees"][0]["numbers"] is None
    (whole,) = LivingTree.revived(stored)["trees"]
    assert len(whole["numbers"]) > 400_000 and whole["outline"]["context"] == 8


def test_the_example_is_made_of_the_tree_s_own_characters():
    model, vocabulary = made("another script")
    widget = LivingTree(model, vocabulary)
    assert set(widget.example) <= set(vocabulary.characters[1:])
    assert f"“{widget.example}”" in widget.static_text()
