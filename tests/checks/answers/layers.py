"""Answers to the exercises of the lesson layers."""

from . import Whole, Wrong

TWO_DEEP = """
class Sequential:
    def __init__(self, layers):
        self.layers = list(layers)
    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
    def parameters(self):
        found = []
        for layer in self.layers:
            if isinstance(layer, Sequential):
                for inner in layer.layers:
                    found += [] if isinstance(inner, Sequential) else inner.parameters()
            else:
                found += layer.parameters()
        return found
"""

WRONG = {
    "linear": [
        Wrong("(fan_out, fan_in)", "weight-transposed", "torch.randn(fan_in, fan_out)", "torch.randn(fan_out, fan_in)"),
        Wrong("size 1", "weights-not-scaled", " / fan_in**0.5", ""),
        Wrong("sqrt(fan_out)", "scaled-by-fan-out", "fan_in**0.5", "fan_out**0.5"),
        Wrong("no root", "scaled-without-the-root", "fan_in**0.5", "fan_in"),
        Wrong("bias not added", "bias-not-added", "out = out + self.bias", "pass"),
        Wrong("bias=False ignored", "bias-argument-ignored", " if bias else None", ""),
        Wrong("bias not listed", "parameter-not-listed", "[self.weight, self.bias]", "[self.weight]"),
        Wrong("None listed", "none-among-parameters", "[self.weight] if self.bias is None else ", ""),
        Wrong(
            "weights in the call",
            "weights-made-in-the-call",
            "out = x @ self.weight",
            "out = x @ (torch.randn(*self.weight.shape) / len(self.weight)**0.5)",
        ),
        Wrong("detached", "graph-is-cut", "x @ self.weight", "x @ self.weight.detach()"),
        Wrong(
            "gradients asked for too early",
            "weight-is-not-a-leaf",
            "(torch.randn(fan_in, fan_out) / fan_in**0.5).requires_grad_()",
            "torch.randn(fan_in, fan_out, requires_grad=True) / fan_in**0.5",
        ),
        Wrong("mm", "rows-only", "x @ self.weight", "torch.mm(x, self.weight)"),
        Wrong("no return", "return-forgotten", "        return out\n", ""),
        Whole("inherited", "inherited-answer", "class Linear(nn.Linear): pass"),
        Whole(
            "one inside",
            "inherited-answer",
            """
class Linear:
    def __init__(self, fan_in, fan_out, bias=True):
        self.inner = nn.Linear(fan_in, fan_out, bias)
        bound = (3 / fan_in) ** 0.5
        nn.init.uniform_(self.inner.weight, -bound, bound)
    def __call__(self, x): return self.inner(x)
    def parameters(self): return self.inner.parameters()
""",
        ),
        Whole(
            "everything kept by the class",
            "two-are-one",
            """
class Linear:
    def __init__(self, fan_in, fan_out, bias=True):
        Linear.weight = torch.randn(fan_in, fan_out) / fan_in ** 0.5
        Linear.bias = torch.zeros(fan_out) if bias else None
    def __call__(self, x):
        return x @ self.weight if self.bias is None else x @ self.weight + self.bias
    def parameters(self):
        return [self.weight] if self.bias is None else [self.weight, self.bias]
""",
        ),
        Wrong(
            "seeded",
            "seeded-inside",
            "        self.weight = (torch",
            "        torch.manual_seed(1)\n        self.weight = (torch",
        ),
        Wrong(
            "drawn from a generator of its own",
            "seeded-inside",
            "torch.randn(fan_in, fan_out)",
            "torch.randn(fan_in, fan_out, generator=torch.Generator().manual_seed(1))",
        ),
        Wrong("x is changed", "argument-changed", "out = x @ self.weight", "out = x @ self.weight\n        x += 1"),
        Wrong("half of x is cut off", "graph-is-cut", "x @ self.weight", "(x + x.detach()) / 2 @ self.weight"),
        Wrong("a slip of the pen", None, "x @ self.weight", "x @ weight"),
        Wrong("only positive weights", None, "torch.randn(fan_in, fan_out)", "torch.rand(fan_in, fan_out) * 1.7"),
        Wrong(
            "copies listed",
            "parameters-are-copies",
            "[self.weight, self.bias]",
            "[self.weight.clone(), self.bias.clone()]",
        ),
        Wrong("added to each row but one", None, "        return out\n", "        return out.cumsum(0)\n"),
    ],
    "embed": [
        Wrong("whole numbers", "one-hot-holds-integers", ".float()", ""),
        Wrong("no classes", "one-hot-without-classes", "ix, C.shape[0]", "ix"),
        Wrong("always 27", "table-size-is-given", "C.shape[0]", "27"),
        Wrong("from 1", "one-hot-off-by-one", "F.one_hot(ix, C.shape[0])", "F.one_hot((ix + 1) % len(C), len(C))"),
        Wrong(
            "summed over T",
            "positions-added-up",
            "return one_hot, one_hot @ C",
            "return one_hot, C[ix].sum(-2)",
        ),
        Wrong(
            "looked up without classes",
            "one-hot-without-classes",
            "F.one_hot(ix, C.shape[0]).float()\n    return one_hot, one_hot @ C",
            "F.one_hot(ix).float()\n    return one_hot, C[ix]",
        ),
        Wrong("C is cut off", "graph-is-cut", "return one_hot, one_hot @ C", "return one_hot, one_hot @ C.detach()"),
        Wrong(
            "through numpy",
            "graph-is-cut",
            "return one_hot, one_hot @ C",
            "return one_hot, torch.from_numpy(one_hot.numpy() @ C.detach().numpy())",
        ),
        Wrong("the product doubled", None, "return one_hot, one_hot @ C", "return one_hot, 2 * one_hot @ C"),
        Wrong("the product alone", None, "return one_hot, one_hot @ C", "return one_hot @ C"),
    ],
    "sequential": [
        Wrong(
            "layers without parameters left out",
            "layers-without-weights-are-called",
            "self.layers = list(layers)",
            "self.layers = [layer for layer in layers if layer.parameters()]",
        ),
        Whole("two levels deep", "parameters-not-nested", TWO_DEEP),
        Wrong(
            "always x",
            "every-layer-gets-the-input",
            "x = layer(x)\n        return x",
            "out = layer(x)\n        return out",
        ),
        Wrong("return in the loop", "return-inside-the-loop", "        return x", "            return x"),
        Wrong("reversed", "layers-in-reverse", "for layer in self.layers:", "for layer in self.layers[::-1]:"),
        Wrong("an iterator", "works-only-once", "list(layers)", "iter(layers)"),
        Wrong(
            "lists",
            "parameters-in-lists",
            "[p for layer in self.layers for p in layer.parameters()]",
            "[layer.parameters() for layer in self.layers]",
        ),
        Wrong(
            "weights only of layers",
            "parameters-not-nested",
            "for p in layer.parameters()]",
            "if not isinstance(layer, Sequential) for p in layer.parameters()]",
        ),
        Wrong(
            "attributes",
            "parameters-not-nested",
            "[p for layer in self.layers for p in layer.parameters()]",
            "[p for layer in self.layers for p in (layer.weight, layer.bias)]",
        ),
        Wrong("layers of the class", "two-are-one", "self.layers = list(layers)", "Sequential.layers = list(layers)"),
        Whole(
            "layers are used up",
            "argument-changed",
            """
class Sequential:
    def __init__(self, layers):
        self.layers = []
        while layers:
            self.layers.append(layers.pop(0))
    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]
""",
        ),
        Wrong("cut between layers", "graph-is-cut", "x = layer(x)", "x = layer(x.detach())"),
        Wrong("three layers", None, "x = layer(x)\n        return x", "x = layer(x)\n        return layer and x"),
        Wrong("the first layer's", None, "in self.layers for p", "in self.layers[:1] for p"),
        Wrong(
            "an inner one is skipped",
            None,
            "            x = layer(x)\n",
            "            x = x if isinstance(layer, Sequential) else layer(x)\n",
        ),
        Wrong("no return", "return-forgotten", "        return x\n", ""),
    ],
    "spread": [
        Wrong("variances", "variance-is-no-spread", "200**0.5, 50**0.5", "200, 50"),
        Wrong("one", "sums-keep-their-size", "200**0.5, 50**0.5, 1", "1, 1, 1 / 200**0.5"),
        Wrong("outputs", "fan-out-counts", "200**0.5, 50**0.5", "10, 10"),
    ],
}

