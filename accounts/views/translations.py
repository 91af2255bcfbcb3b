"""Which languages a member reads, and whether their own texts may be translated."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms import TranslationsForm
from accounts.requests import MemberRequest
from reviews.services.routing import router
from reviews.services.translating import apply_consent, reading_languages
from reviews.writing_languages import likely_languages


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def translations(request: MemberRequest) -> HttpResponse:
    """Choose in which language texts are read, and who may translate one's own. A change of that holds at once."""
    form = TranslationsForm(
        request.POST or None,
        instance=request.user,
        translated_into=reading_languages(),
        likely=likely_languages(request.user),
    )
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save(commit=False).save(update_fields=form.Meta.fields)
            if "translation_consent" in form.changed_data:
                apply_consent(member=request.user)
        messages.success(request, _("Saved."))
        return redirect("accounts:settings-translations")
    engines = router().engines()
    context = {
        "form": form,
        "outside": sorted({engine.key for engine in engines if engine.capabilities().external}),
    }
    return render(request, "accounts/translations.html", context, status=422 if form.errors else 200)
