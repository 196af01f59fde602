"""Answers to the exercises of the lesson batchnorm."""

from . import Whole, Wrong

MOVE = "with torch.no_grad():\n"
MEAN = "(1 - self.momentum) * self.running_mean + self.momentum * mean"
VAR = "(1 - self.momentum) * self.running_var + self.momentum * var"
OUT = "return self.gamma * (x - mean) / torch.sqrt(var + self.eps) + self.beta"

PUBLISHED = """
class BatchNorm1d:
  def __init__(self, dim, eps=1e-5, momentum=0.1):
    self.eps = eps
    self.momentum = momentum
    self.training = True
    self.gamma = torch.ones(dim)
    self.beta = torch.zeros(dim)
    self.running_mean = torch.zeros(dim)
    self.running_var = torch.ones(dim)
  def __call__(self, x):
    if self.training:
      if x.ndim == 2:
        dim = 0
      elif x.ndim == 3:
        dim = (0, 1)
      xmean = x.mean(dim, keepdim=True)
      xvar = x.var(dim, keepdim=True)
    else:
      xmean = self.running_mean
      xvar = self.running_var
    xhat = (x - xmean) / torch.sqrt(xvar + self.eps)
    self.out = self.gamma * xhat + self.beta
    if self.training:
      with torch.no_grad():
        self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * xmean
        self.running_var = (1 - self.momentum) * self.running_var + self.momentum * xvar
    return self.out
  def parameters(self):
    return [self.gamma, self.beta]
"""

