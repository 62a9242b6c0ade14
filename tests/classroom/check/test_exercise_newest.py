"""Exercise 2.2: the table that an answer is given counts each row that is read, and no lookup."""

from __future__ import annotations

import pytest

from twitterlab.classroom.check.exercises.newest import TweetTable


def test_a_table_counts_each_row_once_and_no_lookup() -> None:
    table = TweetTable([(1, 14), (1, 10), (2, 11)])
    assert (table.end(1, None), table.end(1, 14), table.end(0, None), table.end(3, 5)) == (2, 1, 0, 3)
    assert (table.read, table.lookups) == (set(), 4)
    assert (table[1], table[1], len(table)) == ((1, 14), (1, 14), 3)
    assert table.read == {1}
    assert list(table) == [(1, 10), (1, 14), (2, 11)]
    for place in (-1, 3):
        with pytest.raises(IndexError, match=f"no row {place}: the last is row 2"):
            table[place]
