"""Mail in the demo: nothing leaves the machine."""

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

from accounts.models import DemoMail


class DemoMailBackend(BaseEmailBackend):
    """Keeps each message as a row, shown at /demo/mail/, and prints it."""

    def send_messages(self, email_messages: list[EmailMessage]) -> int:
        for message in email_messages:
            DemoMail.objects.create(
                recipients=", ".join(message.to), subject=message.subject, body=str(message.body)
            )
        return len(email_messages)