WRONG = {
    "batchnorm": [
        Wrong(
            "evaluation uses the batch",
            "eval-uses-the-batch",
            "mean, var = self.running_mean, self.running_var",
            "mean, var = x.mean(0), x.var(0)",
        ),
        Wrong("buffers stay", "buffers-never-updated", "self.running_mean = (1", "mean_now = (1"),
        Wrong(
            "gamma and beta forgotten", "gamma-beta-not-applied", OUT, "return (x - mean) / torch.sqrt(var + self.eps)"
        ),
        Wrong("beta forgotten", "gamma-beta-not-applied", " + self.beta", ""),
        Wrong(
            "nine tenths new",
            "momentum-backwards",
            MEAN,
            "self.momentum * self.running_mean + (1 - self.momentum) * mean",
        ),
        Wrong(
            "shifted, then scaled",
            "the-shift-comes-last",
            OUT,
            "return self.gamma * ((x - mean) / torch.sqrt(var + self.eps) + self.beta)",
        ),
        Wrong("replaced", "last-batch-only", MEAN, "mean"),
        Wrong("always 0.1", "momentum-is-an-argument", "eps, momentum, True", "eps, 0.1, True"),
        Wrong(
            "LayerNorm",
            "normalises-each-example",
            "x.mean(0), x.var(0)",
            "x.mean(1, keepdim=True), x.var(1, keepdim=True)",
        ),
        Wrong("variance", "divides-by-the-variance", "torch.sqrt(var + self.eps)", "(var + self.eps)"),
        Wrong("mean stays", "mean-not-subtracted", "(x - mean)", "x"),
        Wrong("one mean", "one-statistic-for-all-channels", "x.mean(0), x.var(0)", "x.mean(), x.var()"),
        Wrong(
            "always running",
            "training-uses-the-running-statistics",
            OUT,
            "return self.gamma * (x - self.running_mean * 0) / torch.sqrt(self.running_var ** 0) + self.beta",
        ),
        Wrong("no eps", "no-eps", "var + self.eps", "var"),
        Wrong(
            "moves in evaluation",
            "eval-updates-the-buffers",
            OUT,
            "self.running_mean = self.running_mean * 0.9 + 0.1 * x.detach().mean(0) * (not self.training) "
            "+ 0.1 * self.running_mean * self.training\n        " + OUT,
        ),
        Wrong("with the graph", "buffers-keep-the-graph", MOVE, "if True:\n"),
        Wrong(
            "statistics detached",
            "statistics-cut-from-the-graph",
            "x.mean(0), x.var(0)",
            "x.mean(0).detach(), x.var(0).detach()",
        ),
        Wrong("all detached", "graph-is-cut", OUT, OUT + ".detach().requires_grad_()"),
        Wrong(
            "four parameters",
            "buffers-are-parameters",
            "[self.gamma, self.beta]",
            "[self.gamma, self.beta, self.running_mean, self.running_var]",
        ),
        Wrong(
            "gamma starts at 0",
            "gamma-starts-at-one",
            "torch.ones(dim, requires_grad=True)",
            "torch.zeros(dim, requires_grad=True)",
        ),
        Wrong(
            "the mean starts at 1",
            "the-mean-starts-at-zero",
            "self.running_mean = torch.zeros(dim)",
            "self.running_mean = torch.ones(dim)",
        ),
        Wrong(
            "variance starts at 0",
            "variance-starts-at-one",
            "self.running_var = torch.ones(dim)",
            "self.running_var = torch.zeros(dim)",
        ),
        Wrong("starts in evaluation", None, "momentum, True", "momentum, False"),
        Wrong("another name", None, "self.running_mean = torch.zeros(dim)", "self.mean = torch.zeros(dim)"),
        Wrong("no return", "return-forgotten", "        " + OUT + "\n", ""),
        Wrong("evaluation from then on", None, OUT, "self.training = False\n        " + OUT),
        Whole("inherited", "inherited-answer", "class BatchNorm1d(nn.BatchNorm1d): pass"),
        Whole(
            "one inside",
            "inherited-answer",
            """
class BatchNorm1d:
    def __init__(self, dim, eps=1e-5, momentum=0.1):
        self.inner = nn.BatchNorm1d(dim, eps=eps, momentum=momentum)
        self.training = True
    def __call__(self, x):
        self.inner.train(self.training)
        return self.inner(x)
    def parameters(self): return self.inner.parameters()
""",
        ),
        Wrong("eps ignored", "eps-is-an-argument", "var + self.eps", "var + 1e-5"),
        Wrong("eps beside the root", "eps-outside-the-root", "torch.sqrt(var + self.eps)", "(var.sqrt() + self.eps)"),
        Wrong(
            "gamma and beta swapped",
            "gamma-and-beta-swapped",
            OUT,
            "return self.beta * (x - mean) / torch.sqrt(var + self.eps) + self.gamma",
        ),
        Wrong("a deviation kept", "standard-deviation-for-variance", VAR, VAR.replace("* var", "* var.sqrt()")),
        Wrong("gamma of the class", "two-are-one", "self.gamma = torch", "BatchNorm1d.gamma = torch"),
        Whole(
            "averages in a default argument",
            "two-are-one",
            PUBLISHED.replace("momentum=0.1)", "momentum=0.1, mean=torch.zeros(3), var=torch.ones(3))")
            .replace("self.running_mean = torch.zeros(dim)", "self.running_mean = mean")
            .replace("self.running_var = torch.ones(dim)", "self.running_var = var")
            .replace("xmean = x.mean(dim, keepdim=True)", "xmean = x.mean(dim)")
            .replace("xvar = x.var(dim, keepdim=True)", "xvar = x.var(dim)")
            .replace(
                "self.running_mean = (1 - self.momentum) * self.running_mean +",
                "self.running_mean.lerp_(xmean, self.momentum) #",
            )
            .replace(
                "self.running_var = (1 - self.momentum) * self.running_var +",
                "self.running_var.lerp_(xvar, self.momentum) #",
            ),
        ),
        Wrong("x is changed", "argument-changed", "if self.training:", "x -= 0.5\n        if self.training:"),
        Wrong("gamma cut off", "graph-is-cut", "self.gamma * (x", "self.gamma.detach() * (x"),
        Wrong("x cut off", "graph-is-cut", "(x - mean)", "(x.detach() - mean)"),
    ],
    "running": [
        Wrong("backwards", "momentum-backwards", "0.2, 0.58, 1.4", "1.8, 3.78, 4.6"),
        Wrong("the last", "last-batch-only", "0.2, 0.58", "2, 4"),
        Wrong("an average", "a-plain-average", "0.58", "3"),
        Wrong("added up", "the-old-value-shrinks", "0.58", "0.6"),
        Wrong("from 0", "variance-starts-at-one", "1.4", "0.5"),
    ],
    "count": [
        Wrong("added up wrongly", "the-total-is-a-sum", "batchnorm + last", "batchnorm + last + 200"),
        Wrong("a wrong part added up rightly", "bias-before-batchnorm", "3 * 10 * 200", "3 * 10 * 200 + 200"),
        Wrong("a bias", "bias-before-batchnorm", "hidden = 3 * 10 * 200", "hidden = 3 * 10 * 200 + 200"),
        Wrong("buffers", "buffers-are-parameters", "2 * 200", "4 * 200"),
        Wrong("no last bias", "the-last-bias", "200 * 27 + 27", "200 * 27"),
        Wrong("gamma alone", "gamma-and-beta", "2 * 200", "200"),
        Wrong("a number a character", "an-embedding-is-a-table", "27 * 10", "27"),
    ],
    "coupling": [
        Wrong("independent", "examples-are-independent", "return True", "return False"),
        Wrong("always coupled", "evaluation-knows-no-batch", "return True, False", "return True, True"),
        Wrong("the bias learns", "the-mean-takes-it-away", "False, 0", "False, 1"),
    ],
}

