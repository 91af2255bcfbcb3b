"""Pictures and trailers of titles and people."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from films.models.title import Title


class Image(models.Model):
    """A picture of a title or a person, stored as WebP in the widths that pages ask for (`filmsite.lib.images`)."""

    class Kind(models.TextChoices):
        POSTER = "poster", _("poster")
        STILL = "still", _("still")
        PORTRAIT = "portrait", _("portrait")

    title = models.ForeignKey(Title, on_delete=models.CASCADE, null=True, blank=True, related_name="images")
    person = models.ForeignKey(
        "films.Person", on_delete=models.CASCADE, null=True, blank=True, related_name="images"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.POSTER)
    # The widest rendition; the others stand beside it, their widths in `widths`.
    file = models.ImageField(_("file"), upload_to="catalogue/", width_field="width", height_field="height")
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    widths = models.JSONField(default=list, editable=False)
    alt = models.CharField(_("what it shows"), max_length=200, help_text=_("For those who cannot see it"))
    source = models.CharField(_("source"), max_length=300, help_text=_("Who made it and where it is from"))
    licence = models.CharField(_("licence"), max_length=60, help_text=_("“CC BY-SA 4.0”, “public domain”"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("image")
        verbose_name_plural = _("images")
        ordering = ["kind", "position", "id"]
        constraints = [
            models.CheckConstraint(
                name="image_of_title_or_person",
                condition=models.Q(title__isnull=False, person__isnull=True)
                | models.Q(title__isnull=True, person__isnull=False),
                violation_error_message=_("An image belongs to a title or to a person."),
            )
        ]

    def __str__(self) -> str:
        return self.alt


class Video(models.Model):
    """A trailer or clip at another site. Nothing is asked of that site before a reader plays it."""

    class Kind(models.TextChoices):
        TRAILER = "trailer", _("trailer")
        TEASER = "teaser", _("teaser")
        CLIP = "clip", _("clip")

    class Provider(models.TextChoices):
        YOUTUBE = "youtube", "YouTube"
        VIMEO = "vimeo", "Vimeo"

    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="videos")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.TRAILER)
    provider = models.CharField(_("provider"), max_length=8, choices=Provider.choices)
    # The provider's own id of the video.
    key = models.CharField(_("id"), max_length=40)
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(_("language"), max_length=8, blank=True)

    class Meta:
        verbose_name = _("video")
        verbose_name_plural = _("videos")
        ordering = ["kind", "id"]
        constraints = [
            models.UniqueConstraint(fields=["title", "provider", "key"], name="video_unique"),
            models.CheckConstraint(
                name="video_key_is_plain",
                condition=models.Q(key__regex=r"^[A-Za-z0-9_-]+$"),
                violation_error_message=_("An id is made of letters, digits, - and _."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
