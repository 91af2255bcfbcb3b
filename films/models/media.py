"""Pictures and trailers of titles and people."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final
from urllib.parse import urlsplit
from uuid import uuid4

from django.core.files.base import ContentFile
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from films.models.title import Title
from filmsite.lib.images import Rendition, rendition_name


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

    def keep(self, renditions: Sequence[Rendition]) -> None:
        """Store the files of a new picture (the widest last) and name them here; the row itself is not saved.

        What the row named before is deleted once the transaction is through.
        """
        self.forget_files()
        key = uuid4().hex
        for rendition in renditions[:-1]:
            name = self.file.field.generate_filename(self, f"{key}-{rendition.width}.webp")
            self.file.storage.save(name, ContentFile(rendition.data))
        widest = renditions[-1]
        self.file.save(f"{key}-{widest.width}.webp", ContentFile(widest.data), save=False)
        self.width, self.height = widest.width, widest.height
        self.widths = [rendition.width for rendition in renditions]

    def forget_files(self) -> None:
        """Delete the files when the transaction is through; a deletion that is undone keeps them."""
        if widest := self.file.name:
            for width in self.widths:
                transaction.on_commit(partial(self.file.storage.delete, rendition_name(widest, width)))


# In pixels: what pages ask for on a small screen, on a large one, and on one with twice the dots.
WIDTHS: Final[Mapping[str, Sequence[int]]] = {
    Image.Kind.POSTER: (160, 320, 500),
    Image.Kind.STILL: (320, 780, 1280),
    Image.Kind.PORTRAIT: (160, 320),
}


# Without cookies before something is played, and without a list of what else there is to see.
PLAYERS: Final[Mapping[str, str]] = {
    "youtube": "https://www.youtube-nocookie.com/embed/{}?rel=0",
    "vimeo": "https://player.vimeo.com/video/{}?dnt=1",
}
# Where the provider itself shows a video, for those whose browser will not frame it.
_PAGES: Final[Mapping[str, str]] = {
    "youtube": "https://www.youtube.com/watch?v={}",
    "vimeo": "https://vimeo.com/{}",
}


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

    def get_absolute_url(self) -> str:
        return reverse("films:video", args=[self.pk])

    @property
    def player(self) -> str:
        """The address of the provider's player, in the form that asks least of the one who watches."""
        return PLAYERS[self.provider].format(self.key)

    @property
    def page_elsewhere(self) -> str:
        return _PAGES[self.provider].format(self.key)

    @property
    def player_origin(self) -> str:
        """The only origin that the video's own page may frame."""
        parts = urlsplit(self.player)
        return f"{parts.scheme}://{parts.netloc}"
