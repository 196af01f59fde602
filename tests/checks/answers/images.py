"""Answers to the exercises of the lesson images."""

from . import Wrong

CORNERS = "corners = [x[:, row::2, column::2] for row in (0, 1) for column in (0, 1)]"
GIVES = "return torch.cat(corners, dim=-1)"
HALF = "B, H, W, C = x.shape\n    return "

WRONG = {
    "patches": [
        Wrong("view", "a-patch-is-no-strip", GIVES, HALF + "x.reshape(B, H // 2, W // 2, 4 * C)"),
        Wrong(
            "down first",
            "rows-before-columns",
            CORNERS,
            CORNERS.replace("[:, row::2, column::2]", "[:, column::2, row::2]"),
        ),
        Wrong(
            "quarters",
            "neighbours-not-quarters",
            GIVES,
            "H, W = x.shape[1] // 2, x.shape[2] // 2\n    "
            "return torch.cat([x[:, :H, :W], x[:, :H, W:], x[:, H:, :W], x[:, H:, W:]], -1)",
        ),
        Wrong("woven", "a-pixel-keeps-its-channels", GIVES, "return torch.stack(corners, -1).flatten(-2)"),
        Wrong("one of four", "a-patch-keeps-its-pixels", GIVES, "return corners[0]"),
        Wrong("not flattened", "the-inside-is-flattened", GIVES, HALF + "x.reshape(B, H // 2, 2, W // 2, 2, C)"),
        Wrong("one list of patches", "rows-and-columns-stay", GIVES, "return torch.cat(corners, dim=-1).flatten(1, 2)"),
        Wrong("rows only", "both-axes-are-halved", GIVES, "return torch.cat([x[:, ::2], x[:, 1::2]], -1)"),
        Wrong("columns only", "both-axes-are-halved", GIVES, "return torch.cat([x[:, :, ::2], x[:, :, 1::2]], -1)"),
        Wrong("backwards", None, GIVES, "return torch.cat(corners[::-1], dim=-1)"),
        Wrong("square images only", None, GIVES, "n = x.shape[1] // 2\n    return torch.cat(corners, -1)[:, :, :n]"),
        Wrong("8 rows only", None, GIVES, "return torch.cat(corners, dim=-1).view(-1, 4, 4, 4)"),
        Wrong("no return", "return-forgotten", GIVES, "torch.cat(corners, dim=-1)"),
    ],
    "sees": [Wrong("a word", None, "4**3", "'all'")],
    "shuffled": [Wrong("a word", None, "return False, True", "return 'perhaps', True")],
}

RIGHT = {
    "patches": {
        "by shapes": """
def patches(x):
    B, H, W, C = x.shape
    return x.reshape(B, H // 2, 2, W // 2, 2, C).transpose(2, 3).reshape(B, H // 2, W // 2, 4 * C)
""",
        "permuted": """
def patches(x):
    B, H, W, C = x.shape
    return x.view(B, H // 2, 2, W // 2, 2, C).permute(0, 1, 3, 2, 4, 5).flatten(3)
""",
        "unfold": """
def patches(x):
    return x.unfold(1, 2, 2).unfold(2, 2, 2).permute(0, 1, 2, 4, 5, 3).flatten(3)
""",
        "a loop": """
def patches(x):
    B, H, W, C = x.shape
    out = torch.zeros(B, H // 2, W // 2, 4 * C)
    for i in range(H // 2):
        for j in range(W // 2):
            out[:, i, j] = x[:, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2].reshape(B, 4 * C)
    return out
""",
    },
    "sees": {"in a list": "def answer_sees():\n    return [64, 5.0, 288, [24, 3, 2, 2]]"},
    "shuffled": {"1 and 0": "def answer_shuffled():\n    return [0, 1, 1, 0, 0]"},
}
