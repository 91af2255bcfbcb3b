"""News of members for the apps above, sent inside the transaction that makes it true."""

from django.dispatch import Signal

# Of `follow`, a Follow: somebody follows a member now, or asks to where it is not accepted.
member_followed = Signal()
# Of `member`: they say something else about themselves now, and that the words it shares with the known texts `own_sources`
# (their ids; None: nothing was said) are their own.
about_changed = Signal()
# Of `follow`: a member agreed to being followed.
follower_accepted = Signal()

# member: Member, as they were; keeps_texts: bool. Each app forgets what it holds of them. Sent before the member's row
# is locked, for that comes last in the order of locks.
account_erased = Signal()
