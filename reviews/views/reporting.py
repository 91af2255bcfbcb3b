from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import MemberRequest
from filmsite.lib.limits import limited
from reviews import access
from reviews.moderation.forms import ReportForm
from reviews.reading import Reader, attach_texts
from reviews.services.moderating import NotAllowed, report_review


@login_required
@limited("report")
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: MemberRequest, pk: int) -> HttpResponse:
    """Tell the moderators about somebody's text. Only they read it; the text stays until a person decides."""
    review = access.get_reportable_review_for(request.user, pk)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            report_review(review=review, reporter=request.user, text=form.cleaned_data["text"])
        except NotAllowed as error:
            raise Http404 from error
        messages.success(request, _("Thank you. A moderator will look at it."))
        return redirect(f"{review.subject.get_absolute_url()}#review-{review.pk}")
    attach_texts([review], Reader.from_request(request))
    status = 422 if form.is_bound else 200
    context = {"review": review, "subject": review.subject, "form": form}
    return render(request, "reviews/report.html", context, status=status)
