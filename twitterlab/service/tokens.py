"""Tokens: who is calling, proved by a signature, for a time (RFC 7519, RFC 6750)."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import jwt

from twitterlab.files import replace_file
from twitterlab.model import StorageError, TwitterlabError
from twitterlab.service import MINUTES

ALGORITHM = "HS256"
NUMBER = re.compile(r"[0-9]{1,19}", re.ASCII)  # a user's or a tweet's ID in decimal digits
MAX_MINUTES = 24 * 60
SECRET = 32  # bytes, as many as the signature has


class Unauthorized(TwitterlabError):
    """A call that nobody is proved to have made; the message says what is wrong with its token, and never the token."""


class NoToken(Unauthorized):
    """A call that shows no token at all."""


@dataclass(frozen=True)
class Signer:
    """Makes the tokens of one instance, and proves them; `instance` is in each of them, so that no other's will do.

    `now` is the system's clock, in Unix milliseconds: tokens expire by it.
    """

    secret: bytes
    instance: str
    now: Callable[[], int]

    @classmethod
    def new(cls, now: Callable[[], int]) -> Signer:
        """One with a secret that nobody else has."""
        return cls(secrets.token_bytes(SECRET), secrets.token_hex(8), now)

    @classmethod
    def read(cls, file: Path, now: Callable[[], int]) -> Signer:
        """The one that `write` has kept in a file."""
        try:
            kept = json.loads(file.read_text())
            secret, instance = bytes.fromhex(kept["secret"]), kept["instance"]
        except FileNotFoundError:
            raise StorageError(f"there is no {file.name}: has this service been started?") from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StorageError(f"{file.name} cannot be read: {type(error).__name__}") from error
        if len(secret) < SECRET or not (isinstance(instance, str) and instance):
            raise StorageError(f"{file.name} holds no key that protects anything: remove it, and start the service")
        return cls(secret, instance, now)

    def write(self, file: Path) -> None:
        """Keep it in a file that only this user can read, at once or not at all."""
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = file.with_name(f"{file.name}.{secrets.token_hex(4)}.part")
        kept = {"instance": self.instance, "secret": self.secret.hex()}
        replace_file(file, json.dumps(kept).encode(), mode=0o600, part=part)

    def token(self, user: int, minutes: int = MINUTES) -> str:
        """A token for `user` that holds for so many minutes, at most a day."""
        if not 1 <= minutes <= MAX_MINUTES:
            raise ValueError(f"minutes={minutes}: a token holds from 1 minute to a day, {MAX_MINUTES} minutes")
        if not NUMBER.fullmatch(str(user)):
            raise ValueError(f"user {user}: a user ID is a number from 0 on")
        claims = {"sub": str(user), "aud": self.instance, "exp": self.until(minutes)}
        return jwt.encode(claims, self.secret, ALGORITHM)

    def until(self, minutes: int = MINUTES) -> int:
        """When a token of now expires, in Unix seconds."""
        return self.now() // 1000 + 60 * minutes

    def caller(self, token: str) -> int:
        """The user whom a token proves; raises Unauthorized."""
        options = {"require": ["sub", "aud", "exp"], "verify_exp": False}  # that would be by the wall clock
        try:
            claims = jwt.decode(
                token,
                self.secret,
                algorithms=[ALGORITHM],  # whatever the token says
                audience=self.instance,
                options=options,  # type: ignore[arg-type]
            )
        except jwt.PyJWTError as error:
            raise Unauthorized(f"the token proves nothing here: {type(error).__name__}") from None
        user, until = claims["sub"], claims["exp"]
        if not (NUMBER.fullmatch(user) and isinstance(until, int)):
            raise Unauthorized("the token names no user, or no time")
        if self.now() >= 1000 * until:
            raise Unauthorized("the token has expired: sign in again")
        return int(user)
