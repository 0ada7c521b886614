"""Files that people bring: looked at by content, never by name, and kept as something harmless.

An image is decoded and written anew, which leaves behind what cameras and editors put beside
the picture (places, names, thumbnails) and whatever was hidden in it. Other files are kept as
they are, under a name of our own, and always handed out as a download.
"""

from __future__ import annotations

import hashlib
import io
import re
import secrets
import warnings
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from kcs.errors import BadValue

MEGABYTE = 1024 * 1024
# A telephone's photograph has 12 to 50 megapixels; a bomb of a few kilobytes has billions.
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 12_000
MOST_FRAMES = 200
# Nobody reads a larger one on a page, and it would be fetched by everyone who opens it.
SHOWN_SIDE = 2_400
NAME_LENGTH = 120

IMAGES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
ENDINGS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "text/plain": "txt",
}
# Names that plain text may keep: they say what is in it, and nothing runs them.
TEXT_ENDINGS = ("txt", "log", "csv", "json", "md", "xml", "ini", "conf", "yaml", "yml")
KEY = r"[A-Za-z0-9_-]{24}"


@dataclass(frozen=True)
class Kept:
    """A file as it may be stored. `size` is in bytes, `digest` is the SHA-256 of what is kept."""

    name: str
    media_type: str
    content: ContentFile[bytes]
    size: int
    digest: str
    width: int | None = None
    height: int | None = None

    def fields(self) -> dict[str, Any]:
        """What a row about a file has in common, whichever table it stands in."""
        key = secrets.token_urlsafe(18)
        self.content.name = f"{key[:2].lower()}/{key}.{ENDINGS[self.media_type]}"
        return {
            "key": key,
            "name": self.name,
            "media_type": self.media_type,
            "size": self.size,
            "digest": self.digest,
            "width": self.width,
            "height": self.height,
            "file": self.content,
        }


def examine(upload: Any) -> Kept:
    """Look at an uploaded file and give back what may be kept of it.

    Raises BadValue, in words, for what is too large, empty, broken or of a kind that is not
    taken. The name and the type that the browser said are not believed.
    """
    limit = settings.FILE_LIMIT_MB
    if upload.size > limit * MEGABYTE:
        raise BadValue(
            _("A file may have %(n)s MB; this one is larger.") % {"n": limit}, field="file"
        )
    content = upload.read()
    if not content:
        raise BadValue(_("This file is empty."), field="file")
    name = clean_name(upload.name or "")
    if (image := _image(content)) is not None:
        return _kept(name, *image)
    if content.startswith(b"%PDF-"):
        return _kept(name, "application/pdf", content)
    if _is_text(content):
        return _kept(name, "text/plain", content)
    raise BadValue(
        _("Images (PNG, JPEG, WebP, GIF), PDF and plain text are taken; this is none of them."),
        field="file",
    )


def clean_name(name: str) -> str:
    """What it was called, without folders and without characters that mislead."""
    name = re.split(r"[/\\]", name)[-1]
    name = re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069<>\"'`|:*?()\[\]]", "", name)
    return " ".join(name.split())[-NAME_LENGTH:].lstrip(".") or "file"


def _kept(
    name: str,
    media_type: str,
    content: bytes,
    width: int | None = None,
    height: int | None = None,
) -> Kept:
    stem, dot, ending = name.rpartition(".")
    right = ENDINGS[media_type]
    known = TEXT_ENDINGS if media_type == "text/plain" else (right, "jpeg")
    if not dot or ending.lower() not in known:
        name = f"{stem or name}.{right}"
    return Kept(
        name,
        media_type,
        ContentFile(content),
        len(content),
        hashlib.sha256(content).hexdigest(),
        width,
        height,
    )


def _is_text(content: bytes) -> bool:
    if b"\x00" in content:
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _image(content: bytes) -> tuple[str, bytes, int, int] | None:
    """The picture written anew: its type, bytes, width and height. None if it is no picture."""
    try:
        with warnings.catch_warnings():
            # Its size is looked at below, before anything is unpacked.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=list(IMAGES))
    except UnidentifiedImageError:
        return None
    except (Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise BadValue(_broken(), field="file") from error
    width, height = picture.size
    frames = getattr(picture, "n_frames", 1)
    if width * height * frames > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise BadValue(
            _("This picture has too many pixels: at most %(n)s megapixels are taken.")
            % {"n": MOST_PIXELS // 1_000_000},
            field="file",
        )
    if frames > MOST_FRAMES:
        raise BadValue(_("This film is too long. Attach a short one."), field="file")
    try:
        return _written_anew(picture, moving=frames > 1)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise BadValue(_broken(), field="file") from error


def _broken() -> str:
    return _("This picture is broken. Open it, save it anew and attach that.")


def _written_anew(picture: Image.Image, *, moving: bool) -> tuple[str, bytes, int, int]:
    out = io.BytesIO()
    if moving:
        frames = [_shown(frame) for frame in ImageSequence.Iterator(picture)]
        durations = picture.info.get("duration", 100)
        frames[0].save(
            out, "WEBP", save_all=True, append_images=frames[1:], duration=durations, loop=0
        )
        return "image/webp", out.getvalue(), *frames[0].size
    format_ = picture.format
    # The camera's turn becomes the picture's, before the note about it is left behind.
    still = _shown(ImageOps.exif_transpose(picture))
    if format_ == "JPEG":
        still.convert("RGB").save(out, "JPEG", quality=88, optimize=True)
        return "image/jpeg", out.getvalue(), *still.size
    if format_ == "WEBP":
        still.save(out, "WEBP", quality=90)
        return "image/webp", out.getvalue(), *still.size
    still.save(out, "PNG", optimize=True)
    return "image/png", out.getvalue(), *still.size


def _shown(picture: Image.Image) -> Image.Image:
    """The pixels alone, at a size that a page can show."""
    mode = "RGBA" if "A" in picture.getbands() or "transparency" in picture.info else "RGB"
    bare = picture.convert(mode)
    bare.info = {}
    if max(bare.size) > SHOWN_SIDE:
        bare.thumbnail((SHOWN_SIDE, SHOWN_SIDE), Image.Resampling.LANCZOS)
    return bare


def serve(request: HttpRequest, row: Any) -> HttpResponse:
    """Hand out a file, to somebody who may have it: pictures to look at, all else to keep.

    Nothing in it can run here (sandbox), and no cache keeps it longer than its reader may.
    """
    etag = f'"{row.digest[:32]}"'
    response: Any
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponseNotModified()
    else:
        response = FileResponse(row.file.open("rb"), content_type=row.media_type)
        response["Content-Length"] = str(row.size)
        shown = row.media_type.startswith("image/")
        disposition = content_disposition_header(not shown, row.name)
        response["Content-Disposition"] = disposition or "attachment"
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
