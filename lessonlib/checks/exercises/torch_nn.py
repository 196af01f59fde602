"""The exercises on torch.nn: shapes and axes, weights carried over, what is trained and what is stored."""

import torch

from .. import reference
from ..declare import Case, code, easy, medium, part, prediction, value
from ..engine import Check
from ..exercise import Mistake
from ..expect import equal, one_gradient, returned, same, shaped
from ..probes import torch_nn as probes
from ..probes.common import traced

# --- axes ---

AXES = prediction("axes", "Which axis is which?", easy, 6)(
    part("nn.Linear(48, 128).weight", (128, 48), {(48, 128): "torch-stores-it-turned"}),
    part(
        "nn.Conv1d(24, 128, kernel_size=2).weight",
        (128, 24, 2),
        {(24, 128, 2): "torch-stores-it-turned", (2, 24, 128): "torch-stores-it-turned"},
    ),
    part(
        "what that convolution makes of (4, 24, 8), with stride 2",
        (4, 128, 4),
        {(4, 128, 7): "stride-skips", (4, 4, 128): "channels-in-the-middle", (4, 128, 8): "stride-skips"},
    ),
    part("nn.BatchNorm1d(68) takes (4, 4, 68)", False, "channels-in-the-middle"),
    part("nn.BatchNorm1d(4) on (32, 4, 4) notices", False, "equal-sizes-hide-it"),
    why="torch.nn stores weights with the output first and keeps channels in the middle, so a layer may run "
    "and still use the wrong axis.",
    hints=(
        "torch.nn names the outputs first: (fan_out, fan_in), and (C_out, C_in, kernel) for a convolution.",
        "Conv1d and BatchNorm1d take the channels in the middle: (B, C, T).",
    ),
)

# --- weights carried over ---

CALL = "`carried(…)(x)`, for x (6, 4) and a weight (4, 3),"


def _right(seed: int, fan_in: int, training: bool, eps: float = 1e-5, **changed: torch.Tensor) -> torch.Tensor:
    """What our layers give; `changed` puts other tensors in their place."""
    given = dict(zip(probes.NAMES, probes.ours(seed, fan_in, 3), strict=True)) | changed
    x = probes.batch(seed, 6, fan_in) @ given["weight"]
    if training:
        mean, var = reference.statistics(x)
    else:
        mean, var = given["running_mean"], given["running_var"]
    return reference.normalise(x, mean, var, given["gamma"], given["beta"], eps)


def _output(data: dict, seed: int, fan_in: int, training: bool, call: str, turned: str | None = None) -> None:
    out = shaped(returned(data["out"], call, turned), (6, 3), call)
    right = _right(seed, fan_in, training)
    weight, gamma, beta, _, var = probes.ours(seed, fan_in, 3)
    zeros, ones = torch.zeros(3), torch.ones(3)
    variants = [
        ("buffers-are-carried-too", {"running_mean": zeros, "running_var": ones}),
        ("buffers-are-carried-too", {"running_mean": zeros}),
        ("buffers-are-carried-too", {"running_var": ones}),
        ("gamma-is-called-weight", {"gamma": ones, "beta": zeros}),
        ("gamma-is-called-weight", {"gamma": beta, "beta": gamma}),
        ("gamma-is-called-weight", {"gamma": ones}),
        ("gamma-is-called-weight", {"beta": zeros}),
        ("standard-deviation-for-variance", {"running_var": var**0.5}),
        *(("eps-is-ours", {"eps": eps}) for eps in (1e-3, 1e-2, 1e-8, 0, 1e-12)),
    ]
    variants.append(("reshape-is-no-transpose", {"weight": weight.reshape(3, fan_in).T}))
    if fan_in == 3:
        variants[-1] = ("torch-stores-it-turned", {"weight": weight.T})
    given = ((id, _right(seed, fan_in, training, **how)) for id, how in variants)
    same(out, right, f"{call} does not give what our layers give.", given, tolerance=1e-3)


def _evaluation(data: dict, seed: int) -> None:
    message = data["out"].get("message", "")
    sizes = "shapes cannot be multiplied" in message or ("must match the size" in message and "(3)" in message)
    turned = "torch-stores-it-turned" if sizes else None
    _output(data, seed, 4, False, CALL + " in evaluation mode,", turned)


def _square(data: dict, seed: int) -> None:
    _output(data, seed, 3, False, "`carried(…)(x)`, for x (6, 3) and a weight (3, 3), in evaluation mode,")


def _training(data: dict, seed: int) -> None:
    _output(data, seed, 4, True, CALL + " in training mode,")
    call = "After two batches in training, " + CALL + " in evaluation mode,"
    later = shaped(returned(data["later"], call), (6, 3), call)
    rights = [_after_training(seed, correction) for correction in (1, 0)]
    if not any(equal(later, right, 1e-3) for right in rights):
        known = [("momentum-is-ours", _after_training(seed, 1, momentum)) for momentum in (0.9, 0.01, 1.0, 0.5)]
        known.append(("momentum-is-ours", _after_training(seed, 1, None)))
        same(later, rights[0], f"{call} does not give what our layers give.", known, tolerance=1e-3)


