"""What readers write below the brand's notes, and the links of its in-site shop there."""

from typing import Any, Self

from django.db import models
from django.db.models import Count, F, Max, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from campaigns.models.link import Link, LinkStatus
from campaigns.models.note import Note
from merchants.models import Brand, Store, StoreOwnedQuerySet
from portal.lib.days import known_now


class CommentQuerySet(StoreOwnedQuerySet["Comment"]):
    def requests(self) -> Self:
        return self.filter(asks_for_link=True)

    def newest_first(self) -> Self:
        return self.order_by("-written_at", "-pk")

    def by_note(self) -> "models.QuerySet[Any, Any]":  # rows of counts, which are no comments
        """Count each note's requests: in all, and those from before and since its open link."""
        live = Link.objects.filter(note=OuterRef("note"), status=LinkStatus.LIVE)
        since = models.Subquery(live.values("created_at")[:1])
        return (
            self.requests()
            .annotate(linked_at=since)
            .values("note_id", "linked_at")
            .annotate(
                asked=Count("pk"),
                since_link=Count("pk", filter=Q(written_at__gte=F("linked_at"))),
                last_at=Max("written_at"),
            )
            .annotate(
                unanswered=models.Case(
                    models.When(linked_at=None, then=F("asked")), default=models.Value(0)
                )
            )
            .order_by("-unanswered", "-asked", "-last_at", "note_id")
        )


class Comment(models.Model):
    """One comment. Its writer is known only as a keyed hash, and is never shown."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="comments")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="comments")
    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="comments")
    comment_id = models.CharField(max_length=64)
    words = models.CharField(max_length=300)
    written_at = models.DateTimeField()
    writer_hash = models.CharField(max_length=64, blank=True)
    asks_for_link = models.BooleanField()
    first_seen_at = models.DateTimeField(default=known_now)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints = [
            models.UniqueConstraint(fields=["brand", "store", "comment_id"], name="comment_once")
        ]
        indexes = [
            models.Index(
                fields=["brand", "store", "note"],
                condition=Q(asks_for_link=True),
                name="comment_request_by_note",
            )
        ]

    def __str__(self) -> str:
        return self.words


class CommentLinkQuerySet(StoreOwnedQuerySet["CommentLink"]):
    def newest_first(self) -> Self:
        return self.order_by("-posted_at", "-pk")


class CommentLink(models.Model):
    """A link in the comments to the brand's in-site shop: its own kind, added to no other."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="comment_links")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="comment_links")
    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="comment_links")
    comment_id = models.CharField(max_length=64)
    item_title = models.CharField(max_length=120)
    posted_at = models.DateTimeField()
    clicks = models.PositiveIntegerField(null=True)
    orders = models.PositiveIntegerField(null=True)
    known_at = models.DateTimeField(default=known_now)

    objects = CommentLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment link")
        verbose_name_plural = _("comment links")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "store", "comment_id"], name="comment_link_once"
            )
        ]

    def __str__(self) -> str:
        return self.item_title
