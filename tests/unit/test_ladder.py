"""The rungs of the ladder change how fast the tree learns, not what it computes."""

import copy

import pytest
import torch
import torch.nn.functional as F

from lessonlib import data, models, wavenet
from lessonlib.ladder.fused import FusedBatchNorm1d, fuse
from lessonlib.ladder.muon import FIVE, THREE, Muon, muon_and_adamw, orthogonalize
from lessonlib.ladder.soft_targets import context_ids, soft_targets
from lessonlib.layers import BatchNorm1d


@pytest.mark.parametrize("shape", [(16, 5), (6, 4, 5)], ids=str)
def test_the_fused_batchnorm_is_the_same_layer(shape):
    ours, fused = BatchNorm1d(5), FusedBatchNorm1d(5)
    for mode in (True, True, False):
        x = torch.randn(shape) * 3 + 1
        torch.testing.assert_close(fused.train(mode)(x), ours.train(mode)(x), rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(fused.running_mean, ours.running_mean)
    torch.testing.assert_close(fused.running_var, ours.running_var)


def test_fuse_keeps_every_number_and_reaches_nested_layers():
    model = wavenet.wavenet(27, 6, 5)
    text = torch.randint(0, 27, (50,))
    model(text)
    before, parameters = model.eval()(text), [id(p) for p in model.parameters()]
    fuse(model)
    torch.testing.assert_close(model(text), before, rtol=1e-5, atol=1e-5)
    assert [id(p) for p in model.parameters()] == parameters
    assert not any(type(layer) is BatchNorm1d for layer in _all(model))


def _all(layer):
    return [layer, *(inner for child in getattr(layer, "layers", []) for inner in _all(child))]


def test_soft_targets_give_the_gradient_of_one_target_at_a_time():
    words = ["emma", "emily", "ella", "ella", "al", "ann", "mia", "mila", "milo", "eli"]
    vocabulary = data.Vocabulary(words)
    X, Y = data.windows(words, 8, vocabulary)
    A = soft_targets(X, Y, len(vocabulary))
    torch.testing.assert_close(A.sum(1), torch.ones(len(X)))
    first = A[0] * len(words)  # the row of '.': how many names begin with each letter
    assert first[vocabulary.encode("e")].item() == pytest.approx(5)
    tree = models.tree(len(vocabulary), 4, 6).eval()
    one, all_ = (torch.autograd.grad(F.cross_entropy(tree(X), y), tree.parameters()) for y in (Y, A))
    for a, b in zip(one, all_, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("shape", [(48, 128), (256, 128), (64, 64)], ids=str)
def test_muon_steps_as_torch_does(shape):
    """torch.optim.Muon computes in bfloat16, which keeps about two digits."""
    start = torch.randn(shape)
    ours, theirs = (start.clone().requires_grad_() for _ in range(2))
    optimizers = (
        Muon([ours], lr=0.05, momentum=0.9, weight_decay=0.1),
        torch.optim.Muon([theirs], lr=0.05, momentum=0.9, weight_decay=0.1),
    )
    for _ in range(3):
        gradient = torch.randn(shape) * torch.linspace(0.1, 1, shape[1])
        ours.grad, theirs.grad = gradient.clone(), gradient.clone()
        for optimizer in optimizers:
            optimizer.step()
    way = (theirs - start).abs().max()
    assert way > 0.01
    assert (ours - theirs).abs().max() < 0.02 * way


@pytest.mark.parametrize(("polynomials", "weakest", "least", "most"), [(FIVE, -2, 0.6, 1.25), (THREE, -1.6, 0.7, 1.3)])
@pytest.mark.parametrize("shape", [(20, 50), (50, 20)], ids=str)
def test_orthogonalize_keeps_directions_and_evens_out_their_strength(shape, polynomials, weakest, least, most):
    U, s, V = torch.linalg.svd(torch.randn(shape), full_matrices=False)
    s = torch.logspace(0, weakest, 20)
    even = orthogonalize(U * s @ V, polynomials)
    in_old_directions = U.T @ even @ V.T
    strengths = in_old_directions.diag()
    torch.testing.assert_close(in_old_directions, strengths.diag(), rtol=0, atol=1e-4)
    assert strengths.min() > least and strengths.max() < most
    assert not orthogonalize(torch.zeros(shape), polynomials).isnan().any()


def test_the_three_polynomials_bring_all_that_is_left_as_near_to_1_as_their_degree_allows():
    """At the ends, and twice between, a polynomial misses 1 by equally much: no other of degree 5 does better."""
    low, high = 0.01, 1.0
    for a, b, c in THREE:
        s = torch.linspace(low, high, 100_001, dtype=torch.float64)
        miss = 1 - (a * s + b * s**3 + c * s**5)
        worst = miss.abs().max()
        slopes = miss.diff().sign()
        turns = miss[1:-1][slopes[1:] != slopes[:-1]]
        ends = torch.stack([miss[0], *turns, miss[-1]])
        assert len(ends) == 4 and (ends.sign().diff() != 0).all()
        torch.testing.assert_close(ends.abs(), worst.expand(4), rtol=0, atol=2e-3)
        low, high = 1 - worst.item(), 1 + worst.item()
    assert worst < 0.3


def test_a_copy_of_muon_steps_as_it_does():
    """Lessons go on from a copy of a run; torch copies an optimizer's groups and state, and nothing else of it."""
    p = torch.randn(6, 4).requires_grad_()
    muon = Muon([p], polynomials=THREE)
    p.grad = torch.randn(6, 4)
    muon.step()
    twin, copied = copy.deepcopy((p, muon))
    twin.grad = p.grad.clone()
    for optimizer in (muon, copied):
        optimizer.step()
    torch.testing.assert_close(twin, p, rtol=0, atol=0)


def test_each_parameter_has_one_optimizer():
    model = models.tree(27, 24, 128)
    muon, adamw = muon_and_adamw(model)
    held = [p for o in (muon, adamw) for group in o.param_groups for p in group["params"]]
    assert sorted(map(id, held)) == sorted(map(id, model.parameters()))
    assert [tuple(p.shape) for p in muon.param_groups[0]["params"]] == [(48, 128), (256, 128), (256, 128)]


def test_a_prior_leans_on_shorter_contexts():
    words = ["anna", "anne", "hanna", "joanna", "jo", "jo", "al", "bo", "mo", "ann"]
    vocabulary = data.Vocabulary(words)
    X, Y = data.windows(words, 3, vocabulary)
    A = soft_targets(X, Y, len(vocabulary), prior=2.0)
    torch.testing.assert_close(A.sum(1), torch.ones(len(X)))
    after = {}
    for length in range(4):  # the same by counting, context by context
        for x in X.tolist():
            key = tuple(x[3 - length :])
            follow = torch.tensor(
                [y for other, y in zip(X.tolist(), Y.tolist(), strict=True) if other[3 - length :] == x[3 - length :]]
            )
            shorter = after[key[1:]] if length else torch.full((len(vocabulary),), 1 / len(vocabulary))
            counts = torch.bincount(follow, minlength=len(vocabulary))
            after[key] = (counts + 2 * shorter) / (len(follow) + 2)
    torch.testing.assert_close(A, torch.stack([after[tuple(x)] for x in X.tolist()]))


def test_contexts_that_64_bits_cannot_number_are_told_apart_all_the_same():
    """347 characters and 8 of context make 2 * 10**20 windows."""
    few = torch.randint(0, 347, (20, 8))
    X = few[torch.randint(0, 20, (200,))]
    ids = context_ids(X, 347)
    assert torch.equal(ids[:, None] == ids, (X[:, None] == X).all(2))
    A = soft_targets(X, torch.randint(0, 347, (200,)), 347, prior=2.0)
    torch.testing.assert_close(A.sum(1), torch.ones(200))
