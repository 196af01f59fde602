"""The report: one page about a run, written from what was done, that opens from a file on any machine."""

import base64
import math
from collections.abc import Iterable
from html import escape
from pathlib import Path

from lessonlib import own_pages, plots, style
from lessonlib.capstone import sizes as chosen
from lessonlib.capstone.contest import Contest, error_of_words, lengths_of, nats
from lessonlib.capstone.findings import Findings, look
from lessonlib.capstone.runs import Run

HERE = Path(__file__).parent
LOOK = (HERE / "report.css").read_text("utf-8")
MARK = '<meta name="generator" content="lessonlib report">'  # a report may be written over by another one
NOTE = (
    "Written from the run itself by lessonlib; every figure on this page was measured. "
    "The page loads nothing from elsewhere."
)
WRITTEN = 15  # words of its own writing that are shown
LONG = 60  # characters of a word that are shown


def report(
    run: Run, file: str | Path, contest: Contest | None = None, findings: Findings | None = None, title: str = ""
) -> Path:
    """Write the page `file` (.html) about a run, with the comparison where there was one; returns its path.

    Some of the words stand in it: the best and the worst predicted ones, and those that the tree wrote.
    Raises FileExistsError for a file that is no such report, ValueError for another ending, FileNotFoundError for a
    folder that is not there.
    """
    file = own_pages.target(file, MARK, "report of this course")
    findings = findings or look(run)
    parts = [_list(run), _model(run), _training(run), *([_contest(contest)] if contest else []), _findings(findings)]
    title = title or f"My tree: {run.words.name}"
    page = own_pages.report(MARK, title, _lead(run, findings), parts, NOTE, LOOK)
    own_pages.write(file, page.encode("utf-8"))
    return file


# --- the sections ---


def _lead(run, findings):
    kind = {"tree": "A tree", "flat": "A flat model"}[run.kind]
    return (
        f"{kind} of {run.sizes.levels} levels with {chosen.count(run.model):,} parameters, trained on "
        f"{len(run.words.parts['training']):,} words. Its loss on {_count(len(run.words.parts['test']), 'test word')}, "
        f"which it has never seen: {findings.losses['test']:.3f} nats per character, {_give_or_take(run)}."
    )


def _give_or_take(run):
    error = error_of_words(nats(run, "test"), lengths_of(run.words, "test"))
    return "too few words to say how closely" if math.isnan(error) else f"give or take {error:.3f}"


def _count(number, what):
    return f"{number:,} {what}{'s' * (number != 1)}"


def _list(run):
    facts = _bullets(run.words.facts())
    return _section("The words", f'<div class="two"><div>{facts}</div>{_figure(chosen.picture(run.words))}</div>')


def _model(run):
    return _section("The model", _bullets(repr(run.sizes).splitlines()))


def _training(run):
    k = max(1, len(run.history.losses) // 60)
    told = [f"{len(run.history.losses):,} steps of Muon and AdamW, learning rate {run.lr:g}, seed {run.seed}"]
    told += [run.history.stopped] if run.history.stopped else []
    body = _bullets(told)
    if run.wrote:
        rows = [[f"{step:,}", _words(words)] for step, words in run.wrote]
        body += _table("What it wrote on the way", ["after step", "words"], rows, numbers={0})
    figure = _figure(plots.loss_curve(run.history, k=k)) if run.history.losses else ""
    return _section("Training", f'<div class="two"><div>{body}</div>{figure}</div>')


def _contest(contest):
    tried = [[escape(kind), f"{lr:g}", f"{steps:,}", f"{loss:.3f}", "taken" if taken else ""]
             for kind, lr, steps, loss, taken in contest.search.rows()]  # fmt: skip
    table = _table(
        "The same search for each", ["model", "lr", "steps", "validation", "choice"], tried, numbers={1, 2, 3}
    )
    said = f'<p class="said">{escape(contest.verdict())} {escape(contest.learned())}</p>'
    return _section(
        "Against a flat model of the same size", f'{said}<div class="two">{table}{_figure(contest.picture())}</div>'
    )


def _findings(findings):
    def scored(caption, words):
        rows = [[_words([word]), escape(part), f"{loss:.2f}"] for word, part, loss in words]
        return _table(caption, ["word", "part", "nats"], rows, numbers={2})

    before, character, chance, likelier = findings.surprise
    place = (
        f"<p>The hardest place: after {_words([before]) if before else 'the beginning'} the tree gave "
        f"{_words([character])} {chance:.2%} and preferred {_words([likelier])}.</p>"
    )
    near = [[_words([c]), _words(others)] for c, others in findings.neighbours.items()]
    columns = (
        f"<div>{scored('Best predicted', findings.best)}{scored('Worst predicted', findings.worst)}{place}</div>"
        f"<div>{_table('Characters with the nearest embeddings', ['character', 'nearest'], near)}"
        f"{_wrote(findings.wrote)}</div>"
    )
    said = f'<p class="said">{escape(findings.by_heart())}</p>'
    return _section("What it has learned, and where it fails", f'{said}<div class="two">{columns}</div>')


def _wrote(wrote):
    """The first words that the model wrote, beside each other: the new ones, and those that stand in the list."""
    shown = wrote[:WRITTEN]
    kinds = (("New words that it writes", True), ("It also writes words of the list", False))
    found = [(says, [word for word, part in shown if (part == "new") is new]) for says, new in kinds]
    return "".join(f'<p class="chips">{says}: {_words(words)}</p>' for says, words in found if words)


# --- what they are made of ---


def _section(title, body):
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def _bullets(lines: Iterable[str]):
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def _words(words: Iterable[str]):
    """Words of any script, each with its own direction; a blank and the end by their names."""
    names = {" ": "(blank)", ".": "(the end)", "": "(nothing)"}
    shown = (names.get(word, word if len(word) <= LONG else word[: LONG - 1] + "…") for word in words)
    return f'<span class="words">{" ".join(f"<bdi>{escape(word)}</bdi>" for word in shown)}</span>'


def _table(caption, head, rows, numbers=frozenset()):
    """A table whose cells are HTML already; the columns in `numbers` are set to the right."""

    sides = [' class="n"' if i in numbers else "" for i in range(len(head))]
    heads = "".join(f'<th scope="col"{side}>{cell}</th>' for side, cell in zip(sides, head, strict=True))
    body = "".join(
        f"<tr>{''.join(f'<td{side}>{cell}</td>' for side, cell in zip(sides, cells, strict=True))}</tr>"
        for cells in rows
    )
    table = f"<caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="wide" tabindex="0" role="region" aria-label="{escape(caption)}"><table>{table}</table></div>'


def _figure(picture: style.Picture):
    source = base64.b64encode(picture.png()).decode()
    alt = escape(picture.alt)
    return f'<figure><img alt="{alt}" src="data:image/png;base64,{source}"><figcaption>{alt}</figcaption></figure>'
