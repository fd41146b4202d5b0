"""The client's words without its process: calls a stand-in directly, and prints what the genuine client would.

For tests of what is made of those words, where a second for each start of the client would be most of the time. What
the genuine client prints is looked at elsewhere, with itself.
"""

from __future__ import annotations

import json
import re
import subprocess
import urllib.error
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kagglebatt.errors import UnsureError
from kagglebatt.remote.answers import read_answer
from kagglebatt.remote.client import Client, Timeouts

from .callers import call, fetch, followed, upload
from .faults import CALLS
from .standin import Standin

SWIFT = Timeouts(call=2.0, ready=10.0, poll=0.02, settle=3.0, run=30.0, pause=0.004, outage=30.0)
"""Timeouts where nothing takes long; what is looked for is found long before they are over."""


class SwiftClient(Client):
    """A client that speaks to a stand-in.

    Attributes:
        told: what it was told to notify.
        said: the commands that it was given.
        meanwhile: called before each push is sent.
        words: given what a push would print, gives what it prints instead.
    """

    def __init__(self, standin: Standin, timeouts: Timeouts = SWIFT) -> None:
        self._standin, self._version, self._held = standin, (2, 2, 5), ()
        self.timeouts = timeouts
        self.told: list[str] = []
        self.said: list[str] = []
        self.notify = self.told.append
        self.meanwhile: Callable[[], object] = lambda: None
        self.words: Callable[[str], str] = lambda text: text

    def account(self, again: bool = True) -> str:
        """The stand-in's only one."""
        return "tester"

    def start(self, *arguments: str, held: tuple[int, ...] = ()) -> Any:
        """A process that says nothing: logs are not followed."""
        return subprocess.Popen(["true"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def _run(self, arguments: tuple[str, ...], stretch: float, held: tuple[int, ...]) -> str:
        self.said.append(" ".join(arguments))
        command = " ".join(arguments[:2])
        try:
            return self._answered(command, arguments, self.timeouts.call * stretch)
        except TimeoutError:
            raise UnsureError(f"`kaggle {command}` gave no answer within {self.timeouts.call:.0f} s.") from None
        except urllib.error.HTTPError as error:
            with error:
                head = "".join(f"{name}: {value}\n" for name, value in error.headers.items())
                traced = f"---Response---\n{error.code}\n{head}\n{error.read().decode()}\n{'-' * 50}\n"
            raise read_answer(traced, str(error)).fault(command) from None
        except (OSError, ValueError, KeyError) as error:  # a lost connection, half a document, an empty answer
            raise read_answer("", str(error) or type(error).__name__).fault(command) from None

    def _answered(self, command: str, arguments: tuple[str, ...], seconds: float) -> str:
        if command.startswith("datasets "):
            return self._dataset(command, arguments, seconds)
        if command.startswith("competitions "):
            return self._competition(command, arguments, seconds)
        if command == "kernels push":
            self.meanwhile()
            return self.words(self._push(Path(arguments[3]), seconds))
        owner, slug, *version = arguments[2].split("/")
        asked = {"userName": owner, "kernelSlug": slug}
        asked |= {"versionLabel": f"v{version[0]}"} if version else {}
        if command == "kernels pull":
            found = call(self._standin, CALLS["get-kernel"], seconds, **asked)
            (Path(arguments[4]) / f"{slug}.ipynb").write_text(found["blob"]["source"])
            return ""
        if command == "kernels status":
            status = call(self._standin, CALLS["status"], seconds, **asked).get("status")
            return f'{arguments[2]} has status "KernelWorkerStatus.{status}"\n'
        assert command == "kernels output", command
        return self._output(arguments, asked, seconds)

    def _dataset(self, command: str, arguments: tuple[str, ...], seconds: float) -> str:
        service = "datasets.DatasetApiService"
        if command in ("datasets create", "datasets version"):
            return self._send(command, Path(arguments[arguments.index("-p") + 1]), seconds)
        owner, slug = arguments[2].split("/")
        asked = {"ownerSlug": owner, "datasetSlug": slug}
        if command == "datasets status":
            status = call(self._standin, CALLS["dataset-status"], seconds, **asked)["status"].lower()
            found = call(self._standin, f"{service}/GetDataset", seconds, **asked)
            return json.dumps({"status": status, "current_version_number": found["currentVersionNumber"]}) + "\n"
        if command == "datasets files":
            listed = call(self._standin, CALLS["list-dataset"], seconds, pageSize=200, **asked)["datasetFiles"]
            return "".join(["name,size\n", *(f"{each['name']},{each['totalBytes']}\n" for each in listed)])
        assert command == "datasets download", command
        only = {"fileName": arguments[arguments.index("-f") + 1]} if "-f" in arguments else {}
        address = f"http://127.0.0.1:{self._standin.port}/api/v1/{service}/DownloadDataset"
        name = only.get("fileName", f"{slug}.zip")
        (Path(arguments[arguments.index("-p") + 1]) / name).write_bytes(
            followed(self._standin, address, {**asked, **only}, seconds)
        )
        return ""

    def _competition(self, command: str, arguments: tuple[str, ...], seconds: float) -> str:
        service = "competitions.CompetitionApiService"
        if command == "competitions submit":
            given = dict(zip(arguments[3::2], arguments[4::2], strict=True))
            owner, slug = given["-k"].split("/")
            answer = call(
                self._standin, CALLS["submit"], seconds, competitionName=arguments[2], kernelOwner=owner,
                kernelSlug=slug, kernelVersion=int(given["-v"]), fileName=given["-f"],
                submissionDescription=given["-m"],
            )  # fmt: skip
            return f"{answer['message']}\nSubmission ref: {answer['ref']}\n"
        if command == "competitions submissions":
            listed = call(self._standin, f"{service}/ListSubmissions", seconds, competitionName=arguments[2])
            return json.dumps(listed["submissions"])
        assert command == "competitions submission", command
        found = call(self._standin, f"{service}/GetSubmission", seconds, ref=arguments[2])
        names = {"Status": "status", "Public Score": "publicScore", "Error": "errorDescription"}
        return "".join(f"{words}: {found[name]}\n" for words, name in names.items() if name in found)

    def _send(self, command: str, folder: Path, seconds: float) -> str:
        metadata = json.loads((folder / "dataset-metadata.json").read_text())
        owner, slug = metadata["id"].split("/")
        names = sorted(path.name for path in folder.iterdir() if path.name != "dataset-metadata.json")
        files = [upload(self._standin, name, (folder / name).read_bytes()) for name in names]
        if command == "datasets create":
            body = {"ownerSlug": owner, "slug": slug, "title": metadata["title"], "files": files}
            answer = call(
                self._standin, CALLS["create-dataset"], seconds, licenseName=metadata["licenses"][0]["name"], **body
            )
            said = "Dataset creation error: "
        else:
            body = {"ownerSlug": owner, "datasetSlug": slug, "body": {"files": files}}
            answer = call(self._standin, CALLS["version-dataset"], seconds, **body)
            said = "Dataset version creation error: "
        return f"{said}{answer['error']}\n" if answer["error"] else "being created\n"

    def _push(self, folder: Path, seconds: float) -> str:
        metadata = json.loads((folder / "kernel-metadata.json").read_text())
        answer = call(
            self._standin, CALLS["save-kernel"], seconds, slug=metadata["id"], newTitle=metadata["title"],
            text=(folder / metadata["code_file"]).read_text(), language="python", kernelType="notebook",
            datasetDataSources=metadata["dataset_sources"], kernelDataSources=metadata["kernel_sources"],
            competitionDataSources=metadata["competition_sources"],
        )  # fmt: skip
        if answer.get("error"):
            return f"Kernel push error: {answer['error']}\n"
        if wrong := answer.get("invalidCompetitionSources"):
            return f"The following are not valid competition sources and could not be added to the kernel: {wrong}\n"
        number = f"version {answer['versionNumber']}" if "versionNumber" in answer else "version"
        return f"Kernel {number} successfully pushed.  Please check progress at {answer.get('url')}\n"

    def _output(self, arguments: tuple[str, ...], asked: dict[str, str], seconds: float) -> str:
        answer = call(self._standin, CALLS["output"], seconds, pageSize=200, **asked)
        pattern = arguments[arguments.index("--file-pattern") + 1] if "--file-pattern" in arguments else ""
        folder = Path(arguments[4])
        for each in answer["files"]:
            if re.search(pattern, each["fileName"]):
                (folder / each["fileName"]).write_bytes(fetch(each["url"]))
        if answer["log"]:
            (folder / f"{asked['kernelSlug']}.log").write_text(answer["log"])
        return ""
