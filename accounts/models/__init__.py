from accounts.models.job import Job, JobState
from accounts.models.mail import DemoMail
from accounts.models.member import Member, MemberTotals, Section

__all__ = ["DemoMail", "Job", "JobState", "Member", "MemberTotals", "Section"]
