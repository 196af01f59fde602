"""Answers to the exercise that writes names."""

from . import Whole, Wrong

DRAW = "ix = torch.multinomial(probabilities, 1, generator=generator).item()"
SOFT = "probabilities = (model(torch.tensor([ids[-block_size:]])) / temperature).softmax(1)"
END = "        if ix == 0:\n            break\n        ids.append(ix)\n"
GIVE = 'return "".join(characters[ix] for ix in ids[block_size:])'


def soft(name: str, misconception: str | None, new: str) -> Wrong:
    """Other probabilities."""
    return Wrong(name, misconception, SOFT, f"probabilities = {new}")


SCORES = "model(torch.tensor([ids[-block_size:]]))"

WRONG = {
    "write": [
        Wrong("the largest", "always-the-likeliest", DRAW, "ix = probabilities.argmax(1).item()"),
        soft("times the temperature", "temperature-divides", f"({SCORES} * temperature).softmax(1)"),
        soft("no temperature", "temperature-comes-before-softmax", f"{SCORES}.softmax(1)"),
        soft("after softmax", "temperature-comes-before-softmax", f"{SCORES}.softmax(1) / temperature"),
        soft("only when it is cold", None, f"({SCORES} / min(temperature, 1)).softmax(1)"),
        soft("twice", "softmax-twice", f"({SCORES} / temperature).softmax(1).softmax(1)"),
        soft("all alike", None, f"torch.ones_like({SCORES})"),
        soft("exp of half", None, f"({SCORES} / temperature / 3).softmax(1)"),
        soft(
            "the context stands still",
            "the-context-moves-on",
            f"({SCORES} / temperature).softmax(1)".replace("-block_size:", ":block_size"),
        ),
        soft(
            "the whole text",
            "the-context-keeps-its-length",
            f"({SCORES} / temperature).softmax(1)".replace("[-block_size:]", ""),
        ),
        soft(
            "the newest first",
            "newest-character-first",
            f"({SCORES} / temperature).softmax(1)".replace("[-block_size:]", "[-block_size:][::-1]"),
        ),
        soft(
            "one too few", None, f"({SCORES} / temperature).softmax(1)".replace("ids[-block_size:]", "[1] + ids[-2:]")
        ),
        Wrong("with gradients", "writing-needs-no-gradients", "@torch.no_grad()\n", ""),
        Wrong("no generator", "the-generator-is-an-argument", ", generator=generator", ""),
        Wrong(
            "a seed",
            "seeded-inside",
            DRAW,
            "torch.manual_seed(3)\n        ix = torch.multinomial(probabilities, 1).item()",
        ),
        Wrong("the generator seeded", "seeded-inside", DRAW, "generator.manual_seed(3)\n        " + DRAW),
        Wrong(
            "seeded once for a name", "seeded-inside", "    ids = [0]", "    generator.manual_seed(3)\n    ids = [0]"
        ),
        Wrong(
            "the dot is kept",
            "the-dot-is-no-letter",
            END,
            "        ids.append(ix)\n        if ix == 0:\n            break\n",
        ),
        Wrong("the dots in front", "the-dot-is-no-letter", "ids[block_size:]", "ids"),
        Wrong("stops at the padding", "the-padding-is-no-end", "    for _ in", "    for _ in () if ids[-1] == 0 else"),
        Wrong("the last one cut", "the-last-letter-is-lost", "ids[block_size:]", "ids[block_size:-1]"),
        soft(
            "no batch",
            "the-batch-is-missing",
            f"({SCORES} / temperature).softmax(-1)".replace("[ids[-block_size:]]", "ids[-block_size:]"),
        ),
        soft(
            "a column", None, "(model(torch.tensor([[ix] for ix in ids[-block_size:]])) / temperature).softmax(1)[-1:]"
        ),
        Wrong("one too few draws", None, "range(max_length)", "range(max_length - 1)"),
        Whole(
            "the lesson's own, with a limit",
            "the-cut-letter-is-lost",
            """
@torch.no_grad()
def write(model, characters, block_size, temperature=1.0, generator=None, max_length=20):
    ids = [0] * block_size
    while len(ids) == block_size or (ids[-1] != 0 and len(ids) < block_size + max_length):
        probabilities = (model(torch.tensor([ids[-block_size:]])) / temperature).softmax(1)
        ids.append(torch.multinomial(probabilities, 1, generator=generator).item())
    return "".join(characters[ix] for ix in ids[block_size:-1])
""",
        ),
        Wrong(
            "no empty names",
            "a-name-may-be-empty",
            "            break\n",
            "            if len(ids) == block_size:\n                continue\n            break\n",
        ),
        Wrong("never stops", None, END, "        ids.append(ix)\n"),
        Wrong("one too many", None, "range(max_length)", "range(max_length + 1)"),
        Wrong("always twenty", None, "range(max_length)", "range(20)"),
        Wrong(
            "its own alphabet", "the-characters-are-an-argument", "characters[ix]", "'.abcdefghijklmnopqrstuvwxyz'[ix]"
        ),
        Wrong("ids", None, GIVE, "return ids[block_size:]"),
        Wrong("nothing", "return-forgotten", GIVE, "pass"),
        Whole(
            "a fixed context",
            None,
            """
@torch.no_grad()
def write(model, characters, block_size, temperature, generator, max_length):
    text, context = "", [0] * 8
    for _ in range(max_length):
        ix = torch.multinomial((model(torch.tensor([context])) / temperature).softmax(1), 1, generator=generator).item()
        if ix == 0:
            break
        text += characters[ix]
        context = context[1:] + [ix]
    return text
""",
        ),
    ],
}