RIGHT = {
    "linear": {
        "the published lesson's": """
class Linear:
  def __init__(self, fan_in, fan_out, bias=True):
    self.weight = torch.randn((fan_in, fan_out)) / fan_in**0.5
    self.bias = torch.zeros(fan_out) if bias else None
  def __call__(self, x):
    self.out = x @ self.weight
    if self.bias is not None:
      self.out += self.bias
    return self.out
  def parameters(self):
    return [self.weight] + ([] if self.bias is None else [self.bias])
""",
        "a module with F.linear": """
class Linear(nn.Module):
    def __init__(self, fan_in, fan_out, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(fan_in, fan_out).normal_(std=fan_in ** -0.5))
        self.bias = nn.Parameter(torch.zeros(fan_out)) if bias else None
    def forward(self, x):
        return F.linear(x, self.weight.T, self.bias)
""",
        "einsum, a tuple": """
class Linear:
    def __init__(self, fan_in, fan_out, bias=True):
        self.ps = (torch.randn(fan_in, fan_out).div(math.sqrt(fan_in)).requires_grad_(),)
        if bias:
            self.ps += (torch.zeros(fan_out).requires_grad_(),)
    def __call__(self, x):
        y = torch.einsum("...i,io->...o", x, self.ps[0])
        return y + self.ps[1] if len(self.ps) == 2 else y
    def parameters(self): return self.ps
""",
    },
    "embed": {
        "rows of the identity": """
def embed(ix, C):
    one_hot = torch.eye(len(C))[ix]
    return one_hot, one_hot @ C
""",
        "scatter": """
def embed(ix, C):
    one_hot = torch.zeros(*ix.shape, C.size(0)).scatter_(-1, ix[..., None], 1.0)
    return [one_hot, torch.matmul(one_hot, C)]
""",
        "compared, in double precision": """
def embed(ix, C):
    hot = ix.unsqueeze(-1) == torch.arange(len(C))
    return hot, torch.einsum("...v,vc->...c", hot.double(), C.double())
""",
        "whole numbers, turned for the product": """
def embed(ix, C):
    one_hot = F.one_hot(ix, num_classes=C.shape[0])
    return one_hot, one_hot.to(C.dtype) @ C
""",
    },
    "sequential": {
        "the published lesson's": """
class Sequential:
  def __init__(self, layers):
    self.layers = layers
  def __call__(self, x):
    for layer in self.layers:
      x = layer(x)
    self.out = x
    return self.out
  def parameters(self):
    return [p for layer in self.layers for p in layer.parameters()]
""",
        "a module": """
class Sequential(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layers = nn.ModuleList(layers)
    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
""",
        "torch.nn's own": """
class Sequential(nn.Sequential):
    def __init__(self, layers):
        super().__init__(*layers)
""",
        "reduce and chain": """
from functools import reduce
from itertools import chain

class Sequential:
    def __init__(self, layers): self.layers = tuple(layers)
    def __call__(self, x): return reduce(lambda y, layer: layer(y), self.layers, x)
    def parameters(self): return chain.from_iterable(layer.parameters() for layer in self.layers)
""",
        "recursive": """
class Sequential:
    def __init__(self, layers): self.layers = list(layers)
    def __call__(self, x, i=0):
        return x if i == len(self.layers) else self(self.layers[i](x), i + 1)
    def parameters(self):
        found = []
        for layer in self.layers:
            found.extend(layer.parameters())
        return found
""",
    },
    "spread": {
        "rounded": "def answer_spread():\n    return 14.1, 7.1, 1.0",
        "measured": "def answer_spread():\n    x, W = torch.randn(5000, 200), torch.randn(200, 100)\n"
        "    return (x @ W).std(), (x[:, :50] @ W[:50]).std(), (x @ (W / 200**.5)).std()",
    },
}
