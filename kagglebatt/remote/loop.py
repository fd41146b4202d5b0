"""The round trip, again and again: bundle, push, wait, fetch, verify, merge, publish. One step is one iteration at
one size, on the home that the step before it left; sizes take turns within an iteration.

``walk`` is the order of things. Each of its parts first looks at what the state says is done, so that a loop that was
stopped anywhere goes on from there.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from typing import Any

from kagglebatt.errors import IgnoredInputError, NotJoinedError, QuotaError, RemoteError, RunFailedError, UnsureError
from kagglebatt.home.directory import merge_homes, open_home, read_archive
from kagglebatt.home.files import read_json
from kagglebatt.home.index import read_index
from kagglebatt.notebook.bundle import Bundle
from kagglebatt.notebook.kernel_metadata import NAME as METADATA_NAME
from kagglebatt.notebook.kernel_metadata import kept_by_hand
from kagglebatt.notebook.result import RESULT_NAME, altered_files, read_result
from kagglebatt.remote.client import Client
from kagglebatt.remote.dataset import (
    archive_digest,
    download,
    entry_counts,
    find_published,
    has_index,
    publish,
    published_index,
)
from kagglebatt.remote.kernel import Output
from kagglebatt.remote.loop_plan import LoopPlan
from kagglebatt.remote.loop_state import FETCHED, FILE_NAME, MERGED, PLANNED, PUSHED, PUSHING, Run, State
from kagglebatt.remote.pushing import Folder, push, read_folder, shows_up, write_note
from kagglebatt.remote.submission_of_loop import submit_last
from kagglebatt.remote.submitting import Scored
from kagglebatt.remote.watch import Watch, merge_output

_ATTEMPTS = 3
"""So often a kernel is pushed for the same work."""


@dataclass(frozen=True)
class StepResult:
    """A step that is done: iteration, size, and the reports of its kernels and the folders of their output; and what
    was submitted."""

    iteration: int
    size: int
    reports: tuple[dict[str, Any], ...]
    outputs: tuple[Path, ...]
    submission: Scored | None = None


class Loop:
    """A loop being walked.

    Args:
        show: given the lines of the kernels' logs.
    """

    def __init__(self, plan: LoopPlan, state: State, client: Client, show: Callable[[str], object]) -> None:
        self.plan = plan
        self.state = state
        self.client = client
        self.show = show
        self._waiting = False
        self._continued = True  # until something was changed here: what an earlier process did is looked up

    def walk(self) -> Iterator[StepResult]:
        """Do all steps that are left; yields each as it is done, merged and published.

        Raises:
            RemoteError: Kaggle refused, or does not answer. What was done is noted; the loop can be continued.
            RunFailedError: a kernel failed again and again.
            KagglebattError: the home or something else here is not as it must be.
        """
        try:
            yield from self._steps()
        except (RemoteError, RunFailedError) as error:
            path = self.plan.folder / FILE_NAME
            raise type(error)(
                f"{error} The loop's state is {path}: the same command goes on from there; remove the file to give "
                "the loop up."
            ) from error

    def _steps(self) -> Iterator[StepResult]:
        for run in self.state.runs:
            run.failures = 0
        if not self.state.runs and self.state.published is not None:  # else whoever publishes does it
            self._catch_up()
        while self.state.step < len(self.plan.steps):
            iteration, size = self.plan.steps[self.state.step]
            if not self.state.runs:
                self._publish(self.plan.extras[size])
                self.state.expected = None if self.state.published is None else self._iterations()
                self.state.runs = [Run(shard, self.state.attempt()) for shard in self.plan.shards(size)]
                self._note()
            self._run_all(size)
            self._publish(self.plan.extras[size])
            reports = tuple(self._report(run) for run in self.state.runs)
            outputs = tuple(map(self._output_folder, self.state.runs))
            submission = self._submitted() if self._submits else None
            self.state.step += 1
            self.state.runs = []
            self._note()
            yield StepResult(iteration, size, reports, outputs, submission)
        (self.plan.folder / FILE_NAME).unlink(missing_ok=True)

    @property
    def _submits(self) -> bool:
        """Whether this step's version is what the loop submits: the last one knows most."""
        return self.plan.submits and self.state.step + 1 == len(self.plan.steps)

    def _submitted(self) -> Scored:
        (run,) = self.state.runs
        kernel = read_folder(self._kernel_folder(run), self.plan.account)
        return submit_last(self.client, self.plan, self.state, replace(kernel, bundle=run.bundle), run.version)

    def _note(self) -> None:
        self.state.write(self.plan.folder)

    @property
    def _home(self) -> Path:
        return self.plan.settings.home

    def _iterations(self) -> int:
        with read_archive(self._home, empty=True) as kept:
            return kept.counts()["iterations"]

    def _catch_up(self) -> None:
        """Take over a published home that is not one's own: another machine may have been here."""
        dataset = self.plan.dataset
        if self.plan.force or find_published(self.client, dataset) is None:
            return
        digest = archive_digest(published_index(self.client, dataset))
        if digest in ("", self.state.seen, archive_digest(read_index(self._home))):
            return
        with TemporaryDirectory(prefix="kagglebatt-") as folder:
            download(self.client, dataset, Path(folder))
            for _, solvers, _ in merge_homes([Path(folder)], self._home, self.client.notify):
                self.client.notify(f"{dataset}: was taken over into {self._home}; {solvers} solvers were new")
        self.state.seen, self.state.published, self._continued = digest, None, False

    def _publish(self, extras: Mapping[str, bytes]) -> None:
        """Publish the home and what kernels need beside it, unless that was done, or there is nothing in them."""
        wanted = {name: hashlib.sha256(content).hexdigest() for name, content in extras.items()}
        if self.state.published is not None and wanted.items() <= self.state.published.items():
            return
        self._catch_up()
        if not self._iterations() and not wanted:
            return
        with open_home(self._home, self.client.notify):  # its index is what is compared
            pass
        if wanted or not self._continued or not self._is_published():
            note = f"{self._iterations()} iterations"
            version = publish(self.client, self._home, self.plan.metadata, extras, note, self.plan.force)
            self.client.notify(f"{self.plan.dataset}: version {version}, {note}")
        self.state.published, self.state.seen = wanted, archive_digest(read_index(self._home))
        self._continued = False
        self._note()

    def _is_published(self) -> bool:
        dataset = self.plan.dataset
        if find_published(self.client, dataset) is None or not has_index(self.client, dataset):
            return False
        return entry_counts(published_index(self.client, dataset)) == entry_counts(read_index(self._home))

    def _run_all(self, size: int) -> None:
        """Push the kernels of a step, as many as Kaggle takes at once, until each has given what it found."""
        watches: dict[str | None, Watch] = {}
        try:
            for _ in self.client.polls(self.client.timeouts.run * _ATTEMPTS, self._waited_for(size)):
                full = False
                for run in self.state.runs:
                    if run.phase in (PLANNED, PUSHING) and not full:
                        full = self._push(run, size)
                    if run.phase == PUSHED:
                        self._poll(run, watches)
                    if run.phase == FETCHED:
                        self._merge(run)
                if all(run.phase == MERGED for run in self.state.runs):
                    return
        finally:
            for watch in watches.values():
                watch.close()
        raise UnsureError("The kernels are not over. Run the same command again to go on waiting.")

    def _waited_for(self, size: int) -> str:
        iteration, step = self.plan.steps[self.state.step][0], f"{self.state.step + 1} of {len(self.plan.steps)}"
        return f"the kernels of step {step} (iteration {iteration}, {self.plan.words(size)}) to end"

    def _kernel_folder(self, run: Run) -> Path:
        return self.plan.folder / f"kernel-{(run.shard or '1/1').replace('/', '-of-')}"

    def _output_folder(self, run: Run) -> Path:
        return self.plan.folder / f"output-{(run.shard or '1/1').replace('/', '-of-')}"

    def _ref(self, run: Run) -> str:
        return self.plan.ref(self.plan.steps[self.state.step][1], run.shard)

    def _push(self, run: Run, size: int) -> bool:
        """Push a kernel, unless that was done; whether Kaggle takes no more for now."""
        ref = self._ref(run)
        if run.phase == PUSHING:  # by a process that ended meanwhile
            self.client.notify(f"{ref}: looking for {self.client.timeouts.settle:.0f} s whether it was pushed.")
            if shows_up(self.client, ref, run.bundle):
                self._keep(run, 0)
                return False
            run.attempt = self.state.attempt()
        try:
            kernel = self._written(run, size)
            push(self.client, kernel, lambda: self._renewed(run, size), partial(self._pushed, run))
        except QuotaError as error:
            run.phase = PLANNED  # nothing was pushed
            self._note()
            if not self.plan.waits:
                raise
            if not self._waiting:
                self.client.notify(f"{error} Waiting for that.")
            self._waiting = True
            return True
        except IgnoredInputError as error:
            self._again(run, error)
            return False
        except UnsureError:
            raise
        except RemoteError:
            run.phase = PLANNED  # nothing was pushed
            self._note()
            raise
        self._waiting = False
        return False

    def _pushed(self, run: Run, kernel: Folder, version: int) -> None:
        self._keep(run, version)
        write_note(kernel, version)  # whoever submits this folder's version by hand has to know it

    def _keep(self, run: Run, version: int) -> None:
        """Note that a run's kernel is on Kaggle."""
        run.phase, run.version = PUSHED, version
        self._note()
        named = f" as version {version}" if version else ""
        self.client.notify(f"{self._ref(run)}: pushed{named}, bundle {run.bundle}")

    def _renewed(self, run: Run, size: int) -> Folder:
        run.attempt = self.state.attempt()
        return self._written(run, size)

    def _written(self, run: Run, size: int) -> Folder:
        """The run's kernel in its folder, noted before anything is sent: whoever continues looks first for it."""
        folder, salt = self._kernel_folder(run), f"{self.state.salt}/{self.state.step}/attempt {run.attempt}"
        made = self._with_what_was_written(self.plan.bundle(size, run.shard, salt, self.state.expected), folder)
        shutil.rmtree(folder, ignore_errors=True)
        made.write(folder)
        run.bundle, run.phase, run.version = made.id, PUSHING, 0
        self._note()
        kernel = read_folder(folder, self.plan.account)
        write_note(kernel, 0)  # whoever pushes this folder by hand looks first, too
        return kernel

    def _with_what_was_written(self, made: Bundle, folder: Path) -> Bundle:
        """A bundle whose metadata keep what a user wrote into those of the kernel before it."""
        try:
            found = read_json((folder / METADATA_NAME).read_text("utf-8"))
        except (OSError, UnicodeDecodeError):
            return made
        if not isinstance(found, dict):
            return made
        metadata = kept_by_hand(made.metadata, found, (self.plan.dataset,), self.plan.machine)
        kept = [f"{name} is {value!r}" for name, value in metadata.items() if made.metadata.get(name) != value]
        if kept:
            self.client.notify(f"{folder / METADATA_NAME}: as it is written there, {', '.join(kept)}")
        return replace(made, metadata=metadata)

    def _poll(self, run: Run, watches: dict[str | None, Watch]) -> None:
        if run.shard not in watches:
            ref, into = self._ref(run), self._output_folder(run)
            watches[run.shard] = Watch(self.client, ref, run.bundle, into, self._shown(ref), run.version)
        watch = watches[run.shard]
        try:
            output = watch.poll()
        except RunFailedError as error:
            watches.pop(run.shard).close()
            self._again(run, error)
            return
        if output is not None:
            watches.pop(run.shard).close()
            run.phase = FETCHED
            self._note()

    def _shown(self, ref: str) -> Callable[[str], object]:
        """Shows a line of a kernel's log; under the kernel's name, where there are several."""
        if len(self.state.runs) == 1:
            return self.show
        return lambda line: self.show(f"{ref.rpartition('/')[2]}: {line}")

    def _merge(self, run: Run) -> None:
        folder = self._output_folder(run)
        result = read_result(folder / RESULT_NAME)
        output, ref = Output(folder, result, ""), self._ref(run)
        if (
            result is None or result.bundle != run.bundle or altered_files(result, folder)
        ):  # altered since: fetch it again
            run.phase = PUSHED
            self._note()
            return
        self.state.published, self._continued = None, False
        self._note()
        new = merge_output(output, self._home, self.client.notify)
        self.client.notify(f"{ref}: {result.status}, {new} solvers were new")
        try:
            self.plan.check(ref, output)
            if self._submits and not run.version:  # its push was never answered
                raise RunFailedError(f"{ref}: which version this run is of is not known; only a version is submitted.")
        except (IgnoredInputError, RunFailedError) as error:
            self._again(run, error)
            return
        run.phase = MERGED
        self._note()

    def _again(self, run: Run, error: Exception) -> None:
        """Push a kernel's work again, alone, as a bundle of its own; unless that was tried often enough."""
        run.attempt, run.failures, run.phase = self.state.attempt(), run.failures + 1, PLANNED
        if run.failures >= _ATTEMPTS or isinstance(error, NotJoinedError):
            if len(self.state.runs) == 1:  # what it had finished was taken over: whoever continues begins with that
                self.state.runs = []
            self._note()
            tried = f" It was tried {_ATTEMPTS} times." if run.failures >= _ATTEMPTS else ""
            raise RunFailedError(f"{error}{tried}") from error
        self._note()
        self.client.notify(f"{error} Trying again, {run.failures + 1} of {_ATTEMPTS}.")
        if isinstance(error, IgnoredInputError):  # what is ready is not always there yet
            sleep(self.client.timeouts.settle * run.failures / 4)

    def _report(self, run: Run) -> dict[str, Any]:
        result = read_result(self._output_folder(run) / RESULT_NAME)
        return result.runs[-1] if result is not None and result.runs else {}
