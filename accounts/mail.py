"""Mail in the demo: nothing leaves the machine."""

from collections.abc import Sequence

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

from accounts.models import DemoMail


class DemoMailBackend(BaseEmailBackend):
    """Keeps each message as a row, to be read at /demo/mail/, and prints it where the site was started."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            recipients = ", ".join(message.to)
            DemoMail.objects.create(
                recipients=recipients, subject=str(message.subject), body=str(message.body)
            )
            print(f"\n--- mail to {recipients}: {message.subject}\n{message.body}\n---", flush=True)
        return len(email_messages)
