"""Two callers of a stand-in: the genuine client as a subprocess, and direct calls where it adds nothing but time."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from .faults import CALLS
from .standin import Standin


class Client:
    """The genuine client, as somebody who has nothing but a stand-in's variables."""

    def __init__(self, standin: Standin, home: Path) -> None:
        self.standin, self.home = standin, home
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KAGGLE")}
        given = standin.environment(home / "config")
        self.environment = {**kept, **given, "HOME": str(home), "TMPDIR": str(home)}

    def __call__(self, *words: str, code: int = 0, **environment: str) -> str:
        """What a command prints, both streams; its exit code must be this one."""
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "kaggle", *words],
            env={**self.environment, **environment}, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert code == done.returncode, done.stdout + done.stderr
        return done.stdout + done.stderr

    def dataset(self, version: bool = False, **files: str) -> str:
        """Create my-data, or a version of it, with such files."""
        folder = self.home / "data"
        folder.mkdir(exist_ok=True)
        metadata = {"id": "tester/my-data", "title": "My data", "licenses": [{"name": "CC0-1.0"}]}
        (folder / "dataset-metadata.json").write_text(json.dumps(metadata))
        for name, text in files.items():
            (folder / f"{name}.txt").write_text(text)
        words = ("version", "-m", "more") if version else ("create",)
        return self("datasets", *words, "-p", str(folder), "--dir-mode", "zip")

    def push(self, source: str, *words: str, code: int = 0, **metadata: Any) -> str:
        """Push my-kernel."""
        folder = self.home / "kernel"
        folder.mkdir(exist_ok=True)
        (folder / "kernel.ipynb").write_text(notebook(source))
        (folder / "kernel-metadata.json").write_text(
            json.dumps({
                "id": "tester/my-kernel", "title": "My kernel", "code_file": "kernel.ipynb", "language": "python",
                "kernel_type": "notebook", **metadata,
            })
        )  # fmt: skip
        return self("kernels", "push", "-p", str(folder), *words, code=code)


def notebook(source: str, **metadata: Any) -> str:
    """A notebook of one cell; its bundle is called b1."""
    said = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}, **metadata}
    cell: dict[str, Any] = {
        "cell_type": "code",
        "source": source,
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    said["kagglebatt"] = {"bundle": "b1"}
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": said, "cells": [cell]})


_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Without the proxy that the environment may name."""


def call(standin: Standin, method: str, timeout: float = 10, **body: Any) -> dict[str, Any]:
    """Call a method directly; raises HTTPError as urllib does."""
    address = f"http://127.0.0.1:{standin.port}/api/v1/{method}"
    found: dict[str, Any] = json.loads(followed(standin, address, body, timeout))
    return found


def followed(standin: Standin, address: str, body: dict[str, Any], timeout: float = 10) -> bytes:
    """What a method answers, or what is where it sends the caller."""
    given = standin.environment(Path("unused"))
    pair = base64.b64encode(f"{given['KAGGLE_USERNAME']}:{given['KAGGLE_KEY']}".encode()).decode()
    request = urllib.request.Request(address, json.dumps(body).encode(), {"Authorization": f"Basic {pair}"})
    with _DIRECTLY.open(request, timeout=timeout) as answer:
        found: bytes = answer.read()
    return found


def save(standin: Standin, source: str = "1", slug: str = "my-kernel", **body: Any) -> dict[str, Any]:
    """Push a kernel directly."""
    asked = {
        "slug": f"tester/{slug}", "newTitle": slug.replace("-", " ").capitalize(), "text": notebook(source),
        "language": "python", "kernelType": "notebook", **body,
    }  # fmt: skip
    return call(standin, CALLS["save-kernel"], **asked)


def upload(standin: Standin, name: str, data: bytes) -> dict[str, str]:
    """Upload a file directly; the token as a dataset's request holds it."""
    started = call(standin, CALLS["start-upload"], type="DATASET", name=name, contentLength=len(data))
    request = urllib.request.Request(started["createUrl"], data, method="PUT")
    _DIRECTLY.open(request, timeout=10).close()
    return {"token": started["token"]}


def create(standin: Standin, name: str = "my-data", **body: Any) -> dict[str, Any]:
    """Create a dataset directly, of one file a.txt."""
    asked = {
        "ownerSlug": "tester", "slug": name, "title": name, "licenseName": "CC0-1.0",
        "files": [upload(standin, "a.txt", b"one")], **body,
    }  # fmt: skip
    return call(standin, CALLS["create-dataset"], **asked)


def version(standin: Standin, data: bytes, name: str = "a.txt") -> dict[str, Any]:
    """Add a version directly."""
    body = {"files": [upload(standin, name, data)]}
    return call(standin, CALLS["version-dataset"], ownerSlug="tester", datasetSlug="my-data", body=body)


def fetch(address: str) -> bytes:
    """A file's content, by a plain GET."""
    with _DIRECTLY.open(address, timeout=10) as answer:
        found: bytes = answer.read()
    return found