RIGHT = {
    "write": {
        "a while, the last dimension, a list of characters": """
def write(model, characters, block_size, temperature=1.0, generator=None, max_length=20):
    context, name = torch.zeros(1, block_size, dtype=torch.long), []
    with torch.no_grad():
        while len(name) < max_length:
            scores = model(context)[0]
            drawn = torch.multinomial(F.softmax(scores / temperature, dim=-1), num_samples=1, generator=generator)
            if drawn == 0:
                return ''.join(name)
            name.append(characters[drawn.item()])
            context = torch.cat([context[:, 1:], drawn[None]], dim=1)
    return ''.join(name)
""",
        "by the cumulated probabilities": """
@torch.no_grad()
def write(model, characters, block_size, temperature=1.0, generator=None, max_length=20):
    ids = [0] * block_size
    for _ in range(max_length):
        exps = torch.exp(model(torch.tensor([ids[-block_size:]]))[0].double() / temperature)
        shares = (exps / exps.sum()).cumsum(0)
        ix = int((torch.rand(1, generator=generator) > shares).sum())
        if characters[ix] == '.':
            break
        ids += [ix]
    return ''.join([characters[i] for i in ids if i])
""",
        "Gumbel": """
@torch.inference_mode()
def write(model, characters, block_size, temperature=1.0, generator=None, max_length=20):
    name, context = '', [0] * block_size
    while True:
        scores = model(torch.tensor(context).view(1, -1)).squeeze(0) / temperature
        noise = -torch.log(-torch.log(torch.rand(scores.shape, generator=generator)))
        ix = (scores + noise).argmax().item()
        if ix == 0 or len(name) == max_length:
            return name
        name += characters[ix]
        context = [*context[1:], ix]
""",
        "log_softmax and exp, parameters that were switched off": """
def write(model, characters, block_size, temperature=1.0, generator=None, max_length=20):
    out = []
    for p in model.parameters():
        p.requires_grad_(False)
    while len(out) < max_length:
        context = ([0] * block_size + out)[-block_size:]
        logits = model(torch.tensor(context).unsqueeze(0)).div(temperature)
        ix = torch.multinomial(logits.log_softmax(-1).exp(), 1, replacement=True, generator=generator)[0, 0].item()
        if not ix:
            break
        out.append(ix)
    return "".join(map(characters.__getitem__, out))
""",
    },
}
