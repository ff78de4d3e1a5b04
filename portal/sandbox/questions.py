"""What a call asked, and what it would be told if it asked otherwise, or as another account."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict

from portal.sandbox.accounts import BY_ADVERTISER, TOP_APP_SECRET
from portal.sandbox.signature import signature
from portal.sandbox.state import Partner, state

PARTNERS: dict[str, Partner] = {"top": "top", "juguang": "xhs", "pugongying": "pgy"}


@dataclass(frozen=True, slots=True)
class Question:
    request: HttpRequest
    partner: str
    asked: Mapping[str, object]
    get_response: Callable[[HttpRequest], HttpResponse] = field(repr=False)

    @property
    def token(self) -> str:
        if self.partner == "top":
            return str(self.asked.get("session", ""))
        return self.request.headers.get("Access-Token", "")

    def again(self, **changes: str) -> HttpResponse:
        """Ask with some parameters changed."""
        return self._ask({**self.asked, **changes}, self.token)

    def as_other(self, advertiser_id: int) -> HttpResponse:
        """Ask as the store that has this advertiser, by a consent that it never gave."""
        other, partner = BY_ADVERTISER[advertiser_id], PARTNERS[self.partner]
        subjects = {"top": other.user_id, "xhs": advertiser_id, "pgy": other.pugongying_id}
        scope = state().access(partner, self.token).scope
        code = state().issue_code(partner, [subjects[partner]], scope=scope)
        token = state().redeem_code(partner, code).access_token
        changed = {"advertiser_id": advertiser_id} if "advertiser_id" in self.asked else {}
        return self._ask({**self.asked, **changed}, token)

    def _ask(self, asked: dict[str, object], token: str) -> HttpResponse:
        twin = HttpRequest()
        twin.method, twin.path, twin.path_info = "POST", self.request.path, self.request.path
        twin.META = self.request.META | {"HTTP_ACCESS_TOKEN": token}
        if self.partner == "top":
            sent = {name: str(value) for name, value in asked.items()} | {"session": token}
            method = sent["sign_method"]
            sent["sign"] = signature(sent, secret=TOP_APP_SECRET, method=method)
            twin.POST = QueryDict(urlencode(sent))
        # A body that was read already stands here, whatever class the request is of.
        twin._body = json.dumps(asked).encode()
        return self.get_response(twin)
