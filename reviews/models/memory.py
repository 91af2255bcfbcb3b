from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from reviews.models.translation import Translation


class UsedSentences(models.Model):
    """Which sentences of the memory a translation was made with, by all engines that ever were asked for it.

    The memory itself does not know whose a sentence is: by these keys (of `Segment`, 32 bytes each) it is forgotten
    along with its text.
    """

    translation = models.OneToOneField(
        Translation, on_delete=models.CASCADE, primary_key=True, related_name="used"
    )
    keys = ArrayField(models.BinaryField(), default=list)

    class Meta:
        verbose_name = _("sentences of a translation")
        verbose_name_plural = _("sentences of translations")

    def __str__(self) -> str:
        return f"{self.translation_id}: {len(self.keys)}"
