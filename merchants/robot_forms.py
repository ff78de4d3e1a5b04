"""What is asked of an owner's group robot."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from merchants.models import Channel
from merchants.robot_messages import OFFERED
from merchants.robots import Asked, read_address
from merchants.webhook_kinds import Kind
from portal.lib.outgoing import LONGEST
from portal.partners.robots import ROBOTS, SECRET, BadAddress

OFF = {"autocomplete": "off", "spellcheck": "false"}


class RobotForm(forms.Form):
    """Without a `channel` it asks for one; of a robot that is there the address may stay empty."""

    channel = forms.ChoiceField(
        label=_("Chat platform"),
        choices=[(each.value, each.label) for each in Channel if each.value in ROBOTS],
    )
    name = forms.CharField(
        label=_("Name of the group"),
        max_length=60,
        help_text=_("As your team knows the group, for example: Seeding team."),
        widget=forms.TextInput(attrs=OFF),
    )
    url = forms.CharField(
        label=_("Address of the robot"),
        max_length=LONGEST,
        help_text=_("Copy it from the robot in the group's settings; it is kept encrypted."),
        widget=forms.URLInput(attrs=OFF),
    )
    secret = forms.CharField(
        label=_("Signing secret"),
        max_length=200,
        required=False,
        help_text=_("Of DingTalk and Feishu, where the robot asks for signatures; else empty."),
        widget=forms.TextInput(attrs=OFF),
    )
    language = forms.ChoiceField(label=_("Language of the messages"), choices=settings.LANGUAGES)
    kinds = forms.MultipleChoiceField(
        label=_("What it is told"),
        choices=[(kind.key, kind.name) for kind in OFFERED],
        error_messages={"required": _("Choose at least one.")},
    )

    def __init__(self, *args: Any, channel: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of_channel = channel
        if channel:
            del self.fields["channel"]
            self.fields["url"].required = False
            self.fields["url"].help_text = _t(
                "Leave it empty to keep the address; a new one comes with its own secret."
            )

    def clean_secret(self) -> str:
        secret: str = self.cleaned_data["secret"]
        if secret and not SECRET.fullmatch(secret):
            raise forms.ValidationError(_("A secret has no blanks, and Latin letters alone."))
        return secret

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        channel = self.of_channel or cleaned.get("channel", "")
        if channel not in ROBOTS:
            return cleaned
        if cleaned.get("secret") and not ROBOTS[channel].takes_secret:
            self.add_error("secret", _("Robots of WeCom sign nothing. Leave it empty."))
        if cleaned.get("secret") and not cleaned.get("url") and "url" not in self.errors:
            self.add_error("url", _("Give the address too: both are kept together."))
        if cleaned.get("url"):
            self._read(channel, cleaned["url"])
        return cleaned

    @property
    def asked(self) -> Asked:
        said = self.cleaned_data
        address = said.get("address")
        return Asked(said["name"], said["language"], said["kinds"], address, said["secret"])

    @property
    def offered(self) -> list[tuple[Kind, bool]]:
        """Return every kind, and whether its box is ticked."""
        chosen = set(self["kinds"].value() or [])
        return [(kind, kind.key in chosen) for kind in OFFERED]

    def _read(self, channel: str, url: str) -> None:
        try:
            self.cleaned_data["address"] = read_address(channel, url)
        except BadAddress:
            said = _t("This is no address of such a robot. It looks like %(example)s")
            self.add_error("url", said % {"example": ROBOTS[channel].example})
