from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from reviews.moderation.seals import prove_log


class Command(BaseCommand):
    help = "Prove that no line of the public moderation log was changed, put between or taken out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--seal",
            default="",
            help="A seal that was noted down before, as this command prints it; it must still be in the log.",
        )

    def handle(self, *args: object, **options: str) -> None:
        proof = prove_log(noted=options["seal"].strip().lower())
        for found in proof.breaks:
            what = "does not follow the line before it" if found.is_gap else "is not what was written"
            self.stderr.write(f"Line {found.number} {what}.")
        if not proof.has_noted:
            self.stderr.write("The seal that was noted down is not in the log: lines are missing.")
        if proof.breaks or not proof.has_noted:
            raise CommandError("The moderation log has been tampered with.")
        self.stdout.write(f"{proof.lines} lines, unbroken. The newest seal: {proof.last.hex()}")
