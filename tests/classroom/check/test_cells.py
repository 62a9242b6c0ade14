"""A learner's cell is run as it stands: every statement, as a module of its own, in a classroom that is silent."""

from __future__ import annotations

import sys
from textwrap import dedent

import pytest

import twitterlab
from twitterlab.classroom.check.cells import cell_binds, hidden_classroom, plain_python, run_cell

WAYS_TO_BIND = """
    f = 1
    f: int = 1
    f, g = 1, 2
    f += [1]
    def f(): ...
    class f: ...
    import math as f
    from math import sin as f
    for f in (1, 2): pass
    with open("x") as f: pass
    if 1: f = 2
    try: f = 1\\nexcept ImportError: f = 2
    (f := 3)
    %%time\\nf = 1
    %time f = 1
"""


@pytest.mark.parametrize("cell", [dedent(line).replace("\\n", "\n") for line in WAYS_TO_BIND.strip().split("\n")])
def test_a_cell_binds_a_name_in_whatever_way(cell: str) -> None:
    assert cell_binds(cell, "f")
    assert not cell_binds(cell, "other")


@pytest.mark.parametrize(
    "cell", ["f(1)", "def g():\n    f = 1", "f.x = 1", "f[0] = 1", "print(f)", "f = (", "%%writefile f\nf = 1"]
)
def test_what_only_uses_a_name_or_is_no_python_binds_nothing(cell: str) -> None:
    assert not cell_binds(cell, "f")


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%%time\nf = 1", "\nf = 1"),
        ("# mine\n%%timeit -n 1\nf = 1", "# mine\n\nf = 1"),
        ("%matplotlib inline\nf = 1\n!pip list\nf?", "pass\nf = 1\npass\npass"),
        ("if True:\n    %time f = 2", "if True:\n    f = 2"),
        ('f = """\n%s and\n!=\n"""', 'f = """\n%s and\n!=\n"""'),
    ],
)
def test_magics_that_only_measure_or_look_are_left_out_line_by_line(cell: str, python: str) -> None:
    assert plain_python(cell) == python


def test_all_of_a_cell_is_run() -> None:
    source = """
        from dataclasses import dataclass, field
        from typing import get_type_hints

        total = []
        for number in range(3):
            total += [number]
        try:
            import no_such_module
        except ImportError:
            total.append("none")

        @dataclass(order=True)
        class Head:
            number: int
            row: "Head | None" = field(default=None, compare=False)

        hints = get_type_hints(Head)
        print(check.anything(total).points(3), end="")
        hint("4.2")
    """
    module = run_cell(dedent(source), "total")
    assert module.total == [0, 1, 2, "none"]
    assert module.Head(1) < module.Head(2)
    assert module.hints["number"] is int
    assert module.__name__ == "my_parts.total"


def test_ours_and_what_judges_are_not_to_be_had_there() -> None:
    for room in ("check.ours.LRU", "check.judging", "capstone.parts"):
        with pytest.raises(ModuleNotFoundError):
            run_cell(f"import twitterlab.classroom.{room}", "f")
    with pytest.raises(ModuleNotFoundError):
        run_cell("from twitterlab import classroom\nfrom twitterlab.classroom.check.ours import LRU", "f")


def test_afterwards_the_classroom_is_there_again_also_where_the_cell_fails() -> None:
    before = {name: module for name, module in sys.modules.items() if name.startswith("twitterlab.classroom")}
    classroom = twitterlab.classroom
    with pytest.raises(ZeroDivisionError):
        run_cell("1 / 0", "f")
    with hidden_classroom():
        assert sys.modules["twitterlab.classroom"] is not classroom
    assert twitterlab.classroom is classroom
    assert before.items() <= sys.modules.items()
