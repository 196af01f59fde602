"""Self-distillation: part of each target is the mean of what the model has predicted so far.

Sources: Hinton et al., 2015, arXiv:1503.02531 (distillation: soft targets from a teacher); Laine and Aila, 2017,
arXiv:1610.02242 (temporal ensembling: the teacher is the mean of the model's own earlier predictions).
"""

import torch

from lessonlib.training import evaluating


class SelfDistillation:
    """A callback of `train`: every `every` steps, mix the model's predictions so far into `targets` (N, V), in place.

    A context that was seen once has one target, and a model that trusts it learns by heart. The model's own
    predictions, averaged over many states of it, are smoother. They make up `weight` of each target, the original
    target the rest; the average keeps `momentum` of itself when the next predictions are added. The first `patience`
    rounds are not used: a model that knows nothing has nothing to teach.

    `model(inputs)` gives the logits of each different context once, (K, V), and `context` (N,) that of each target.
    """

    def __init__(self, model, inputs, context, targets, every, weight=0.4, momentum=0.9, patience=3):
        self.model, self.inputs, self.context = model, inputs, context
        self.targets, self.original = targets, targets.clone()
        self.every, self.weight, self.momentum, self.patience = every, weight, momentum, patience
        self.ensemble = None  # the mean of the predictions so far, (K, V)

    def __call__(self, step, loss, lr):
        rounds, rest = divmod(step + 1, self.every)
        if rest == 0 and rounds > self.patience:
            self.update()

    @torch.no_grad()
    def update(self):
        """Predict after every context with the model as it is now, and renew the targets."""
        with evaluating(self.model):
            now = self.model(self.inputs).softmax(1)
        self.ensemble = now if self.ensemble is None else torch.lerp(now, self.ensemble, self.momentum)
        # In place: the batches index into this very tensor.
        torch.lerp(self.original, self.ensemble[self.context], self.weight, out=self.targets)
