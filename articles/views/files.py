"""Files of articles: bring one, look at one, take one away."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from articles import actions, rules
from articles.models import Article, Attachment
from articles.views.doors import find
from kcs.errors import BadValue
from kcs.files import serve
from people.doors import AgentRequest, agents_only


def address(attachment: Attachment) -> str:
    return reverse("articles:file", args=[attachment.key, attachment.name])


def markdown(attachment: Attachment) -> str:
    """How a text shows this file, or leads to it."""
    name = attachment.name.replace("[", "(").replace("]", ")")
    sign = "!" if attachment.media_type.startswith("image/") else ""
    where = reverse("articles:file", args=[attachment.key, attachment.name])
    return f"{sign}[{name}]({where})"


@require_safe
def file(request: HttpRequest, key: str, name: str = "") -> HttpResponse:
    """A file, for whoever may read the article, as far as the article shows it to them."""
    attachment = get_object_or_404(Attachment.objects.select_related("article"), key=key)
    if attachment.article_id is None:
        if attachment.by_id != request.user.pk:
            raise Http404
        return serve(request, attachment)
    article = Article.objects.visible_to(request.user).filter(pk=attachment.article_id).first()
    if article is None:
        raise Http404
    inside = request.user.is_authenticated and request.user.is_agent
    if not inside and not actions.used_outside(article, key):
        raise Http404
    return serve(request, attachment)


@require_POST
@agents_only
def upload(request: AgentRequest) -> HttpResponse:
    """A file for the text that is being written: what to put into it comes back."""
    brought = request.FILES.get("file")
    if brought is None:
        raise BadValue(_("Choose a file."), field="file")
    made = actions.attach(brought, by=request.user)
    told = {"markdown": markdown(made), "url": address(made), "name": made.name}
    return JsonResponse(told, status=201)


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def files(request: AgentRequest, number: str) -> HttpResponse:
    """The files of one article, with what to write to show them; and a place to bring more."""
    article = find(request, number)
    if request.method == "POST":
        brought = request.FILES.getlist("file")
        if not brought:
            raise BadValue(_("Choose a file."), field="file")
        for one in brought:
            actions.attach(one, by=request.user, article=article)
        messages.success(request, _("Attached. Copy its line into the text to show it there."))
        return redirect("articles:files", number=article.number)
    listed = [
        {"file": one, "url": address(one), "markdown": markdown(one)}
        for one in article.attachments.select_related("by")
    ]
    may_change = rules.may_change(request.user, article)
    context = {
        "article": article,
        "files": listed,
        "may_change": may_change,
        "may_attach": may_change or rules.may_suggest(request.user, article),
    }
    return render(request, "articles/files.html", context)


@require_POST
@agents_only
def detach(request: AgentRequest, number: str, key: str) -> HttpResponse:
    """Take a file away for good, from every version."""
    article = find(request, number)
    attachment = get_object_or_404(article.attachments, key=key)
    actions.detach(attachment, by=request.user)
    messages.success(request, _("The file is gone, from every version."))
    return redirect("articles:files", number=article.number)
