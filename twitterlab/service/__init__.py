"""The front door: any stage as an HTTP service that knows who asks, and a page to scroll.

`running(system)` serves a system that is open already, in a thread; the command `twitterlab serve` opens one and serves
it. What stands here needs the extra `service`; it is imported when it is first asked for, since that takes a while.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twitterlab.service.app import create_app
    from twitterlab.service.server import Service, running
    from twitterlab.service.tokens import Signer

PORT, RATE, MINUTES = 8000, "1200/minute", 60  # a page and a poll a second are 120 calls; minutes of a token

__all__ = ["Service", "Signer", "create_app", "running"]
HOMES = {"Service": "server", "Signer": "tokens", "create_app": "app", "running": "server"}


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
    except ModuleNotFoundError as missing:
        raise ImportError(f"{missing.name} is missing: pip install 'twitterlab[service]'") from missing
