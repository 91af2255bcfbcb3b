"""Notices by rights-holders, who need no account."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews.models.cases import Case
from reviews.models.known_texts import KnownText


class Notice(models.Model):
    """A rights-holder's word that texts here are theirs. Whoever has the `token` sees how it stands."""

    # 43 characters that nobody guesses; the only key to the page that follows it.
    token = models.CharField(max_length=43, unique=True)
    name = models.CharField(_("name"), max_length=200)
    on_behalf_of = models.CharField(_("on behalf of"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"))
    # What they say is theirs, and where it stands.
    work = models.TextField(_("your work"))
    work_url = models.CharField(_("where it was published"), max_length=500, blank=True)
    explanation = models.TextField(_("explanation"))
    good_faith = models.BooleanField(_("stated in good faith"), default=False)
    language = models.CharField(max_length=8, default="en")
    # When a moderator has had the copy detector learn the words of the work.
    known_text = models.ForeignKey(
        KnownText, on_delete=models.SET_NULL, null=True, blank=True, related_name="notices"
    )
    received_at = models.DateTimeField(auto_now_add=True)
    # When they clicked the link in the receipt: only then it reaches a moderator.
    confirmed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    # Null until the receipt has gone out; a sweep sends what was missed.
    mailed_at = models.DateTimeField(null=True, blank=True)
    # When name and contact were erased.
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("notice-status", args=[self.token])


class NoticeItem(models.Model):
    """One address that a notice names, and the case about what stands there."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="items")
    url = models.CharField(_("address on this site"), max_length=500)
    case = models.ForeignKey(Case, on_delete=models.SET_NULL, null=True, blank=True, related_name="notices")
    # Of a case that became one with another: the one that it opened. It goes back there with it.
    part = models.ForeignKey(Case, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # The newest word about it that they have a right to hear, and which they were told last. A sweep sends what was missed.
    news_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("address in a notice")
        verbose_name_plural = _("addresses in notices")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["notice", "url"], name="noticeitem_once_a_notice")]

    def __str__(self) -> str:
        return self.url
