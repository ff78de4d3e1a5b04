"""Consents given in the sandbox: codes and tokens, in real time, kept over a restart.

One process serves the sandbox; its threads share one State.
"""

import json
import os
import secrets
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from django.conf import settings

Partner = Literal["top", "xhs", "pgy"]
Kind = Literal["access", "refresh"]

CODE_SECONDS = 600
GRACE_SECONDS = 300
LIFETIMES: dict[Partner, tuple[int, int]] = {
    "top": (86_400, 2_592_000),
    "xhs": (86_399, 2_591_999),
    "pgy": (86_399, 2_591_999),
}


class Refused(Exception):
    """The code or token is unknown, used up, expired or meant for something else."""


@dataclass(frozen=True, slots=True)
class Code:
    partner: Partner
    subjects: tuple[int, ...]
    scope: tuple[str, ...]
    redirect_uri: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class Token:
    partner: Partner
    kind: Kind
    pair: str
    subjects: tuple[int, ...]
    scope: tuple[str, ...]
    expires_at: float


@dataclass(frozen=True, slots=True)
class Pair:
    access_token: str
    access_expires_in: int
    refresh_token: str
    refresh_expires_in: int
    subjects: tuple[int, ...]
    scope: tuple[str, ...]


class State:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._codes: dict[str, Code] = {}
        self._tokens: dict[str, Token] = {}
        self._load()

    def issue_code(
        self,
        partner: Partner,
        subjects: Iterable[int],
        *,
        scope: Iterable[str] = (),
        redirect_uri: str = "",
    ) -> str:
        code = secrets.token_urlsafe(24)
        expires_at = time.time() + CODE_SECONDS
        with self._lock:
            self._codes[code] = Code(
                partner, tuple(subjects), tuple(scope), redirect_uri, expires_at
            )
            self._save()
        return code

    def redeem_code(self, partner: Partner, code: str, *, redirect_uri: str = "") -> Pair:
        """Exchange a code for tokens; whatever comes of it, the code is used up."""
        with self._lock:
            found = self._codes.pop(code, None)
            if found is None or found.partner != partner:
                raise Refused("the code is unknown or was used before")
            pair = None
            if found.expires_at > time.time() and found.redirect_uri == redirect_uri:
                pair = self._issue_pair(partner, found.subjects, found.scope)
            self._save()
        if pair is None:
            raise Refused("the code has expired or was issued for another redirect_uri")
        return pair

    def refresh(self, partner: Partner, refresh_token: str) -> Pair:
        """Issue a new pair; the old one lives on for five minutes at most."""
        with self._lock:
            old = self._live(partner, "refresh", refresh_token)
            dies_at = time.time() + GRACE_SECONDS
            for text, token in self._tokens.items():
                if token.pair == old.pair:
                    expires_at = min(token.expires_at, dies_at)
                    self._tokens[text] = replace(token, expires_at=expires_at)
            pair = self._issue_pair(partner, old.subjects, old.scope)
            self._save()
        return pair

    def access(self, partner: Partner, access_token: str) -> Token:
        with self._lock:
            return self._live(partner, "access", access_token)

    def issued_at(self, partner: Partner, access_token: str) -> float:
        """Return when the token was issued, or before that where it was renewed since."""
        with self._lock:
            token = self._live(partner, "access", access_token)
            return token.expires_at - LIFETIMES[partner][0]

    def expire_access_tokens(self, partner: Partner) -> None:
        with self._lock:
            for text, token in self._tokens.items():
                if token.partner == partner and token.kind == "access":
                    self._tokens[text] = replace(token, expires_at=time.time())
            self._save()

    def revoke(self, subject: int) -> None:
        """Withdraw every consent that covers this seller, advertiser or account."""
        with self._lock:
            self._tokens = {t: v for t, v in self._tokens.items() if subject not in v.subjects}
            self._codes = {c: v for c, v in self._codes.items() if subject not in v.subjects}
            self._save()

    def _live(self, partner: Partner, kind: Kind, text: str) -> Token:
        token = self._tokens.get(text)
        if token is None or (token.partner, token.kind) != (partner, kind):
            raise Refused(f"the {kind} token is unknown")
        if token.expires_at <= time.time():
            raise Refused(f"the {kind} token has expired")
        return token

    def _issue_pair(
        self, partner: Partner, subjects: tuple[int, ...], scope: tuple[str, ...]
    ) -> Pair:
        access_seconds, refresh_seconds = LIFETIMES[partner]
        pair = secrets.token_hex(8)
        access, refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        now = time.time()
        self._tokens[access] = Token(partner, "access", pair, subjects, scope, now + access_seconds)
        self._tokens[refresh] = Token(
            partner, "refresh", pair, subjects, scope, now + refresh_seconds
        )
        return Pair(access, access_seconds, refresh, refresh_seconds, subjects, scope)

    def _load(self) -> None:
        if not self._path.exists():
            return
        kept = json.loads(self._path.read_text())
        for text, code in kept["codes"].items():
            self._codes[text] = Code(**_with_tuples(code))
        for text, token in kept["tokens"].items():
            self._tokens[text] = Token(**_with_tuples(token))

    def _save(self) -> None:
        """Write the whole state to a new file and swap it in, readable by its owner alone."""
        yesterday = time.time() - 86_400
        kept = {
            "codes": {c: asdict(v) for c, v in self._codes.items() if v.expires_at > yesterday},
            "tokens": {t: asdict(v) for t, v in self._tokens.items() if v.expires_at > yesterday},
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        new = self._path.with_suffix(".new")
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(kept, file)
        new.replace(self._path)


@cache
def state() -> State:
    return State(Path(settings.VAR_DIR) / "sandbox-state.json")


# Any: what json.loads gave, handed on to a dataclass.
def _with_tuples(kept: dict[str, Any]) -> dict[str, Any]:
    return kept | {"subjects": tuple(kept["subjects"]), "scope": tuple(kept["scope"])}
