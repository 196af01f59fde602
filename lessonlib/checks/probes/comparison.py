"""Probe: the figures of a comparison, whose dicts have numbers for keys."""

from __future__ import annotations


def figures(answer: object, seed: int) -> dict:
    """{"value": …}: what the answer returns; a dict whose keys are not all texts comes as a list of pairs."""
    return {"value": _pairs(answer())}


def _pairs(value: object) -> object:
    if not isinstance(value, dict):
        return value
    if all(isinstance(key, str) for key in value):
        return {key: _pairs(item) for key, item in value.items()}
    return [[key, _pairs(item)] for key, item in value.items()]
