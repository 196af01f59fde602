"""A systematic source of wrong answers: each solution with one thing changed.

`mutants(source)` gives (what was changed, the changed source). Those that the check accepts must be equivalent within
the task; equivalents.toml lists them, each with its reason.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

# Put before a mutant's cell: a value cut from the graph, and an argument that somebody else still needs, spoiled.
# `acted` tells whether they have done anything: the cut of a whole number is no wrong answer.
HELPERS = """
import torch
acted = []

def cut(value):
    if isinstance(value, (tuple, list)):
        return type(value)(map(cut, value))
    if not isinstance(value, torch.Tensor) or not value.requires_grad:
        return value
    acted.append("cut")
    return value.detach()

def spoil(value):
    if isinstance(value, torch.Tensor) and value.is_floating_point():
        acted.append("spoil")
        value.data.add_(1)
    elif isinstance(value, list) and value:
        acted.append("spoil")
        value.pop()
"""
OTHER = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.Gt: ast.LtE,
}
ONE_SIDED = (ast.Sub, ast.Div, ast.FloorDiv, ast.MatMult, ast.Pow)
NAMES = {
    "mean": "sum",
    "sum": "mean",
    "var": "std",
    "triu": "tril",
    "tanh": "sigmoid",
    "sigmoid": "tanh",
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "zeros": "ones",
    "ones": "zeros",
    "randn": "rand",
    "cat": "stack",
    "softmax": "sigmoid",
    "log": "log2",
}


def mutants(source: str, of_tensors: bool) -> Iterator[tuple[str, str]]:
    """Each change once: ("line: as it was -> as it is now", the whole changed source). of_tensors: also what happens to
    graphs, arguments and seeds, which matters to nobody who returns a number.
    """
    tree, told = ast.parse(source), {ast.unparse(ast.parse(source))}
    for node, field, index in _places(tree):
        old = _get(node, field, index)
        for new in (*_changed(old), *(_inserted(old) if of_tensors else ())):
            changed = copy.copy(new)
            _set(node, field, index, changed)
            now = ast.unparse(ast.fix_missing_locations(tree))
            _set(node, field, index, old)
            if now not in told:
                told.add(now)
                yield _difference(ast.unparse(tree), now), now


def _places(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Every node of the tree, as the field that holds it."""
    for node in ast.walk(tree):
        for field, value in ast.iter_fields(node):
            if isinstance(value, list):
                yield from ((node, field, i) for i, item in enumerate(value) if isinstance(item, ast.AST))
            elif isinstance(value, ast.AST):
                yield node, field, None


def _changed(old: ast.AST) -> Iterator[ast.AST]:
    """The node with one thing of its own done otherwise."""
    match old:
        case ast.BinOp(left=left, op=op, right=right):
            if type(op) in OTHER:
                yield ast.BinOp(left, OTHER[type(op)](), right)
            if isinstance(op, ONE_SIDED):
                yield ast.BinOp(right, op, left)
            yield left
        case ast.Compare(left=left, ops=[op], comparators=right) if type(op) in OTHER:
            yield ast.Compare(left, [OTHER[type(op)]()], right)
        case ast.UnaryOp(operand=operand):
            yield operand
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield from (ast.Constant(value + 1), ast.Constant(value - 1))
        case ast.Constant(value=float() as value):
            yield ast.Constant(value * (2 if value >= 0.01 else 100) or 1.0)
        case ast.IfExp(body=body, orelse=orelse):
            yield from (body, orelse)
        case ast.If(body=body, orelse=orelse):
            yield from (ast.If(ast.Constant(value), body, orelse) for value in (True, False))
        case ast.Call(func=func, args=args, keywords=keywords):
            if len(args) > 1:
                yield ast.Call(func, [args[1], args[0], *args[2:]], keywords)
            for i in range(len(args)):
                yield ast.Call(func, [*args[:i], *args[i + 1 :]], keywords)
            for i in range(len(keywords)):
                yield ast.Call(func, args, [*keywords[:i], *keywords[i + 1 :]])
            if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Call | ast.Name | ast.BinOp):
                yield func.value  # without this call
        case ast.Attribute(value=value, attr=attr) if attr in NAMES:
            yield ast.Attribute(value, NAMES[attr], old.ctx)
        case ast.Attribute(value=value, attr=attr, ctx=ast.Load()) if attr == "T":
            yield value
        case ast.Name(id=name, ctx=ast.Load()) if name in NAMES:
            yield ast.Name(NAMES[name], old.ctx)
        case ast.Tuple(elts=[first, second, *rest], ctx=ast.Load()):
            yield ast.Tuple([second, first, *rest], old.ctx)
        case ast.Slice(lower=lower, upper=upper, step=step):
            yield from (ast.Slice(None, upper, step), ast.Slice(lower, None, step), ast.Slice(lower, upper, None))


def _inserted(old: ast.AST) -> Iterator[ast.AST]:
    """A statement dropped, cut from the graph, kept by the class; a function that seeds or spoils its arguments."""
    match old:
        case ast.Assign(targets=[target], value=value):
            yield ast.Pass()
            yield ast.Assign([target], _call("cut", value))
            if isinstance(target, ast.Attribute):
                yield ast.Assign([ast.Attribute(_call("type", target.value), target.attr, target.ctx)], value)
            if isinstance(value, ast.BinOp) and ast.unparse(value.left) == ast.unparse(target):
                yield ast.AugAssign(target, value.op, value.right)
        case ast.Return(value=value) if value is not None:
            yield ast.Return(_call("cut", value))
        case ast.Expr(value=ast.Call()) | ast.Raise() | ast.AugAssign():
            yield ast.Pass()
        case ast.With(body=body):
            yield ast.If(ast.Constant(True), body, [])
        case ast.FunctionDef(args=args, body=body):
            yield _function(old, [ast.Expr(_call("torch.manual_seed", ast.Constant(0))), *body])
            for argument in [a.arg for a in args.args if a.arg != "self"]:
                last = [ast.Expr(_call("spoil", ast.Name(f"_{argument}", ast.Load())))]
                first = ast.Assign([ast.Name(f"_{argument}", ast.Store())], ast.Name(argument, ast.Load()))
                yield _function(old, [first, ast.Try([*body], [], [], last)])


def _function(old: ast.FunctionDef, body: list[ast.stmt]) -> ast.FunctionDef:
    new = copy.copy(old)
    new.body = body
    return new


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.parse(name, mode="eval").body, list(args), [])


def _get(node: ast.AST, field: str, index: int | None) -> ast.AST:
    return getattr(node, field) if index is None else getattr(node, field)[index]


def _set(node: ast.AST, field: str, index: int | None, value: ast.AST) -> None:
    if index is None:
        setattr(node, field, value)
    else:
        getattr(node, field)[index] = value


def _difference(before: str, after: str) -> str:
    """The first line that differs, and what stands there now; of a line that was put in, the line itself."""
    old, new = before.splitlines(), after.splitlines()
    start = next((i for i, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), len(old) - 1)
    if len(new) > len(old):
        return f"+ {' '.join(row.strip() for row in new[start : start + len(new) - len(old)])}"
    return f"{old[start].strip()} -> {new[start].strip()}"
