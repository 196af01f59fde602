"""A word list split: what the rungs train on and are measured on."""

from collections.abc import Sequence

from lessonlib import data, training

BLOCK_SIZE = 8


class Names:
    """A word list, whole and split, with the windows of its training and validation words."""

    def __init__(self, words: Sequence[str]):
        self.words = list(words)  # in the list's own order
        self.vocabulary = data.Vocabulary(words)
        self.train, self.validation, self.test = data.split(words)
        self.windows = data.windows(self.train, BLOCK_SIZE, self.vocabulary)
        self.validation_windows = data.windows(self.validation, BLOCK_SIZE, self.vocabulary)

    def loss(self, model, words: Sequence[str]) -> float:
        """The mean loss of a tree on all windows of these words."""
        return training.evaluate(model, *data.windows(words, BLOCK_SIZE, self.vocabulary))

    def seen_and_new(self, words: Sequence[str]) -> tuple[list[str], list[str]]:
        """Those of the words that are training names too, and the others."""
        known = set(self.train)
        return [word for word in words if word in known], [word for word in words if word not in known]
