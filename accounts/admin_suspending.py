"""The page on which staff suspend a member or lift that: what it will do, a reason, and it is done."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Job, JobState, Member
from filmsite.lib.fields import CleanTextField
from reviews.models import CaseKind, Matter, MeasureKind, Verdict
from reviews.moderation import rules
from reviews.moderation.ladder import RUNGS, next_rung
from reviews.moderation.naming import NOBODY, NamelessReason, concerned_in
from reviews.moderation.permissions import Action, allows
from reviews.moderation.targets import target_of
from reviews.services.deciding import act_on
from reviews.services.measures import lift_all
from reviews.services.suspending import impact_of


class ReasonForm(NamelessReason):
    """Why, and of a suspension until when and under which rule."""

    reason = CleanTextField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
        help_text=gettext_lazy(
            "The member reads this, and so does everybody in the public log: name nobody."
        ),
    )


class SuspensionForm(ReasonForm):
    rule = forms.ChoiceField(
        label=gettext_lazy("Rule"), choices=[("", gettext_lazy("Choose a rule")), *rules.CHOICES]
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("How long"),
        choices=[(rung.days or "", rung.name) for rung in RUNGS if rung.measure == MeasureKind.SUSPENSION],
        coerce=int,
        empty_value=None,
        required=False,
    )
    field_order = ("days", "rule", "reason")


def suspend_page(
    request: HttpRequest, model_admin: admin.ModelAdmin, object_id: str, *, actor: Member
) -> HttpResponse:
    """Suspend the member, or lift the suspension of one who is: the page says how much hangs on it and asks why."""
    member = model_admin.get_object(request, unquote(object_id))
    if member is None:
        raise Http404
    may_act = model_admin.has_change_permission(request, member) and allows(actor, Action.LIFT)
    if not may_act or member.pk == actor.pk:
        raise PermissionDenied
    # What the page offered when it was made, so that one that is stale never does the opposite.
    wanted = request.POST.get("lift") == "yes" if request.method == "POST" else member.is_suspended
    form_class = ReasonForm if member.is_suspended else SuspensionForm
    form = form_class(request.POST or None, initial={"days": _proposed_days(member) or ""})
    form.concerned = concerned_in([], members=[member.pk]) if form.is_bound else NOBODY
    if request.method == "POST" and wanted != member.is_suspended:
        messages.warning(request, _("Somebody else was first: there is nothing left to do."))
        return redirect("admin:accounts_member_change", member.pk)
    if request.method == "POST" and form.is_valid():
        if wanted:
            lift_all(member=member, by=actor, reason=form.cleaned_data["reason"])
        else:
            _suspend(member, actor, form)
        messages.success(request, _outcome(Job.objects.filter(parameters__member=member.pk).latest("pk")))
        return redirect("admin:accounts_member_change", member.pk)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": (_("Lift the suspension of %(member)s") if member.is_suspended else _("Suspend %(member)s"))
        % {"member": member},
        "opts": model_admin.opts,
        "member": member,
        "impact": impact_of(member),
        "form": form,
    }
    return TemplateResponse(request, "admin/accounts/member/suspend.html", context)


def _proposed_days(member: Member) -> int | None:
    """How long the ladder's next suspension of the member lasts; None until it is lifted."""
    number = next_rung(member).number
    suspensions = (rung for rung in RUNGS if rung.measure == MeasureKind.SUSPENSION and rung.number >= number)
    return next(suspensions).days


def _suspend(member: Member, actor: Member, form: ReasonForm) -> None:
    """A decision about the member's conduct, with the statement and the way to appeal that belong to one."""
    act_on(
        target=target_of(Matter.CONDUCT, member),
        moderator=actor,
        kind=CaseKind.OTHER,
        verdict=Verdict.KEEP,
        reason=form.cleaned_data["reason"],
        rule=form.cleaned_data["rule"],
        measure=MeasureKind.SUSPENSION,
        measure_days=form.cleaned_data["days"],
    )


def _outcome(job: Job) -> str:
    if job.state != JobState.DONE:
        return _(
            "Ordered. It has many votes to go through and is done within minutes; the list of jobs shows it."
        )
    votes = job.counts.get("votes", 0)
    return ngettext("Done: %(n)d vote follows.", "Done: %(n)d votes follow.", votes) % {"n": votes}
