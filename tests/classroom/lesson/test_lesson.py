"""What lessons are made of: charts that speak, panels that redraw, predictions that wait."""

from __future__ import annotations

import html
import re

import pytest

from twitterlab.classroom import architecture, predict, quiz, reveal
from twitterlab.classroom.course.outline import outline
from twitterlab.classroom.lesson import panels, timing
from twitterlab.classroom.lesson import questions as lessons
from twitterlab.classroom.lesson.architecture import ADDS, BOXES
from twitterlab.classroom.lesson.predict import forget_guesses, settle_guess
from twitterlab.figures import bars, lines
from twitterlab.figures.palette import COLOURS, ROLES

LESSONS = [lesson.number for lesson in outline().lessons]


@pytest.fixture(autouse=True)
def nobody_has_guessed():
    forget_guesses()
    yield
    forget_guesses()


def bundle(shown):
    return shown._repr_mimebundle_()


def committed(shown):
    """What a notebook keeps of it."""
    return {kind: data for kind, data in bundle(shown).items() if kind.startswith("text/")}


def words(box):
    """All that a live box shows, without tags."""
    return re.sub(r"<[^>]+>", "", " ".join(told(box)))


def told(widget):
    if hasattr(widget, "children"):
        return [line for child in widget.children for line in told(child)]
    return [str(getattr(widget, "value", "")), str(getattr(widget, "description", ""))]


def press(box, description):
    (button,) = [w for w in every(box) if getattr(w, "description", "").endswith(description) and hasattr(w, "click")]
    button.click()
    return button