RIGHT = {
    "batchnorm": {
        "the published lesson's": PUBLISHED,
        "a module with buffers": """
class BatchNorm1d(nn.Module):
    def __init__(self, dim, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = nn.Parameter(torch.ones(dim)), nn.Parameter(torch.zeros(dim))
        self.register_buffer("running_mean", torch.zeros(1, 1, dim))
        self.register_buffer("running_var", torch.ones(1, 1, dim))
    def forward(self, x):
        if self.training:
            var, mean = torch.var_mean(x, 0, correction=0, keepdim=True)
            self.running_mean += self.momentum * (mean.detach() - self.running_mean)
            self.running_var += self.momentum * (var.detach() - self.running_var)
        else:
            mean, var = self.running_mean[0], self.running_var[0]
        return (x - mean) * torch.rsqrt(var + self.eps) * self.gamma + self.beta
""",
        "F.batch_norm, (beta, gamma)": """
class BatchNorm1d:
    def __init__(self, dim, eps=1e-5, momentum=0.1):
        self.training, self.eps, self.momentum = True, eps, momentum
        self.running_mean, self.running_var = torch.zeros(dim), torch.ones(dim)
        self.g, self.b = torch.ones(dim), torch.zeros(dim)
    def __call__(self, x):
        buffers = self.running_mean, self.running_var
        return F.batch_norm(x, *buffers, self.g, self.b, self.training, self.momentum, self.eps)
    def parameters(self): return (self.b, self.g)
""",
        "a deviation, eps under its root": """
class BatchNorm1d:
    def __init__(self, dim, eps=1e-5, momentum=0.1):
        self.eps, self.mom, self.training = eps, momentum, True
        self.gamma, self.beta = torch.ones(1, dim), torch.zeros(1, dim)
        self.running_mean, self.running_var = torch.zeros(1, dim), torch.ones(1, dim)
    def __call__(self, x):
        mu, std = self.running_mean, (self.running_var + self.eps).sqrt()
        if self.training:
            mu = x.mean(0, keepdim=True)
            std = ((x - mu) ** 2).mean(0, keepdim=True).add(self.eps).sqrt()
            self.running_mean.lerp_(mu.detach(), self.mom)
            self.running_var.lerp_(std.detach() ** 2 - self.eps, self.mom)
        return (x - mu) / std * self.gamma + self.beta
    def parameters(self): return [self.gamma, self.beta]
""",
    },
    "running": {"in a list": "def answer_running():\n    return [0.2, 0.58, 1.4]"},
    "count": {
        "written": "def answer_count():\n    return [270, 6000, 400, 5427.0, 12097]",
        "a tensor": "def answer_count():\n    return torch.tensor([270, 6000, 400, 5427, 12097])",
    },
    "coupling": {"1 and 0": "def answer_coupling():\n    return [1, 0, 0.0]"},
}
