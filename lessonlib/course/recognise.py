"""Which cell of a learner's notebook is which of the course's: by its marks, else its id, else what it says."""

from __future__ import annotations

from nbformat import NotebookNode

from lessonlib.course import answers, notebooks


def names(cells: list[NotebookNode], *courses: list[NotebookNode]) -> dict[int, str]:
    """What the course calls each of the cells, by id(cell); an own cell goes by its own id.

    `courses` are the cells of the newest notebook and of older ones. Other programs drop ids and marks: then an
    answer is known by what it defines, and a text that is one of the course's, word for word, is that cell.
    """
    known = {notebooks.name(cell): cell for course in reversed(courses) for cell in course}
    called = {id(cell): notebooks.name(cell) for cell in cells}
    stubs = {notebooks.name(cell): cell.source for cell in courses[0] if notebooks.is_answer(cell)}
    for name, parts in answers.find(cells, stubs).items():
        called |= {id(part): name for part in parts}
    left = {name for name in known if name not in called.values()}
    for cell in cells:
        if called[id(cell)] not in known:
            for course in courses:
                name = next((name for c in course if (name := notebooks.name(c)) in left and _alike(c, cell)), None)
                if name is not None:
                    called[id(cell)] = name
                    left.remove(name)
                    break
    return called


def _alike(a: NotebookNode, b: NotebookNode) -> bool:
    return a.cell_type == b.cell_type and a.source.split() == b.source.split()