def every(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from every(child)


class TestCharts:
    def test_bars_say_every_number(self):
        text = bundle(bars({"one": 1234, "two": 0.5}, role="shard", label="rows", caption="Less."))["text/plain"]
        assert text == "Less.\nBars, rows: one 1,234; two 0.5."

    def test_a_logarithmic_scale_has_a_place_for_zero(self):
        assert bars({"none": 0, "many": 10**6}, role="cache", label="rows", caption="c", log=True).png

    def test_lines_say_the_first_and_the_last_point_and_the_marks(self):
        x = list(range(100))
        shown = lines(
            x, {"square": [i * i for i in x]}, roles=["queue"], x_label="x", y_label="y", caption="c", marks={"here": 7}
        )
        assert "square: 0 at 0, " in shown.alt
        assert "9,801 at 99." in shown.alt
        assert "here is at 7." in shown.alt

    def test_the_same_data_give_the_same_words_and_another_number_gives_others(self):
        one, same, other = (bars({"a": n}, role="reader", label="l", caption="c").text for n in (7, 7, 8))
        assert one == same != other


class TestColours:
    def test_every_role_has_one_of_its_own(self):
        assert set(COLOURS) == set(ROLES)
        assert len(set(COLOURS.values())) == len(ROLES)

    @pytest.mark.parametrize("role", [role for role in ROLES if role != "cache"])
    def test_is_seen_on_white_paper(self, role):
        """About three to one, as accessibility guidelines ask of graphics; orange never stands without a name."""
        channels = [int(COLOURS[role][i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        luminance = sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
        assert 1.05 / (luminance + 0.05) >= 2.9


class TestTheArchitecture:
    def test_grows_by_what_its_caption_says(self):
        for stage in range(8):
            shown = architecture(stage)
            assert ADDS[stage] in shown.caption
            assert all((" ".join(box.words.split()) in shown.alt) for box in BOXES if box.new == stage)

    def test_shows_nothing_of_later_lessons(self):
        assert "queue" not in architecture(5).alt
        assert "rule" not in architecture(6).alt
        assert "replicas" not in architecture(4).alt  # they stay the third lesson's


class TestAPrediction:
    def test_is_withheld_until_there_is_a_guess(self):
        box = reveal("2.1", 123_456)
        assert "123,456" not in words(box)
        settle_guess("2.1", 1000.0)
        assert "Measured: 123,456 rows." in words(box)
        assert "Your guess: 1,000 rows." in words(box)
        assert "too low by a factor of 123" in words(box)

    def test_is_shown_when_it_is_skipped(self):
        box = reveal("2.1", 5)
        press(box, "Skip")
        assert "Skipped." in words(box)
        assert "Measured: 5 rows." in words(box)

    def test_is_shown_at_once_where_the_guess_came_before(self):
        asked = predict("2.1")
        (field,) = [w for w in every(asked) if getattr(w, "placeholder", "") == "a number"]
        field.value = "1,000"  # Enter, or a click elsewhere
        assert "Your guess: 1,000 rows. You will see." in words(asked)
        assert not [w for w in every(asked) if hasattr(w, "click")], "the first guess stands: no field for another"
        assert "Measured: 5 rows." in words(reveal("2.1", 5))

    def test_asks_again_for_what_is_no_number(self):
        box = reveal("2.1", 5)
        (field,) = [w for w in every(box) if getattr(w, "placeholder", "") == "a number"]
        field.value = "many"
        assert "A number, please" in words(box)
        assert "Measured" not in words(box)

    def test_commits_the_same_with_a_guess_and_without_one(self):
        without = committed(predict("2.1")), committed(reveal("2.1", 77))
        settle_guess("2.1", 41.0)
        assert (committed(predict("2.1")), committed(reveal("2.1", 77))) == without
        assert "Measured: 77 rows." in without[1]["text/plain"]
        assert "77" in without[1]["text/html"]
        assert "41" not in str(without[1])

    def test_keeps_the_first_guess(self):
        settle_guess("2.1", 10.0)
        settle_guess("2.1", 20.0)
        assert "Your guess: 10 rows" in words(reveal("2.1", 10))

    def test_takes_its_figure_along(self):
        figure = bars({"a": 31337}, role="reader", label="l", caption="The finding.")
        box = reveal("2.1", 5, figure)
        assert "The finding." not in words(box)
        settle_guess("2.1", 1.0)
        assert "The finding." in words(box)
        assert "31,337" in bundle(box)["text/plain"]

    def test_that_nobody_wrote_is_an_error_that_names_those_there_are(self):
        with pytest.raises(KeyError, match=r"2\.1, 2\.2"):
            reveal("2.77", 1)


class TestAQuestion:
    def test_answers_each_option_at_once(self):
        box = quiz("2.a")
        options = [w for w in every(box) if hasattr(w, "click")]
        asked = lessons.question("2.a")
        for button, option in zip(options, asked.options, strict=True):
            button.click()
            assert (f"{button.description[0]} is right." in words(box)) == option.right
            assert re.sub(r"<[^>]+>", "", option.why).replace("'", "&#x27;") in words(box)
            if not option.right:
                assert option.misconception in words(box)

    def test_commits_the_options_and_hides_the_answers_behind_a_fold(self):
        told_ = bundle(quiz("2.a"))
        shown, _, hidden = told_["text/html"].partition("<details>")
        assert all(html.escape(option.answer) in shown for option in lessons.question("2.a").options)
        assert "is right" not in shown
        assert "is right" in hidden
        assert "is right" not in told_["text/plain"]


@pytest.mark.parametrize("number", LESSONS)
class TestWhatALessonAsks:
    def test_has_one_right_option_and_a_name_for_each_misconception(self, number):
        keys = list(lessons.questions_in_file(number)["question"])
        assert keys == [f"{number}.a", f"{number}.b"]
        for key in keys:
            options = lessons.question(key).options
            assert [option.right for option in options].count(True) == 1
            assert 3 <= len(options) <= 4
            names = [option.misconception for option in options if not option.right]
            assert len(set(names)) == len(names)
            assert all(option.why.endswith((".", "?")) for option in options)

    def test_predicts_one_to_three_numbers_with_units(self, number):
        keys = list(lessons.questions_in_file(number)["predict"])
        assert keys == [f"{number}.{i}" for i in range(1, len(keys) + 1)]
        assert 1 <= len(keys) <= 3
        assert all(lessons.prediction(key).unit and lessons.prediction(key).question.endswith("?") for key in keys)


def test_there_are_questions_for_the_lessons_of_the_course_and_for_no_others():
    assert sorted(int(path.stem) for path in lessons.FOLDER.glob("*.toml")) == LESSONS


def test_the_right_answer_is_not_always_at_the_same_place():
    places = [
        [option.right for option in lessons.question(key).options].index(True)
        for number in LESSONS
        for key in lessons.questions_in_file(number)["question"]
    ]
    assert len(set(places)) > 1


@pytest.mark.parametrize("name", panels.__all__)
def test_a_panel_answers_every_control_and_its_bundle_says_the_same_whatever_was_moved(name):
    panel, on_another_run = getattr(panels, name)(), getattr(panels, name)()
    first = committed(panel)
    assert first["text/plain"] == bundle(on_another_run)["text/plain"]
    assert panel.state().finding in first["text/plain"]
    assert all(control.description for control in panel.controls.values())
    for control in panel.controls.values():
        before = panel.view.value
        nudge(control)
        assert panel.view.value != before, control.description
    assert committed(panel) == first


def nudge(control):
    """Move a control to another of its values."""
    options = getattr(control, "options", None)
    if options:
        control.index = control.index + 1 if control.index + 1 < len(options) else 0
    elif isinstance(control.value, bool):
        control.value = not control.value
    else:
        control.value = control.value + control.step if control.value < control.max else control.min


@pytest.mark.parametrize(("seconds", "words_"), [(2.5e-5, "25 us"), (0.0034, "3.4 ms"), (12.0, "12 s")])
def test_a_wall_time_is_said_to_be_this_machines(seconds, words_):
    assert timing.on_this_machine(seconds) == f"{words_} on this machine"
