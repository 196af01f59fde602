"""The course as a site: a folder of pages that opens from a file and from any web server, without network.

command     the command, from the course's folder to the site's
gather      the pages, as the sources that Sphinx reads: lessons, exercises, what is looked up, and pages/
reading     a notebook as a reader sees it: without what needs a kernel, and with what is on the site instead
living      the widgets of a page, alive in it
contents    which pages there are, and in which order
extension   what Sphinx does beside its own: formulas without a script, link previews, clean markup
placing     the finished pages put into a folder, where nobody's file is written over
first_pages what stands in the pages for a passer-by: practice (fields to fill in), stuck (the form for questions)
shared_trees  the trees of the gallery, a file each
pages/      hand-written pages; static/ and templates/ what all pages share
"""

from pathlib import Path

HERE = Path(__file__).parent
TITLE = "From the flat MLP to the tree"
ABOUT = (
    "A hands-on course: build a WaveNet-style tree of characters from the flat MLP that you know, train it on your own "
    "machine, and know what every number in it does."
)
DESCRIPTIONS = "descriptions.json"  # beside the sources that Sphinx reads: what link previews say of each page
