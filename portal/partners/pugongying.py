"""蒲公英, Xiaohongshu's platform for creator orders: consent and its renewal, no data yet.

Its report asks for parameters that only one source describes, so nothing is asked before there
is a use for it; that the consent is good is shown by the token endpoint, which names the account.
"""

from dataclasses import dataclass

from portal.partners.adapi import MarketingApp, TokenPair
from portal.partners.base import Rejected

PLATFORM = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PugongyingApp(MarketingApp):
    """Made from settings.PUGONGYING."""

    scopes = ("report_service",)  # no more than reading

    def exchange(self, auth_code: str) -> TokenPair:
        """Trade the code as 聚光 does; a consent that is 聚光's own is Rejected."""
        pair = MarketingApp.exchange(self, auth_code)
        if pair.platform != PLATFORM:
            raise Rejected("wrong-platform", f"platform_type is {pair.platform}")
        return pair
