"""The site's pages as files: what is put into a folder, what is kept out of it, and links that hold at any address."""

from pathlib import Path

import pytest

from lessonlib.course import Problem
from lessonlib.course.site import markup, placing


@pytest.fixture
def pages(tmp_path) -> Path:
    """Two pages as they are built."""
    folder = tmp_path / "built"
    (folder / "notebooks").mkdir(parents=True)
    (folder / "index.html").write_text("first")
    (folder / "notebooks" / "tree.html").write_text("tree")
    return folder


@pytest.fixture
def placed(pages, tmp_path) -> Path:
    """The folder in which they have been put once."""
    folder = tmp_path / "site"
    placing.put(pages, folder)
    return folder


def names(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


def test_a_site_put_again_is_brought_up_to_date(pages, placed):
    (pages / "index.html").write_text("second")
    (pages / "new.html").write_text("new")
    (pages / "notebooks" / "tree.html").unlink()
    placing.put(pages, placed)
    assert names(placed) == {"index.html", "new.html", placing.LIST}
    assert (placed / "index.html").read_text() == "second"


def test_what_somebody_else_has_there_stays(pages, placed):
    (placed / "CNAME").write_text("theirs")
    placing.put(pages, placed)
    assert (placed / "CNAME").read_text() == "theirs"


def test_a_page_changed_by_hand_is_not_written_over(pages, placed):
    (placed / "index.html").write_text("mine")
    (pages / "new.html").write_text("new")
    with pytest.raises(Problem, match=r"index\.html was changed after the site was made\. Nothing was written"):
        placing.put(pages, placed)
    assert (placed / "index.html").read_text() == "mine"
    assert not (placed / "new.html").exists()


def test_a_file_of_the_same_name_is_not_written_over(pages, placed):
    (pages / "new.html").write_text("new")
    (placed / "new.html").write_text("theirs")
    with pytest.raises(Problem, match=r"new\.html is not of this site"):
        placing.put(pages, placed)
    assert (placed / "new.html").read_text() == "theirs"


def test_a_folder_with_other_files_is_refused(pages, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.txt").write_text("years")
    with pytest.raises(Problem, match="files in it that are not of this site"):
        placing.put(pages, tmp_path / "home")
    assert names(tmp_path / "home") == {"thesis.txt"}
    with pytest.raises(Problem, match="is a file"):
        placing.put(pages, tmp_path / "home" / "thesis.txt")


def test_a_site_cut_off_while_it_was_written_can_be_put_again(pages, placed, monkeypatch):
    (pages / "index.html").write_text("second")
    (pages / "notebooks" / "tree.html").write_text("second")
    write = placing.files.write

    def cut_off(file, data):
        if file.name == "tree.html":
            raise KeyboardInterrupt
        write(file, data)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(placing.files, "write", cut_off)
        placing.put(pages, placed)
    placing.put(pages, placed)
    assert {(placed / name).read_text() for name in ("index.html", "notebooks/tree.html")} == {"second"}


@pytest.mark.parametrize("url", ["https://school.example/course/", "https://school.example/course"])
def test_the_page_for_what_is_not_there_links_from_any_depth(pages, url):
    (pages / markup.NOT_FOUND).write_text(
        '<html data-content_root="./"><a href="index.html">a</a><a href="#top">b</a>'
        '<script src="_static/site.js?v=1"></script><a href="https://example.org/">c</a>'
    )
    (pages / "index.html").write_text('<a href="notebooks/tree.html">tree</a>')
    markup.mend(pages, url)
    assert (pages / markup.NOT_FOUND).read_text() == (
        '<html data-content_root="https://school.example/course/"><a href="https://school.example/course/index.html">a'
        '</a><a href="#top">b</a><script src="https://school.example/course/_static/site.js?v=1"></script>'
        '<a href="https://example.org/">c</a>'
    )
    assert 'href="notebooks/tree.html"' in (pages / "index.html").read_text()
