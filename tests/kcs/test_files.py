"""Where files are kept: a folder, or a bucket that speaks S3."""

import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


class Bucket(BaseHTTPRequestHandler):
    """As much of S3 as keeping, reading and removing one object needs."""

    kept: dict[str, bytes] = {}

    def do_PUT(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("x-amz-content-sha256", "").startswith("STREAMING"):
            body = b"".join(body.split(b"\r\n")[1:-1:2][:1])
        self.kept[self.path] = body
        self.answer(200)

    def do_HEAD(self):
        self.answer(200 if self.path in self.kept else 404, body=False)

    def do_GET(self):
        self.answer(200 if self.path in self.kept else 404)

    def do_DELETE(self):
        self.kept.pop(self.path, None)
        self.answer(204)

    def answer(self, status, *, body=True):
        said = self.kept.get(self.path, b"") if self.command in ("GET", "HEAD") else b""
        self.send_response(status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        if body:
            self.wfile.write(said)

    def log_message(self, *args):
        pass


@pytest.fixture
def bucket():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


KEEP = """
import django; django.setup()
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage as storage
name = storage.save("articles/ab/x.txt", ContentFile(b"what was kept"))
assert storage.open(name).read() == b"what was kept"
storage.delete(name)
assert not storage.exists(name)
print(type(storage._wrapped).__name__, name)
"""


def test_with_a_bucket_files_go_there_and_come_back(bucket):
    said = subprocess.run(
        [sys.executable, "-c", KEEP],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "kcs.settings",
            "SECRET_KEY": "x" * 50,
            "S3_BUCKET": "knowledge",
            "S3_ENDPOINT": bucket,
            "S3_REGION": "eu-central-1",
            "S3_ACCESS_KEY": "key",
            "S3_SECRET_KEY": "secret",
            "S3_ADDRESSING": "path",
        },
        check=False,
    )
    assert said.returncode == 0, said.stderr
    assert "S3Storage articles/ab/x.txt" in said.stdout
    assert Bucket.kept == {}
