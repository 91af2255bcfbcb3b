from django.db import models
from django.utils.translation import gettext_lazy as _


class DemoMail(models.Model):
    """A message that the demo would have sent, kept to be read on the site. Unused outside demo mode."""

    recipients = models.TextField()
    subject = models.CharField(max_length=300)
    body = models.TextField()
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("demo mail")
        verbose_name_plural = _("demo mails")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.subject
