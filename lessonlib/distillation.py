"""A model that teaches itself: part of each target is the mean of what the model has predicted so far.

Sources: Hinton et al., 2015, arXiv:1503.02531 (distillation: soft targets from a teacher); Laine and Aila, 2017,
arXiv:1610.02242 (temporal ensembling: the teacher is the mean of the model's own earlier predictions).
"""

import torch

from lessonlib.training import evaluating


class OwnTeacher:
    """A callback of `train`: every `every` steps, mix the model's predictions so far into `targets` (N, V), in place.

    A context that was seen once has one answer, and a model that trusts it learns by heart. The model's own opinion,
    averaged over many states of it, is smoother. `share` of each target comes from there, the rest stays the answers;
    an opinion keeps the weight `memory` when the next one is added. The first `patience` rounds are not used: a model
    that knows nothing has nothing to teach.

    `model(inputs)` gives the logits of each different context once, (K, V), and `which` (N,) the context of a target.
    """

    def __init__(self, model, inputs, which, targets, every, share=0.4, memory=0.9, patience=3):
        self.model, self.inputs, self.which = model, inputs, which
        self.targets, self.answers = targets, targets.clone()
        self.every, self.share, self.memory, self.patience = every, share, memory, patience
        self.opinion = None

    def __call__(self, step, loss, lr):
        rounds, rest = divmod(step + 1, self.every)
        if rest == 0 and rounds > self.patience:
            self.ask()

    @torch.no_grad()
    def ask(self):
        """Predict after every context with the model as it is now, and renew the targets."""
        with evaluating(self.model):
            now = self.model(self.inputs).softmax(1)
        self.opinion = now if self.opinion is None else torch.lerp(now, self.opinion, self.memory)
        torch.lerp(self.answers, self.opinion[self.which], self.share, out=self.targets)
