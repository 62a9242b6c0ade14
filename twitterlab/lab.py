"""JupyterLab on the lessons with one command: `twitterlab lab`, or `python -m twitterlab.lab`."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Mapping, Sequence
from pathlib import Path

SETTINGS = Path(__file__).parent / "classroom" / "settings"
HELP = """usage: twitterlab lab [any option of `jupyter lab`]

Opens JupyterLab on the first lesson in notebooks/, in your browser where there is one; where there is none, it
prints the address to open. Control-C ends it. Two options that help on another machine or in a container:
--port=8888, --ip=0.0.0.0
"""


def lab(argv: Sequence[str]) -> int:
    """Serve the lessons until Control-C; returns 0 then, or 1 where there are no lessons to serve.

    `argv` goes to JupyterLab as it is, after our own options, so it has the last word.
    """
    if {"-h", "--help"} & set(argv):
        print(HELP, end="")
        return 0
    clone = find_clone()
    if clone is None:
        print("twitterlab lab: no folder notebooks/ here; run it in a clone of the project", file=sys.stderr)
        return 1
    from jupyterlab.labapp import LabApp  # type: ignore[import-untyped]

    LabApp.launch_instance([*options(clone, has_browser(os.environ), is_root()), *argv])
    return 0


def find_clone() -> Path | None:
    """The folder that holds notebooks/: the current one, else the clone in which this package lies, else None."""
    homes = (Path.cwd(), Path(__file__).resolve().parents[1])
    return next((home for home in homes if (home / "notebooks").is_dir()), None)


def options(clone: Path, browser: bool, root: bool) -> list[str]:
    """JupyterLab's options for the lessons of `clone`, which is served whole: lessons link to its exercises."""
    lessons = sorted(path.name for path in (clone / "notebooks").glob("*.ipynb"))
    chosen = [
        f"--ServerApp.root_dir={clone}",
        f"--LabApp.default_url=/lab/tree/{'/'.join(['notebooks', *lessons[:1]])}",
        f"--LabApp.app_settings_dir={SETTINGS}",
        "--LabApp.news_url=None",  # nothing is fetched, nothing is sent, and no window asks about it
        "--Application.log_level=WARN",  # the address is logged as critical, so it is still seen
    ]
    return chosen + ["--no-browser"] * (not browser) + ["--allow-root"] * root


def has_browser(environ: Mapping[str, str]) -> bool:
    """Whether a window can open: a text browser, which would take over the terminal, does not count."""
    if environ.get("BROWSER"):
        return True
    if sys.platform not in ("darwin", "win32") and not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def is_root() -> bool:
    """Whether this is user 0, as in most containers; JupyterLab then asks to be told that it is meant."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


if __name__ == "__main__":
    sys.exit(lab(sys.argv[1:]))
