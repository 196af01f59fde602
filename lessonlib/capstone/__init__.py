"""Your own tree: from any word list to a trained tree, an honest comparison, and a page about both.

words      read a list and tidy it, and say what it can teach
sizes      how many levels and how wide, with the reasons
runs       train one model on the list
contest    the tree against the flat model: the same search for each, three seeds, test words once
findings   what a trained tree does well and badly, and what it writes
told       what a result means, chosen by what came out
report     all of it on one page
"""

from lessonlib.capstone import told
from lessonlib.capstone.contest import Contest, Search, against_flat, search
from lessonlib.capstone.findings import Findings, look
from lessonlib.capstone.places import folder, said, unused, unused_together
from lessonlib.capstone.report import report
from lessonlib.capstone.runs import Run, fit
from lessonlib.capstone.sizes import Sizes, suggest
from lessonlib.capstone.words import BIRDS, WordList, read

__all__ = [
    "BIRDS",
    "Contest",
    "Findings",
    "Run",
    "Search",
    "Sizes",
    "WordList",
    "against_flat",
    "fit",
    "folder",
    "look",
    "read",
    "report",
    "said",
    "search",
    "suggest",
    "told",
    "unused",
    "unused_together",
]
