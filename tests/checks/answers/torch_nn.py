"""Answers to the exercises of the lesson torch-nn."""

from . import Whole, Wrong

SHAPES = "return (128, 48), (128, 24, 2), (4, 128, 4), False, False"
COUNTS = "return 5, 8, 20 * 68 + 2 * 68 + 68 * 27 + 27, False, True"
MADE = "nn.Linear(*weight.shape, bias=False)"
TURNED = "linear.weight.copy_(weight.T)"
VAR = "norm.running_var.copy_(running_var)"

WRONG = {
    "axes": [
        Wrong("as ours", "torch-stores-it-turned", SHAPES, "return (48, 128), (24, 128, 2), (4, 128, 4), False, False"),
        Wrong("stride 1", "stride-skips", "(4, 128, 4)", "(4, 128, 7)"),
        Wrong("channels last", "channels-in-the-middle", "(4, 128, 4), False", "(4, 4, 128), True"),
        Wrong("it notices", "equal-sizes-hide-it", "False, False", "False, True"),
    ],
    "carried": [
        Wrong("not turned", "torch-stores-it-turned", TURNED, "linear.weight.data = weight.clone()"),
        Wrong(
            "turned if it must be",
            "torch-stores-it-turned",
            TURNED,
            "linear.weight.copy_(weight if weight.shape == linear.weight.shape else weight.T)",
        ),
        Wrong("no running_var", "buffers-are-carried-too", VAR, "pass"),
        Wrong("no running_mean", "buffers-are-carried-too", "norm.running_mean.copy_(running_mean)", "pass"),
        Wrong("no gamma", "gamma-is-called-weight", "norm.weight.copy_(gamma)", "pass"),
        Wrong("no beta", "gamma-is-called-weight", "norm.bias.copy_(beta)", "pass"),
        Wrong("the root", "standard-deviation-for-variance", VAR, "norm.running_var.copy_(running_var.sqrt())"),
        Wrong(
            "a bias of zeros",
            "a-bias-comes-along",
            MADE,
            "nn.Linear(*weight.shape)\n    nn.init.zeros_(linear.bias)",
        ),
        Wrong(
            "buffers trained",
            "buffers-are-parameters",
            "return nn.Sequential(linear, norm)",
            "model = nn.Sequential(linear, norm)\n    model.mean = nn.Parameter(running_mean.clone())\n"
            "    model.var = nn.Parameter(running_var.clone())\n    return model",
        ),
        Wrong("shared", "carried-is-copied", TURNED, "linear.weight = nn.Parameter(weight.T)"),
        Wrong("gamma shared", "carried-is-copied", "norm.weight.copy_(gamma)", "norm.weight.data = gamma"),
        Wrong(
            "another eps", "eps-is-ours", "nn.BatchNorm1d(weight.shape[1])", "nn.BatchNorm1d(weight.shape[1], eps=1e-3)"
        ),
        *(
            Wrong(
                f"momentum {momentum}",
                "momentum-is-ours",
                "nn.BatchNorm1d(weight.shape[1])",
                f"nn.BatchNorm1d(weight.shape[1], momentum={momentum})",
            )
            for momentum in (0.9, None)
        ),
        Whole(
            "a weight that is not trained",
            "graph-is-cut",
            """
class Level(nn.Module):
    def __init__(self, weight, gamma, beta, running_mean, running_var):
        super().__init__()
        self.w, self.norm = nn.Parameter(weight.clone()), nn.BatchNorm1d(len(gamma))
        self.norm.weight.data, self.norm.bias.data = gamma.clone(), beta.clone()
        self.norm.running_mean, self.norm.running_var = running_mean.clone(), running_var.clone()
    def forward(self, x):
        return self.norm(x @ self.w.detach())

carried = Level
""",
        ),
        Wrong("no BatchNorm", None, "nn.Sequential(linear, norm)", "nn.Sequential(linear)"),
        Wrong(
            "always evaluation",
            None,
            "return nn.Sequential(linear, norm)",
            "norm.eval()\n    norm.train = lambda mode=True: norm\n    return nn.Sequential(linear, norm)",
        ),
    ],
    "state": [
        Wrong("buffers, too", "buffers-are-parameters", COUNTS, "return 8, 8, 3495, False, True"),
        Wrong("only parameters", "a-state-has-buffers", COUNTS, "return 5, 5, 3359, True, True"),
        Wrong("two buffers", "a-state-counts-batches", "5, 8,", "5, 7,"),
        Wrong("two biases", "a-bias-comes-along", COUNTS, "return 6, 9, 3427, False, True"),
        Wrong("only data", "a-pickle-is-a-program", "False, True", "False, False"),
    ],
}

RIGHT = {
    "axes": {
        "measured": "def answer_axes():\n    return [torch.Size([128, 48]), [128, 24, 2], (4, 128, 4), 0, 0]",
    },
    "carried": {
        "a state_dict": """
def carried(weight, gamma, beta, running_mean, running_var):
    model = nn.Sequential(nn.Linear(*weight.shape, bias=False), nn.BatchNorm1d(len(gamma)))
    model.load_state_dict({
        "0.weight": weight.T, "1.weight": gamma, "1.bias": beta, "1.running_mean": running_mean,
        "1.running_var": running_var, "1.num_batches_tracked": torch.tensor(0),
    })
    return model
""",
        "parameters made anew": """
def carried(weight, gamma, beta, running_mean, running_var):
    linear, norm = nn.Linear(*weight.shape, bias=False), nn.BatchNorm1d(weight.shape[1])
    linear.weight = nn.Parameter(weight.T.clone())
    norm.weight, norm.bias = nn.Parameter(gamma.clone()), nn.Parameter(beta.clone())
    norm.running_mean, norm.running_var = running_mean.clone(), running_var.clone()
    return nn.Sequential(linear, norm)
""",
        "a module of its own": """
class Level(nn.Module):
    def __init__(self, weight, gamma, beta, running_mean, running_var):
        super().__init__()
        self.w, self.g, self.b = (nn.Parameter(t.detach().clone()) for t in (weight, gamma, beta))
        self.register_buffer("m", running_mean.clone())
        self.register_buffer("v", running_var.clone())
    def forward(self, x):
        return F.batch_norm(x @ self.w, self.m, self.v, self.g, self.b, self.training)

def carried(*tensors):
    return Level(*tensors)
""",
    },
    "state": {"in a list": "def answer_state():\n    return [5, 8.0, 3359, 0, 1]"},
}
