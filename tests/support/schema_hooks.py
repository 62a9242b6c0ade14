"""What schemathesis is told beside its schemathesis.toml: what a picture is, and that a key stands for one post."""

from __future__ import annotations

from itertools import count
from typing import Any

import schemathesis
from hypothesis import strategies as st
from support.serving import picture

NUMBERS = count()

schemathesis.openapi.media_type("image/png", st.sampled_from([picture(), picture("JPEG"), picture("GIF", (1, 1))]))


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Make a valid key one that was not used before: the tweet that was posted under it may be deleted by now."""
    headers = case.headers or {}
    for name in [name for name in headers if name.lower() == "idempotency-key"]:
        if isinstance(headers[name], str) and 1 <= len(headers[name]) <= 200:
            headers[name] += f" {next(NUMBERS)}"
