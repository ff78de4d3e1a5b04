"""What platform staff see of the mails that are owed, and the one thing they may do: send again."""

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from merchants import outbox
from merchants.models import MailStatus, NoticeMail


def nobody(self: object, request: HttpRequest, obj: Model | None = None) -> bool:
    """What changes these rows is the sender."""
    return False


def unsure_mails(request: HttpRequest) -> str:
    """The badge beside the mails in the side bar."""
    return str(NoticeMail.objects.filter(status=MailStatus.UNSURE).count() or "")


class NoticeMailAdmin(ModelAdmin):
    has_add_permission = has_change_permission = has_delete_permission = nobody
    list_display = ["notice", "store", "reader", "status", "attempts", "claimed_at", "sent_at"]
    list_filter = ["status", "notice__kind"]
    list_select_related = ["notice__user", "store"]
    search_fields = ["message_id", "notice__user__email", "brand__name"]
    ordering = ["-pk"]
    fields = [
        ("notice", "reader"),
        ("brand", "store"),
        ("status", "attempts"),
        ("not_before", "claimed_at", "sent_at"),
        "message_id",
        "error",
    ]
    readonly_fields = ["reader", "message_id"]
    actions = ["send_again"]

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("merchants.change_noticemail")

    @admin.display(description=_("reader"))
    def reader(self, mail: NoticeMail) -> str:
        return mail.notice.user.email

    @admin.action(description=_("Send again: a reader may get it twice"), permissions=["resend"])
    def send_again(self, request: HttpRequest, mails: QuerySet[NoticeMail]) -> None:
        owed = [mail for mail in mails if outbox.send_again(mail)]
        for mail in owed:
            self.log_change(request, mail, "→ owed")
        if len(owed) < len(mails):
            kept = _t("Only unsure and failed mails are sent again.")
            self.message_user(request, kept, messages.WARNING)
        if owed:
            told = ngettext("%(count)d mail is owed.", "%(count)d mails are owed.", len(owed))
            self.message_user(request, told % {"count": len(owed)}, messages.SUCCESS)
