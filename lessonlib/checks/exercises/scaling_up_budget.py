"""A recipe under a budget: seconds and names go in, a tree comes back, and the judge measures it."""

import math

from ..budget import GRACE, SPARE, Trial
from ..declare import Case, hard
from ..exercise import Exercise, Kind, Mistake
from ..probes import budget as probes
from .handed_over import understood

STEP = ("first", "second", "third", "fourth")
LONGEST = 10_000  # characters: enough for any recipe, too few to carry a trained tree or the names along


def _comes_back(data: dict, trial: Trial) -> str:
    tree = trial.tree(data["tree"], understood)
    return f"a tree of {len(tree['levels'])} levels"


def _in_time(data: dict, trial: Trial) -> None:
    allowed = data.get("allowed", trial.seconds)
    if data["spent"] > GRACE * allowed + SPARE:
        says = f"It took {data['spent']:.1f} seconds of processor time; it had {allowed:.1f}."
        raise Mistake(says, "over-the-budget")


def _step(place: int):
    """The judge of one step."""

    def judge(data: dict, trial: Trial) -> str:
        tree = trial.tree(data["tree"], understood)
        loss, step = trial.loss(tree), trial.steps[place]
        if loss <= step:
            return f"{loss:.3f}, at most {step:.3f}"
        says = f"The loss is {loss:.3f} on names that it has not seen; the {STEP[place]} step is {step:.3f}."
        more = "Train longer within the seconds, or look at the rate: does it fall to 0 at the end?"
        raise Mistake(says, _why(tree, loss, trial), next=more)

    return judge


def _why(tree: dict, loss: float, trial: Trial) -> str | None:
    if trial.loss_in_training(tree) < loss - 0.4:
        return "learned-by-heart"
    if abs(loss - trial.letters()) < 0.03:
        return "the-context-is-not-used"
    return "nothing-learned" if loss > math.log(len(trial.characters)) - 0.05 else None


BUDGET = Exercise(
    "budget",
    "Train under a budget",
    Kind.CODE,
    "recipe",
    hard,
    25,
    (
        Case("a tree comes back", probes.trained, _comes_back, 2),
        Case("within its seconds", probes.trained, _in_time),
        *(Case(f"the {STEP[place]} step", probes.trained, _step(place)) for place in range(4)),
    ),
    (
        "`time.process_time()` gives the processor time in seconds. Stop when your time is nearly used up, and let the "
        "rate follow the share that is left.",
        "AdamW at 0.01, batches of 512, a rate that is held and then falls to 0. Mind the shuffle: use each name "
        "once before any comes again.",
        "Call `model.train()` first, so that the running statistics are kept. For more, look at the ladder's rungs.",
    ),
    given=True,
    why="The check measured your tree on names that it never saw, so the recipe itself is what counts.",
    trial=True,
    longest=LONGEST,
)
