"""The front door: any stage as an HTTP service that knows who asks, and a page to scroll.

`running(system)` serves a system that is open already, in a thread; the command `twitterlab serve` opens one and serves
it. What stands here needs the extra `service`.
"""

from __future__ import annotations

try:
    import fastapi  # noqa: F401
except ImportError as missing:
    raise ImportError("the HTTP service needs more packages: pip install 'twitterlab[service]'") from missing

from twitterlab.service.app import create_app
from twitterlab.service.server import Service, running
from twitterlab.service.tokens import Signer

__all__ = ["Service", "Signer", "create_app", "running"]
