"""Links: a broken one is found wherever it stands, and what rumdl does not read is looked at here."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from nbconvert.filters.markdown_mistune import markdown2html_mistune

from authoring import links

README = "# Front\n\n## The glossary\n\n- <a id='cursor'></a>**cursor**: an ID"


def notebook(text: str) -> str:
    cells = [
        {"cell_type": "code", "id": "a", "source": "'[x](missing.md)'", "metadata": {}, "outputs": []},
        {"cell_type": "markdown", "id": "b", "source": text, "metadata": {}},
    ]
    cells[0]["execution_count"] = None
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "README.md").write_text(README)
    (tmp_path / "notebooks" / "01_one.ipynb").write_text(notebook("# One\n\n## Next"))
    return tmp_path


GOOD = (
    "[a file](01_one.ipynb)",
    "[a heading](README.md#the-glossary)",
    "[an anchor](README.md#cursor)",
    "[the web](https://example.invalid/nothing)",
    "`[code](missing.md)`",
)
BROKEN = {
    "[a file](missing.ipynb)": "missing.ipynb",
    "![a picture](missing.png)": "missing.png",
    "[a heading](README.md#glossary)": "'glossary' not found in 'README.md'",
    "[a heading of its own](#missing)": "#missing",
    "[another notebook's heading](01_one.ipynb#last)": "'last' not found in '01_one.ipynb'",
    "[by name][here]\n\n[here]: missing.md": "missing.md",
    "[of one machine](/missing.md)": "/missing.md",
}


@pytest.mark.parametrize("name", ["notebooks/02_two.ipynb", "notebooks/two.md"])
class TestInANotebookAndInAFile:
    def test_good_links_are_passed(self, folder: Path, name: str) -> None:
        self.write(folder, name, "\n".join(GOOD))
        assert links.broken_links(links.documents_below(folder), folder) == []

    @pytest.mark.parametrize("text", BROKEN)
    def test_a_broken_link_is_found(self, folder: Path, name: str, text: str) -> None:
        self.write(folder, name, "\n".join([*GOOD, "", text]))
        (found,) = links.broken_links(links.documents_below(folder), folder)
        assert found.startswith(f"{name}: ")
        assert BROKEN[text] in found

    def write(self, folder: Path, name: str, text: str) -> None:
        (folder / name).write_text(notebook(text) if name.endswith(".ipynb") else text)


def test_the_command_names_what_is_broken(folder: Path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(links, "ROOT", folder)
    assert links.main() == 0
    (folder / "more.md").write_text("[x](nowhere.md)")
    assert links.main() == 1
    assert "more.md: Relative link 'nowhere.md'" in capsys.readouterr().out


def test_a_checker_that_is_missing_or_fails_is_no_pass(folder: Path, monkeypatch) -> None:
    def failing(*_: object, **__: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], 2, "", "unknown option")

    monkeypatch.setattr(subprocess, "run", failing)
    with pytest.raises(RuntimeError, match="unknown option"):
        links.broken_links({}, folder)
    monkeypatch.setattr(links.shutil, "which", lambda *_, **__: None)
    with pytest.raises(RuntimeError, match="pip install"):
        links.broken_links({}, folder)


def test_hidden_folders_are_not_read(folder: Path) -> None:
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bad.md").write_text("[x](nowhere.md)")
    assert set(links.documents_below(folder)) == {"notebooks/README.md", "notebooks/01_one.ipynb"}


DOCUMENTS = links.documents_below(links.ROOT)


def targets(text: str) -> list[str]:
    """Where the links and pictures of a text lead, raw HTML among them."""
    page = BeautifulSoup(markdown2html_mistune(text), "html.parser")
    found = [tag.get("href") or tag.get("src") for tag in page.find_all(["a", "img"])]
    return [target for target in found if target and not target.startswith(("http:", "https:", "mailto:", "data:"))]


def test_raw_html_is_read_as_well() -> None:
    assert targets('<img src="a.png" alt="b"> <a href="c.md">d</a>\n\n[e](f.md) [g](https://h)') == [
        "a.png",
        "c.md",
        "f.md",
    ]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_file_that_a_document_leads_to_is_there(name: str) -> None:
    files = [target.partition("#")[0] for target in targets(DOCUMENTS[name])]
    assert [file for file in files if not (links.ROOT / name).parent.joinpath(file).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_link_leads_into_a_notebook(name: str) -> None:
    """GitHub and JupyterLab name a notebook's headings differently, so such a link would break in one of them."""
    assert [target for target in targets(DOCUMENTS[name]) if ".ipynb#" in target] == []
