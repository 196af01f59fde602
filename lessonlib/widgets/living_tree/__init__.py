"""The living tree: a model of the course, running in the page.

description   a tree as steps with their weights, and the same arithmetic in Python
reading       any model read into such a description, and held against the model itself
widget        LivingTree; its JavaScript: engine (the arithmetic), strip, canopy, bars, node_view, panel, writer
picture       what it shows where nothing runs
share         a page of its own, to be sent to somebody
rebuilt       a tree out of what a page holds, which may come from a stranger
"""

from lessonlib.widgets.living_tree.share import share
from lessonlib.widgets.living_tree.widget import TOOLS, LivingTree

__all__ = ["TOOLS", "LivingTree", "share"]
