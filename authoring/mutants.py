"""How sharp the checks of the exercises are: `python -m authoring.mutants`, or `make mutants`.

Our answers are changed in one small thing at a time, and each change is judged as a learner's answer would be, under
more histories. One that is judged right survives: it is as right as ours, for a reason that is written down in
mutants_reasons.toml, or the check is too weak. What came of it is in docs/mutants.json, and docs/mutants.md tells it.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import json
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tabulate import tabulate

from authoring.mutating import ENDLESS, NO_VERDICT, judge_in_processes, mutants_of
from authoring.verify import ROOT
from twitterlab.classroom.check.exercise import exercise_named, exercise_names

CHECK = ROOT / "twitterlab" / "classroom" / "check"
EXERCISES, OURS = CHECK / "exercises", CHECK / "ours"
REASONS = Path(__file__).with_name("mutants_reasons.toml")
JUDGES = ("exercise.py", "guard.py", "judging.py")
RECORD, PAGE = "mutants.json", "mutants.md"
RANDOM = 1_000
KINDS = ("wrong", "error", ENDLESS, "over budget", "not attempted", NO_VERDICT)

Entry = dict[str, Any]
Reasons = Mapping[str, Mapping[str, str]]

HEAD = """<!-- Made by `make mutants`: change authoring/mutants_reasons.toml, and run it again. -->

# How sharp the checks are

A *mutant* is one of our answers with one small thing changed by [cosmic-ray](https://cosmic-ray.readthedocs.io)
{version}: another operator, a number one higher or lower, a condition turned round, a loop that does nothing. Each was
judged as a learner's answer is: first under all small histories, then under random ones, more of them than a learner
waits for, then in the real stage for what it costs. The table says how many our own answer went through; there
are few where an answer is a value or SQL. A mutant is refused at the first that shows it. A good check refuses every
mutant that is not as right as our answer. One that is judged right *survives*.

*Wrong*, *error* and *over budget* are what a learner would be told. *Endless* is an error too: the mutant was stopped.
Changes that leave the same program are not counted, such as one in a type. Operators that draw a constant at random are
left out.
"""
NOTHING = """
To {} there are no mutants: SQL is text to cosmic-ray, and it changes no text.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Judge the mutants of the exercises that are named, or of all; returns 1 where one survives without a reason."""
    given = parse_arguments(argv)
    record: dict[str, Any] = {"exercises": {}}
    if (given.out / RECORD).exists():
        record = json.loads((given.out / RECORD).read_text(encoding="utf-8"))
    try:
        record["cosmic-ray"] = importlib.metadata.version("cosmic-ray")
    except importlib.metadata.PackageNotFoundError:
        print("cosmic-ray makes the mutants: pip install -e '.[mutants]' -c constraints.txt", file=sys.stderr)
        return 2
    for name in () if given.page else given.names or answered_exercises():
        record["exercises"][name] = entry = measure_exercise(name, given.random)
        print(f"{name}: {entry['mutants']} mutants, {len(entry['survivors'])} survive", flush=True)
        write_record(given.out, record)
    write_record(given.out, record)
    faults = [*faults_in(record, survivors_reasons())]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m authoring.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", help="exercises, such as merge_newest (default: all); the others' stay")
    parser.add_argument("--random", type=int, default=RANDOM, help="random histories a mutant (default: %(default)s)")
    parser.add_argument("--page", action="store_true", help="judge nothing: tell again what is recorded")
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="the folder for what came of it")
    return parser.parse_args(argv)


def answered_exercises() -> list[str]:
    """The exercises to which there is an answer of ours, in the order of the course."""
    return [name for name in exercise_names() if (OURS / f"{name}.py").is_file()]


def survivors_reasons() -> Reasons:
    """Why survivors are as right as ours: by exercise, and by the line that the mutant has."""
    return tomllib.loads(REASONS.read_text(encoding="utf-8"))


def measure_exercise(name: str, random: int = RANDOM) -> Entry:
    """What became of the mutants of one exercise, and to how many histories our own answer was held."""
    source = (OURS / f"{name}.py").read_text(encoding="utf-8")
    made = mutants_of(source)
    ours, *others = judge_in_processes(name, [source, *(mutant.source for mutant in made)], random)
    killed = Counter(one.kind for one in others if one.kind != "right")
    survivors = [mutant for mutant, one in zip(made, others, strict=True) if one.kind == "right"]
    return {
        "key": exercise_named(name).key,
        "digest": verdict_digest(name),
        "ours": ours.kind,
        "small": ours.small,
        "random": ours.random,
        "mutants": len(made),
        "killed": dict(sorted(killed.items())),
        "survivors": [{"operator": one.operator, "before": one.before, "after": one.after} for one in survivors],
    }


def verdict_digest(name: str) -> str:
    """The SHA-256 over what a verdict on this exercise's mutants depends on: our answer, its check, and the judges."""
    modules = {f"{one.lower()}.py" for one in exercise_names()}
    shared = [path for path in EXERCISES.glob("*.py") if path.name not in modules]
    found = [OURS / f"{name}.py", EXERCISES / f"{name.lower()}.py", *shared, *(CHECK / judge for judge in JUDGES)]
    summed = hashlib.sha256()
    for path in sorted(found):
        summed.update(f"{path.name}\0{path.stat().st_size}\0".encode())
        summed.update(path.read_bytes())
    return summed.hexdigest()


def faults_in(record: Mapping[str, Any], known: Reasons) -> Iterator[str]:
    """What must not be: an answer of ours that is refused, a survivor without a reason, a reason without a survivor."""
    for name, entry in record["exercises"].items():
        if entry["ours"] != "right":
            yield f"{name}: our own answer was judged {entry['ours']}"
        survive, explained = {one["after"] for one in entry["survivors"]}, {*known.get(name, {})}
        yield from (f"{name}: nobody has said why this survives: {line}" for line in sorted(survive - explained))
        yield from (f"{name}: this has a reason and does not survive: {line}" for line in sorted(explained - survive))


def write_record(folder: Path, record: Mapping[str, Any]) -> None:
    """The record, in the order of the course, and the page that tells it."""
    order = [name for name in exercise_names() if name in record["exercises"]]
    record = {**record, "exercises": {name: record["exercises"][name] for name in order}}
    (folder / RECORD).write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / PAGE).write_text(record_page(record, survivors_reasons()), encoding="utf-8")


