"""Predict first: `predict` asks for a guess, `reveal` shows what was measured once there is one.

Live, `reveal` withholds its result until the learner has guessed or skipped. In the committed notebook it shows the
measurement, never a guess: its bundle is the same with a guess, without one, and before one.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from twitterlab.classroom.lesson import questions as lessons
from twitterlab.classroom.lesson.questions import Prediction
from twitterlab.figures.bundled import Bundled
from twitterlab.figures.charts import number
from twitterlab.figures.figure import Picture

SKIPPED = object()
_guesses: dict[str, Any] = {}  # what this kernel's learner has guessed, by key: a number, or SKIPPED
_waiting: dict[str, list[Callable[[], None]]] = {}  # who wants to know when there is a guess


def predict(key: str) -> Bundled:
    """Ask for the guess that `reveal(key, …)` waits for; a KeyError where the lesson has no such prediction."""
    asked = lessons.prediction(key)
    told = {
        "text/html": f"<p><b>Predict {key}.</b> {html.escape(asked.question)} <i>({html.escape(asked.unit)})</i></p>",
        "text/plain": f"Predict {key}. {asked.question} ({asked.unit})",
    }
    question, answer = widgets.HTML(told["text/html"]), widgets.HTML()
    box = Bundled([question, guess_form(asked), answer], told)

    def thanks() -> None:
        answer.value = guess_words(asked, _guesses[key]) + " You will see."
        box.children = [question, answer]  # the first guess stands, so there is no field for another

    if key in _guesses:
        thanks()
    else:
        _waiting.setdefault(key, []).append(thanks)
    return box


def reveal(key: str, measured: float, figure: Picture | None = None, *, modelled: bool = False) -> Bundled:
    """What was measured for the prediction `key`, and its figure, once the learner has guessed or skipped.

    With `modelled` it says that the number was computed, and not measured. Raises KeyError where the lesson has no such
    prediction, TypeError where `measured` is not a number.
    """
    asked, measured = lessons.prediction(key), measured + 0
    result = f"{'Modelled' if modelled else 'Measured'}: {number(measured)} {asked.unit}."
    plain = f"{asked.question}\n{result}"
    told = {
        "text/html": f"<p>{html.escape(asked.question)}<br><b>{html.escape(result)}</b></p>"
        f"{figure.html if figure else ''}",
        "text/plain": plain + (f"\n{figure.text}" if figure else ""),
    }
    view = widgets.HTML()
    box = Bundled([view], told)

    def uncover() -> None:
        view.value = (
            f'<div role="status"><p>{compare_guess(asked, _guesses[key], measured)}</p>{told["text/html"]}</div>'
        )
        box.children = [view]

    if key in _guesses:
        uncover()
    else:
        view.value = f"<p><b>Predict {key} first.</b> {html.escape(asked.question)} A wrong guess costs nothing.</p>"
        box.children = [view, guess_form(asked)]
        _waiting.setdefault(key, []).append(uncover)
    return box


def guess_form(asked: Prediction) -> Any:
    """A field for the guess and two buttons; Enter in the field is Guess. What is not a number is asked again."""
    field = widgets.Text(placeholder="a number", description=asked.unit, continuous_update=False)
    field.style.description_width = "initial"
    guess, skip = widgets.Button(description="Guess"), widgets.Button(description="Skip")
    told = widgets.HTML()

    def take(_: object) -> None:
        value = read_number(field.value)
        if value is None:
            told.value = "A number, please: 250, 1e6 and 2.5 are numbers. Or skip it."
        else:
            told.value = ""
            settle_guess(asked.key, value)

    guess.on_click(take)
    field.observe(take, "value")
    skip.on_click(lambda _: settle_guess(asked.key, SKIPPED))
    return widgets.VBox([widgets.HBox([field, guess, skip]), told])


def settle_guess(key: str, guess: Any) -> None:
    """Remember a guess, the first one for good, and tell whoever waits for it."""
    _guesses.setdefault(key, guess)
    for tell in _waiting.pop(key, []):
        tell()


def forget_guesses() -> None:
    """Forget all guesses, as a new kernel does."""
    _guesses.clear()
    _waiting.clear()


def read_number(text: str) -> float | None:
    """A learner's number: spaces, underscores and thousands' commas are forgiven; None where it is none."""
    try:
        value = float(text.replace(",", "").replace(" ", "").replace("_", ""))
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None


def guess_words(asked: Prediction, guess: Any) -> str:
    """The guess as a sentence."""
    return "Skipped." if guess is SKIPPED else f"Your guess: {number(guess)} {html.escape(asked.unit)}."


def compare_guess(asked: Prediction, guess: Any, measured: float) -> str:
    """The guess beside the measurement, as a ratio: what is learned is the order of magnitude."""
    if guess is SKIPPED:
        return "Skipped."
    said = guess_words(asked, guess)
    if guess == measured:
        return f"{said} Exactly so."
    if guess <= 0 or measured <= 0:
        return f"{said} It is {number(abs(measured - guess))} {'more' if measured > guess else 'less'}."
    ratio = max(guess, measured) / min(guess, measured)
    near = "Close, " if ratio < 1.5 else "That was "
    return f"{said} {near}too {'low' if measured > guess else 'high'} by a factor of {number(ratio, 2)}."
