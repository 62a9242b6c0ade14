"""Multiple choice: a click, or Tab and Enter, answers at once; every wrong option names the misconception behind it."""

from __future__ import annotations

import html
from typing import Any

import ipywidgets as widgets

from twitterlab.classroom.lesson import questions as lessons
from twitterlab.classroom.lesson.questions import Option, Question
from twitterlab.figures.bundled import Bundled

LETTERS = "ABCDEF"
STYLE = """<style>.twitterlab-option
{height: auto; line-height: 1.4; padding: 6px 12px; text-align: left; white-space: normal}</style>"""


def quiz(key: str) -> Bundled:
    """The question `key` of its lesson; a KeyError where there is none.

    The committed form lists the options and keeps the answers behind a fold, so that it can be read without a kernel.
    """
    asked = lessons.question(key)
    answer = widgets.HTML('<div role="status"></div>')
    buttons = [option_button(asked, place, answer) for place in range(len(asked.options))]
    return Bundled(
        [widgets.HTML(f"{STYLE}<p><b>{html.escape(asked.question)}</b></p>"), *buttons, answer], committed_form(asked)
    )


def option_button(asked: Question, place: int, answer: Any) -> Any:
    """One option: clicked, it says whether it is right and why, and marks itself."""
    option = asked.options[place]
    made = widgets.Button(description=f"{LETTERS[place]} · {option.answer}", tooltip=option.answer)
    made.layout = widgets.Layout(width="100%", max_width="760px", height="auto", min_height="32px")
    made.add_class("twitterlab-option")

    def click(_: object) -> None:
        made.button_style = "success" if option.right else "warning"
        made.icon = "check" if option.right else "times"
        answer.value = f'<div role="status"><p>{option_reply(LETTERS[place], option)}</p></div>'

    made.on_click(click)
    return made


def option_reply(letter: str, option: Option) -> str:
    """What an option is answered with, as HTML."""
    if option.right:
        return f"<b>{letter} is right.</b> {html.escape(option.why)}"
    return f"<b>Not {letter}: {html.escape(option.misconception)}.</b> {html.escape(option.why)}"


def committed_form(asked: Question) -> dict[str, str]:
    """The question as a notebook keeps it: HTML with the answers under a fold, and text."""
    lettered = list(zip(LETTERS, asked.options, strict=False))
    options = "<br>".join(f"{letter}&ensp;{html.escape(option.answer)}" for letter, option in lettered)
    replies = "".join(f"<p>{option_reply(letter, option)}</p>" for letter, option in lettered)
    plain = [f"{letter}  {option.answer}" for letter, option in lettered]
    return {
        "text/html": f"<p><b>{html.escape(asked.question)}</b></p><p>{options}</p>"
        f"<details><summary>Answers</summary>{replies}</details>",
        "text/plain": "\n".join([asked.question, *plain]),
    }
