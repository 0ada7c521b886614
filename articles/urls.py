"""Addresses of articles: every verb is the last word of its path."""

from django.urls import path, re_path, register_converter

from articles import views
from kcs.files import KEY


class Number:
    """KB-12. Another spelling is led to this one, so that an article has one address."""

    regex = "KB-[0-9]{1,17}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class FileKey:
    """The name that a file is kept under: long enough that nobody guesses one."""

    regex = KEY

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Number, "kb")
register_converter(FileKey, "file_key")

app_name = "articles"
one = "articles/<kb:number>/"
urlpatterns = [
    path("search/", views.search, name="search"),
    path("articles/", views.listed, name="list"),
    path("articles/new/", views.create, name="create"),
    path("articles/preview/", views.preview, name="preview"),
    path("articles/duplicates/", views.duplicates, name="duplicates"),
    path("articles/hints/", views.hints, name="hints"),
    path("standard/", views.standard, name="standard"),
    path("articles/pick/", views.pick, name="pick"),
    path(one, views.detail, name="detail"),
    path(f"{one}edit/", views.edit, name="edit"),
    path(f"{one}restate/", views.restate, name="restate"),
    path(f"{one}unarchive/", views.unarchive, name="unarchive"),
    path(f"{one}schedule/", views.schedule, name="schedule"),
    path(f"{one}schedule/<int:pk>/cancel/", views.cancel_schedule, name="cancel_schedule"),
    path(f"{one}calendar/", views.calendar, name="calendar"),
    path(f"{one}review/", views.review, name="review"),
    path(f"{one}flag/", views.flag, name="flag"),
    path(f"{one}rate/", views.rate, name="rate"),
    path(f"{one}counters/", views.counted, name="counters"),
    path(f"{one}history/", views.history, name="history"),
    path(f"{one}versions/", views.versions, name="versions"),
    path(f"{one}versions/<int:version>/", views.version, name="version"),
    path(f"{one}compare/", views.compare, name="compare"),
    path("articles/files/", views.upload, name="upload"),
    path("files/<file_key:key>/", views.file, name="file"),
    path("files/<file_key:key>/<path:name>", views.file, name="file"),
    path(f"{one}files/", views.files, name="files"),
    path(f"{one}files/<file_key:key>/detach/", views.detach, name="detach"),
    path(f"{one}translations/", views.translations, name="translations"),
    path(f"{one}translations/begin/", views.begin_translation, name="translation_begin"),
    path(f"{one}translations/<slug:language>/", views.translate, name="translate"),
    path(
        f"{one}translations/<slug:language>/confirm/",
        views.confirm_translation,
        name="translation_confirm",
    ),
    path(
        f"{one}translations/<slug:language>/master/",
        views.make_master,
        name="translation_master",
    ),
    path(
        f"{one}translations/<slug:language>/remove/",
        views.remove_translation,
        name="translation_remove",
    ),
    path(f"{one}restore/", views.restore, name="restore"),
    path(f"{one}suggestions/<int:pk>/", views.suggestion, name="suggestion"),
    path(f"{one}suggestions/<int:pk>/accept/", views.accept, name="accept"),
    path(f"{one}suggestions/<int:pk>/decline/", views.decline, name="decline"),
    path("flags/", views.flags, name="flags"),
    path("flags/<int:pk>/take/", views.take, {"what": "flag"}, name="take"),
    path("flags/<int:pk>/resolve/", views.resolve, {"what": "flag"}, name="resolve"),
    path("flags/<int:pk>/reject/", views.reject, {"what": "flag"}, name="reject"),
    path("flags/<int:pk>/hand/", views.hand, {"what": "flag"}, name="hand"),
    path("feedback/<int:pk>/take/", views.take, {"what": "feedback"}, name="take_feedback"),
    path(
        "feedback/<int:pk>/resolve/",
        views.resolve,
        {"what": "feedback"},
        name="resolve_feedback",
    ),
    path(
        "feedback/<int:pk>/reject/", views.reject, {"what": "feedback"}, name="reject_feedback"
    ),
    path("feedback/<int:pk>/hand/", views.hand, {"what": "feedback"}, name="hand_feedback"),
    re_path(
        r"^articles/(?P<number>(?!KB-)[kK][bB]-[0-9]{1,17})/(?P<rest>.*)$",
        views.capitals,
        name="capitals",
    ),
]
