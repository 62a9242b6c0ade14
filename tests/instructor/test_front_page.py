"""The front page says what the lessons say of themselves, and the committed one is a fresh making."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from authoring.verify import ROOT
from twitterlab.instructor import front_page as front
from twitterlab.work import Work

HEADER = """# 02 · The follower index

*30 minutes · after [01 · One table](01_one_table.ipynb)*

**The question**: why does a page of twenty tweets
read a | whole table?

**After this lesson you can**

- say what a range query is
- count what it reads,
  and why
"""
# The words of the project's design, and what else the lessons must not use unexplained.
WORDS = """
author, reader, follower, followee, feed, page, cursor, post, deliver, fan out, backfill, purge, drain, shard, replica,
leader, lag, hit, miss, celebrity, push, pull, oracle, modelled, index, scan, position, staleness, threshold, eviction,
LRU, tombstone, outbox, rows read, row group, Snowflake ID, range query, query plan, hot shard, hit ratio,
read-your-writes, write amplification, per-edge rule
"""


def save(path: Path, header: str) -> Path:
    nbformat.write(v4.new_notebook(cells=[v4.new_markdown_cell(header), v4.new_code_cell("1")]), path)
    return path


def test_a_lesson_is_read_from_its_first_cell(tmp_path: Path) -> None:
    assert front.lesson_header(save(tmp_path / "02_follower_index.ipynb", HEADER)) == front.Header(
        file="02_follower_index.ipynb",
        number="02",
        title="The follower index",
        minutes=30,
        after="[01 · One table](01_one_table.ipynb)",
        question="why does a page of twenty tweets read a | whole table?",
        outcomes=("say what a range query is", "count what it reads, and why"),
    )


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        (HEADER.replace("# 02 · The", "# The"), "# 02 · "),
        (HEADER.replace("30 minutes", "half an hour"), "30 minutes · after"),
        (HEADER.replace(" · after [01 · One table](01_one_table.ipynb)", ""), "30 minutes · after"),
        (HEADER.replace("**The question**", "Question"), "**The question**: "),
        (HEADER.replace("**After this lesson you can**", ""), "**After this lesson you can**"),
        (HEADER.replace("- ", ""), "- …"),
        ("", "# 02 · "),
    ],
)
def test_a_header_that_lacks_a_line_names_the_file_and_the_line(tmp_path: Path, broken: str, named: str) -> None:
    path = save(tmp_path / "02_follower_index.ipynb", broken)
    with pytest.raises(front.HeaderError) as error:
        front.front_page(tmp_path)
    assert path.name in str(error.value)
    assert named in str(error.value)


def test_a_first_cell_of_code_is_no_header(tmp_path: Path) -> None:
    path = tmp_path / "02_follower_index.ipynb"
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell(HEADER)]), path)
    with pytest.raises(front.HeaderError, match="02_follower_index"):
        front.lesson_header(path)


def test_a_number_that_is_not_the_files_is_an_error(tmp_path: Path) -> None:
    path = save(tmp_path / "03_follower_index.ipynb", HEADER)
    with pytest.raises(front.HeaderError, match=r"03_follower_index\.ipynb: .* lesson 02"):
        front.lesson_header(path)


def test_the_path_is_a_table_in_order_with_its_minutes_together(tmp_path: Path) -> None:
    after = "after [00 · The numbers](00_the_numbers.ipynb), [01 · One table](01_one_table.ipynb)"
    save(tmp_path / "02_follower_index.ipynb", HEADER.replace("after [01 · One table](01_one_table.ipynb)", after))
    first = HEADER.replace("02 · The follower index", "00 · The numbers")
    save(
        tmp_path / "00_the_numbers.ipynb",
        re.sub(r"\*30 minutes · after .*\*", "*25 minutes · needs nothing*", first),
    )
    save(tmp_path / "tour.ipynb", "# The tour has no such header")
    rows = [line for line in front.front_page(tmp_path).splitlines() if line.startswith("|")]
    question = r"Why does a page of twenty tweets read a \| whole table?"
    assert rows[2:] == [
        f"| [00 · The numbers](00_the_numbers.ipynb) | {question} | nothing | 25 |",
        f"| [02 · The follower index](02_follower_index.ipynb) | {question} "
        "| [00](00_the_numbers.ipynb), [01](01_one_table.ipynb) | 30 |",
        "| **together** | | | **55** |",
    ]
    assert "Open [00 · The numbers](00_the_numbers.ipynb)" in front.front_page(tmp_path)


def test_the_tour_is_named_where_it_is_there(tmp_path: Path) -> None:
    assert "tour" not in front.front_page(tmp_path)
    (tmp_path / "tour.ipynb").touch()
    assert "(tour.ipynb)" in front.front_page(tmp_path)
    assert "| **together** | | | **0** |" in front.front_page(tmp_path)


def test_the_exercises_are_listed_where_they_came_with_the_lessons(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    assert (
        "exercises" not in front.front_page(tmp_path / "notebooks").partition("## The path")[2].partition("## Gloss")[0]
    )
    (tmp_path / "exercises").mkdir()
    for name in ("04_user_shards.ipynb", "capstone.ipynb"):
        (tmp_path / "exercises" / name).touch()
    page = front.front_page(tmp_path / "notebooks")
    assert "| [04](../exercises/04_user_shards.ipynb) | 4.1 " in page
    assert "**4.2 A lazy merge (15)**" in page
    assert "| [Capstone](../exercises/capstone.ipynb) | your own timeline |\n" in page
    assert "[05]" not in page


def test_the_glossary_is_in_alphabetical_order_and_each_word_has_its_own_anchor() -> None:
    lines = front.glossary_lines({"hot shard": "busy", "LRU": "a rule", "cursor": "an ID"}).splitlines()
    assert lines == [
        '- <a id="cursor"></a>**cursor**: an ID',
        '- <a id="hot-shard"></a>**hot shard**: busy',
        '- <a id="lru"></a>**LRU**: a rule',
    ]
    anchors = re.findall(r'<a id="([^"]+)">', front.front_page(ROOT / "notebooks"))
    assert "glossary" in anchors
    assert len(anchors) == len(set(anchors)) > 50


def test_the_glossary_has_the_words_of_the_course_and_every_counter() -> None:
    page = front.front_page(ROOT / "notebooks")
    assert [word for word in WORDS.replace("\n", " ").split(",") if f"**{word.strip()}**: " not in page] == []
    assert [counter.name for counter in fields(Work) if f"`{counter.name}`" not in page] == []


def test_the_committed_page_is_a_fresh_making() -> None:
    committed = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    assert committed == front.front_page(ROOT / "notebooks"), "run: python -m twitterlab.instructor.front_page"
