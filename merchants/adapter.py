"""How accounts behave here: who proves an e-mail address may sign up; a brand is another step."""

from allauth.account.adapter import DefaultAccountAdapter
from django.utils.translation import gettext as _


class AccountAdapter(DefaultAccountAdapter):
    def format_email_subject(self, subject: str) -> str:
        return f"{_('RedCat')} · {subject}"
