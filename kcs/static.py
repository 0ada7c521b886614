"""How static files are stored in production: slim, with hashed names, compressed beside."""

import re
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

OURS = ("css/", "js/")
CSS_COMMENT = re.compile(rb"/\*.*?\*/\s*", re.DOTALL)
CSS_INDENT = re.compile(rb"\n\s*")
# Only comments that have their lines to themselves: a line-wise rule cannot meet a string.
JS_COMMENT = re.compile(rb"^[ ]*(?://[^\n]*|/\*\*.*?\*/[ ]*)\n", re.DOTALL | re.MULTILINE)


class Storage(CompressedManifestStaticFilesStorage):
    """Names carry a hash of the content, so that browsers may keep them for ever.

    Also inside our ES modules: without it `import "./dom.js"` would name the file without its
    hash, and after an update old and new modules would meet in one page. Only ours: packages'
    scripts mention files that they do not ship.

    Our own files lose their comments on the way: they are written for readers of the source,
    and are a quarter of what would be sent.
    """

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1],
    )

    def _save(self, name: str, content: Any) -> str:
        if name.startswith(OURS) and name.endswith((".css", ".js")):
            content.seek(0)
            content = ContentFile(slim(name, content.read()))
        return super()._save(name, content)


def slim(name: str, text: bytes) -> bytes:
    """The same style sheet or module without its comments."""
    if name.endswith(".css"):
        return CSS_INDENT.sub(b"\n", CSS_COMMENT.sub(b"", text))
    return JS_COMMENT.sub(b"", text)
