"""News of members for the apps above, sent inside the transaction that makes it true."""

from django.dispatch import Signal

# Of `follow`, a Follow: somebody follows a member now, or asks to where it is not accepted.
member_followed = Signal()
# Of `follow`: a member agreed to being followed.
follower_accepted = Signal()
