"""Answers to the exercises on the tree that others have replaced."""

from . import Wrong

LOSSES = "return math.log(26), math.log(26), 0.0"

WRONG = {
    "matrices": [
        Wrong("a fusion a level for 1,024", "depth-is-less-work", "3, 4, 1023", "3, 4, 10"),
        Wrong("one fusion for each level", "a-fusion-is-a-level", "4 + 2 + 1, 3", "3, 3"),
        Wrong("the last matrix too", "the-last-linear-fuses-nothing", "4 + 2 + 1, 3, 4", "7, 4, 4"),
        Wrong("without BatchNorm", "batchnorm-is-left-out", "3, 4, 1023", "3, 3, 1023"),
        Wrong("with the next one", "the-next-level-begins", "3, 4, 1023", "3, 5, 1023"),
        Wrong("a fusion a character", "a-fusion-a-character", "4 + 2 + 1, 3, 4, 1023", "8, 3, 4, 1024"),
        Wrong("the first level", "the-first-level-only", "4 + 2 + 1, 3, 4, 1023", "4, 3, 4, 512"),
        Wrong("one matrix", "levels-share-weights", "4 + 2 + 1, 3", "7, 1"),
        Wrong("seven matrices", "pairs-have-own-weights", "4 + 2 + 1, 3", "7, 7"),
        Wrong("one layer", "a-level-is-a-layer", "3, 4, 1023", "3, 1, 1023"),
        Wrong("with weights", "layers-without-weights-count", "3, 4, 1023", "3, 2, 1023"),
    ],
    "levels": [
        Wrong("half", "16-characters-need-8-levels", "4, 6, 10", "8, 32, 512"),
        Wrong("fusions", "a-fusion-a-level", "4, 6, 10", "15, 63, 1023"),
        Wrong("one too many", "the-characters-are-no-level", "4, 6, 10", "5, 7, 11"),
        Wrong("a sum", "reaches-add-up", "[2, 2, 3]", "[4, 4, 4]"),
        Wrong("multiplied out", "one-level-is-flat", "[2, 2, 3]", "2 * 2 * 3"),
        Wrong("sixteen", None, "[2, 2, 3]", "[2, 2, 2, 2]"),
        Wrong("a one and a fraction", None, "[2, 2, 3]", "[1, 1.5, 8]"),
    ],
    "flat_width": [
        Wrong("a pair", "the-flat-model-sees-all-at-once", "160, 640, 10240", "20, 20, 20"),
        Wrong("added", "width-is-a-product", "160, 640", "26, 74"),
        Wrong("the whole context", "the-tree-sees-a-pair", "10240, 20", "10240, 10240"),
        Wrong("one character", "a-pair-is-one-wide", "10240, 20", "10240, 10"),
        Wrong("times 10 forgotten once", None, "10240, 20", "1024, 20"),
        Wrong("a word", None, "160, 640", '"many", 640'),
    ],
    "wall": [
        Wrong("27", "the-dot-is-no-target", LOSSES, "return math.log(27), math.log(27), 0.0"),
        Wrong("27, cut off", "the-dot-is-no-target", LOSSES, "return 3.29, 3.29, 0.0"),
        Wrong("a chance", "a-loss-is-a-logarithm", LOSSES, "return 1 / 26, 1 / 26, 0.0"),
        Wrong("another logarithm", "a-loss-is-a-logarithm", LOSSES, "return math.log2(26), math.log10(26), 0.0"),
        Wrong("three", None, LOSSES, "return 3, 3, 0"),
        Wrong("a slope", "the-wall-is-a-slope", LOSSES, "return 2.2, 1.1, 0.0"),
        Wrong("all easy", "a-short-tree-sees-far", LOSSES, "return 0, 0, 0"),
        Wrong("all walls", "three-levels-reach-eight", LOSSES, "return math.log(26), math.log(26), math.log(26)"),
        Wrong("a slope to the end", "the-wall-is-a-slope", "0.0", "1.5"),
    ],
}

RIGHT = {
    "matrices": {"in a list": "def answer_matrices():\n    return [7, 3.0, 4, 1023]"},
    "levels": {
        "two levels": "def answer_levels():\n    return math.log2(16), 6, 10, (3, 4)",
        "a list": "def answer_levels():\n    return [4, 6, 10, [2, 6]]",
        "a tensor": "def answer_levels():\n    return [4, 6, 10, torch.tensor([3, 2, 2])]",
    },
    "flat_width": {
        "in characters": "def answer_flat_width():\n    return 16, 64, 1024, 2",
        "in numbers": "def answer_flat_width():\n    return [160, 640, 10240, 20.0]",
    },
    "wall": {
        "rounded": "def answer_wall():\n    return [3.26, 3.258, 0.001]",
        "a tensor": "def answer_wall():\n    return torch.tensor([26.0, 26.0, 1.0]).log()",
    },
}