def _after_training(seed: int, correction: int, momentum: float | None = 0.1) -> torch.Tensor:
    """What evaluation gives once two batches have moved the running statistics; None for a plain average of them."""
    given = dict(zip(probes.NAMES, probes.ours(seed, 4, 3), strict=True))
    mean, var = given["running_mean"], given["running_var"]
    for count, batch in enumerate((probes.batch(seed, 6, 4), probes.batch(seed + 1, 6, 4)), 1):
        new_mean, new_var = reference.statistics(batch @ given["weight"], correction)
        new = 1 / count if momentum is None else momentum
        mean, var = (1 - new) * mean + new * new_mean, (1 - new) * var + new * new_var
    return _right(seed, 4, False, running_mean=mean, running_var=var)


def _parameters(data: dict, seed: int) -> None:
    if data["sizes"] != [3, 3, 12]:
        known = {(3, 3, 3, 3, 12): "buffers-are-parameters", (3, 3, 3, 12): "a-bias-comes-along"}
        says = f"The model trains tensors of {data['sizes']} numbers, expected [3, 3, 12]: weight, gamma and beta."
        raise Mistake(says, known.get(tuple(data["sizes"])))
    given = dict(zip(probes.NAMES, probes.ours(seed, 4, 3), strict=True))
    moved = _right(seed, 4, True, **{name: given[name] + 1 for name in ("weight", "gamma", "beta")})
    found = shaped(returned(data["moved"], CALL), (6, 3), CALL)
    same(
        found,
        moved,
        "After 1 is added to all that `parameters()` lists, the model does not compute with the new numbers.",
        tolerance=1e-3,
    )
    _gradients(data, seed)


def _gradients(data: dict, seed: int) -> None:
    """Each of ours must come, to the weight also turned; the model may list its parameters in any order."""
    weight, gamma, beta, _, _ = probes.ours(seed, 4, 3)
    arguments = (probes.batch(seed, 6, 4), weight, gamma, beta)
    to_x, *expected = traced(_in_training, *arguments)["gradients"]["value"]
    came_x, *came = returned(data["traced"]["gradients"], f"`backward()` from {CALL}", "graph-is-cut")
    one_gradient(came_x, to_x, "x", CALL.rstrip(","))
    for name, right in zip(("the weight", "gamma", "beta"), expected, strict=True):
        if not any(
            equal(found, turned, 1e-3) for found in came for turned in (right, right.mT if right.ndim == 2 else right)
        ):
            found = next((g for g in came if isinstance(g, torch.Tensor) and g.numel() == right.numel()), None)
            one_gradient(found, right, name, CALL.rstrip(","))


def _in_training(x: torch.Tensor, weight: torch.Tensor, gamma: torch.Tensor, beta: torch.Tensor) -> torch.Tensor:
    out = x @ weight
    return reference.normalise(out, *reference.statistics(out), gamma, beta)


def _copied(data: dict, seed: int) -> None:
    for name, found, right in zip(probes.NAMES, data["given"], probes.ours(seed, 4, 3), strict=True):
        if not equal(found, right):
            raise Mistake(f"Training the model has changed our `{name}`.", "carried-is-copied")


CARRIED = code("carried", "Weights carried over", medium, 12, name="carried")(
    Case("evaluation: the same numbers out", probes.evaluation, _evaluation, 2),
    Case("a square weight, too", probes.square, _square),
    Case("training: the same numbers out", probes.training, _training),
    Case("weight, gamma and beta are trained, nothing else", probes.trained, _parameters),
    Case("our tensors stay as they are", probes.trained, _copied),
    why="Both layouts hold the same numbers; with the weight transposed and the running statistics brought "
    "along, the outputs agree.",
    hints=(
        "Make `nn.Linear(fan_in, fan_out, bias=False)` and `nn.BatchNorm1d(fan_out)`, and put them into an "
        "`nn.Sequential`.",
        "Under `torch.no_grad()`, `a.copy_(b)` writes the numbers of b into a. The Linear's weight lies on its side: "
        "`.T`.",
        "gamma is called `weight` there, beta `bias`. And the two running statistics must come along.",
    ),
)

# --- what is trained, what is stored ---

STATE = value("state", "Trained and stored", easy, 6)(
    part("tensors in parameters()", 5, {8: "buffers-are-parameters", 6: "a-bias-comes-along"}),
    part(
        "entries in state_dict()", 8, {5: "a-state-has-buffers", 7: "a-state-counts-batches", 9: "a-bias-comes-along"}
    ),
    part("numbers that are trained", 3359, {3495: "buffers-are-parameters", 3427: "a-bias-comes-along"}),
    part("saving parameters() alone is enough", False, "a-state-has-buffers"),
    part("a file can run code when it is loaded without weights_only", True, "a-pickle-is-a-program"),
    why="Running statistics are kept but not trained, so only `state_dict()` holds them, and evaluation is "
    "wrong without them.",
    hints=(
        "A Linear has a weight and, if it wants one, a bias. A BatchNorm1d trains two tensors.",
        "A BatchNorm1d also stores running_mean, running_var and num_batches_tracked. Tanh has nothing.",
    ),
)

check = Check("torch-nn", AXES, CARRIED, STATE)
