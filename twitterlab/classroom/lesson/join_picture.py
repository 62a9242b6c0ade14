"""A join as a picture: the rows of both tables as they lie, and lines between those that make one reader's feed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from twitterlab.figures.figure import Picture, canvas, show
from twitterlab.figures.palette import COLOURS, INK, QUIET, styled, tint
from twitterlab.model import Tweet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEFT, RIGHT, WIDE, WIDER = 0.0, 3.4, 1.5, 3.4  # where each table's rows begin, and how wide they are


def join_picture(follows: Sequence[tuple[int, int]], tweets: Sequence[Tweet], reader: int) -> Picture:
    """The reader's feed over both tables: a line for each pair of a follow of theirs and a tweet of that followee.

    `follows` are (follower, followee). Tweets of the feed carry their place on it, the newest first.
    """
    mine = {followee: place for place, (follower, followee) in enumerate(follows) if follower == reader}
    feed = sorted((tweet for tweet in tweets if tweet.author in mine), reverse=True)
    with styled():
        figure = canvas(8.2, 0.42 * max(len(follows), len(tweets)) + 0.7)
        axes = figure.subplots()
        axes.set(xlim=(-0.1, 7.6), ylim=(-max(len(follows), len(tweets)) + 0.4, 1.3))
        axes.axis("off")
        for x, words in ((LEFT, "follows: follower > followee"), (RIGHT, "tweets: author, text")):
            axes.text(x, 0.75, words, color=QUIET)
        for line, (follower, followee) in enumerate(follows):
            draw_row(axes, (LEFT, -line), WIDE, f"{follower} > {followee}", wanted=follower == reader)
        for line, tweet in enumerate(tweets):
            draw_tweet(axes, -line, tweet, feed)
            if tweet in feed:
                ends = [LEFT + WIDE, RIGHT], [-mine[tweet.author], -line]
                axes.plot(*ends, color=COLOURS["reader"], linewidth=1.6)
        return show(figure, describe_lines(follows, feed, reader), caption_of_rows(follows, tweets, feed, reader))


def draw_tweet(axes: Axes, y: float, tweet: Tweet, feed: Sequence[Tweet]) -> None:
    """A tweet's row, and its place on the feed where it has one."""
    words = f"{tweet.author}, {tweet.text or 'a picture'}"
    draw_row(axes, (RIGHT, y), WIDER, words, wanted=tweet in feed)
    if tweet in feed:
        axes.text(RIGHT + WIDER + 0.15, y, f"{feed.index(tweet) + 1}.", va="center", color=INK, weight="bold")


def draw_row(axes: Axes, at: tuple[float, float], width: float, words: str, *, wanted: bool) -> None:
    """One row: blue where the feed needs it, green where it is read for nothing."""
    from matplotlib.patches import Rectangle

    face = COLOURS["reader"] if wanted else tint("shard", 0.3)
    axes.add_patch(Rectangle((at[0], at[1] - 0.38), width, 0.76, facecolor=face, edgecolor=COLOURS["shard"]))
    axes.text(at[0] + 0.1, at[1], words, va="center", color="white" if wanted else QUIET)


def describe_lines(follows: Sequence[tuple[int, int]], feed: Sequence[Tweet], reader: int) -> str:
    """The lines in words."""
    pairs = "; ".join(f"{reader} > {tweet.author} meets {tweet.text or 'a picture'}" for tweet in feed) or "none"
    others = len(follows) - sum(follower == reader for follower, _ in follows)
    return f"Two tables and lines between their rows, newest first: {pairs}. {others} follows are of other users."


def caption_of_rows(
    follows: Sequence[tuple[int, int]], tweets: Sequence[Tweet], feed: Sequence[Tweet], reader: int
) -> str:
    """What it took."""
    needed = sum(follower == reader for follower, _ in follows) + len(feed)
    every = len(follows) + len(tweets)
    return (
        f"Blue rows make the feed of user {reader}, {needed} of {every}; the {every - needed} green ones are read for "
        "nothing, since nobody knows before that they are not needed."
    )