def record_page(record: Mapping[str, Any], known: Reasons) -> str:
    """The record in words."""
    entries: dict[str, Entry] = record["exercises"]
    bare = [f"`{name}`" for name, entry in entries.items() if not entry["mutants"]]
    told = [HEAD.format(version=record["cosmic-ray"]), record_table(entries)]
    told += [NOTHING.format(" and ".join(bare)).rstrip()] if bare else []
    survivors = [
        line for name, entry in entries.items() for line in survivors_section(name, entry, known.get(name, {}))
    ]
    return "\n".join([*told, "", "## Survivors, and why", *survivors]) + "\n"


def record_table(entries: Mapping[str, Entry]) -> str:
    """One row an exercise, and their sum."""
    kinds = [kind for kind in KINDS if any(kind in entry["killed"] for entry in entries.values())]
    numbers = {name: row_counts(entry, kinds) for name, entry in entries.items()}
    rows = [[f"{e['key']} `{name}`", e["small"], e["random"], *numbers[name]] for name, e in entries.items()]
    total = ["all", None, None, *(sum(column) for column in zip(*numbers.values(), strict=True))]
    head = ["exercise", "small histories", "random ones", "mutants", *kinds, "survive"]
    return tabulate([*rows, total], head, tablefmt="pipe", intfmt=",")


def row_counts(entry: Entry, kinds: Sequence[str]) -> list[int]:
    """The numbers of one row."""
    return [entry["mutants"], *(entry["killed"].get(kind, 0) for kind in kinds), len(entry["survivors"])]


def survivors_section(name: str, entry: Entry, known: Mapping[str, str]) -> list[str]:
    """The survivors of one exercise: the lines before and after, and the reason."""
    told = ["", f"### {entry['key']} `{name}`"] if entry["survivors"] else []
    for line in dict.fromkeys(one["after"] for one in entry["survivors"]):
        changed = dict.fromkeys(one["before"] for one in entry["survivors"] if one["after"] == line)
        diff = [*(f"- {before}" for before in changed), f"+ {line}"]
        told += ["", "```diff", *diff, "```", "", known.get(line, "*Nobody has said why yet.*")]
    return told


if __name__ == "__main__":
    sys.exit(main())
