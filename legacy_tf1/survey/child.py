"""Start one script's process, wait for its end or its time limit, and say how it went."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from legacy_tf1.survey.scratch import mirror
from legacy_tf1.survey.scripts import Script

__all__ = ["Child", "Limits"]

TAIL = 4000  # characters of a script's last output that are kept
_START = "import sys; sys.path.append({root!r}); from legacy_tf1.survey.trial import main; main()"
_GROUP_ENDS = 5.0  # seconds for the last output to arrive once the process group was killed


@dataclasses.dataclass(frozen=True)
class Limits:
    """What a script is run with; a result counts as long as all of this stays the same."""

    steps: int = 20
    seconds: int = 120
    data: str | None = None
    seed: int | None = None
    native_seeds: bool = False
    in_place: bool = False


class Child:
    """The process of one script and everything that it starts: one process group."""

    def __init__(self, folder: Path, script: Script, limits: Limits):
        self.folder, self.script, self.limits = folder, script, limits
        self._process: subprocess.Popen | None = None
        self._lock, self._cancelled = threading.Lock(), False

    def run(self) -> dict | None:
        """The script's entry of the scoreboard; None where it was cancelled."""
        with tempfile.TemporaryDirectory(prefix="legacy-tf1-survey-", ignore_cleanup_errors=True) as scratch:
            root = Path(scratch).resolve()
            here, place = self.script.file, self.folder
            if not self.limits.in_place:
                place = root / self.folder.name
                here = mirror(self.folder, place, self.script.file)
            started = time.monotonic()
            status, output = self._wait(here, root)
            if self._cancelled:
                return None
            entry = _judged(status, _events(root / "report"), self.limits, self.script)
            entry["seconds"] = round(time.monotonic() - started, 2)
            if entry["outcome"] == "fails" and status is None:
                entry["why"] += _where_it_was(root / "stack", here.parent)
            entry["output"] = output
            if status and not entry["error"] and (said := output.strip()):
                entry["why"] += f": {said.splitlines()[-1][:300]}"
            text = json.dumps(entry, ensure_ascii=False).replace(str(place), str(self.folder))
            return json.loads(text)

    def cancel(self) -> None:
        with self._lock:
            self._cancelled = True
            self._kill()

    def _wait(self, here: Path, root: Path) -> tuple[int | None, str]:
        """Exit status, None where the time limit ended it, and the end of what it printed."""
        with self._lock:
            if self._cancelled:
                return None, ""
            self._process = subprocess.Popen(
                self._command(here, root), cwd=here.parent, env=_environment(), start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
        tail = _Tail(self._process.stdout)
        try:
            status = self._process.wait(self.limits.seconds)
        except subprocess.TimeoutExpired:
            status = None
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGUSR1)  # it writes down where it is
            time.sleep(0.5)
        with self._lock:
            self._kill()  # what a script leaves behind must not run on either
        return status, tail.text()

    def _command(self, here: Path, root: Path) -> list[str]:
        job = dict(
            script=here.name,
            cwd=str(here.parent),
            report=str(root / "report"),
            stack=str(root / "stack"),
            steps=self.limits.steps,
            data=self.limits.data,
            seed=self.limits.seed,
            native_seeds=self.limits.native_seeds,
        )
        # -P: a script's folder may hold a random.py of its own, which is not ours to import
        start = _START.format(root=str(Path(__file__).resolve().parents[2]))
        return [sys.executable, "-P", "-c", start, json.dumps(job)]

    def _kill(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


class _Tail:
    """Reads a stream to its end in a thread and keeps the last of it."""

    def __init__(self, stream):
        self._stream, self._kept = stream, b""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def text(self) -> str:
        self._thread.join(_GROUP_ENDS)
        return self._kept.decode("utf-8", errors="replace")[-TAIL:]

    def _read(self) -> None:
        with self._stream:
            while chunk := self._stream.read1(2**16):
                self._kept = (self._kept + chunk)[-4 * TAIL :]


def _environment() -> dict[str, str]:
    return {**os.environ, "MPLBACKEND": "Agg", "PYTHONUNBUFFERED": "1"}


def _events(report: Path) -> list[dict]:
    lines = report.read_text(encoding="utf-8").splitlines() if report.exists() else []
    events = []
    for line in lines:
        with contextlib.suppress(ValueError):  # the last line of a process that was killed
            events.append(json.loads(line))
    return events


def _judged(status: int | None, events: list[dict], limits: Limits, script: Script) -> dict:
    steps = [event for event in events if "step" in event]
    losses = [event["loss"] for event in steps if event["loss"] is not None]
    error = next((event["error"] for event in events if "error" in event), None)
    runs, why = _outcome(status, len(steps), any("limit" in event for event in events), error, limits)
    if runs and not steps and script.used_by:
        why += f"; imported by {', '.join(sorted(script.used_by)[:3])}"
    return dict(
        path=script.path,
        outcome="runs" if runs else "fails",
        why=why,
        steps=len(steps),
        first_loss=losses[0] if losses else None,
        last_loss=losses[-1] if losses else None,
        error=error,
    )


def _outcome(status: int | None, steps: int, limited: bool, error: dict | None, limits: Limits) -> tuple[bool, str]:
    if limited:
        return True, f"{steps} steps"
    if status is None:
        if steps:
            return True, f"time limit after {steps} steps"
        return False, f"no training step within {limits.seconds} s"
    if status == 0:
        return True, f"ended after {steps} steps" if steps else "no training step"
    return False, _reason(status, error)


def _reason(status: int, error: dict | None) -> str:
    if error is not None:
        place = f" ({Path(error['file']).name}, line {error['line']})" if error["file"] else ""
        return f"{error['type']}: {error['message']}{place}"
    if status < 0:
        return f"killed by {signal.Signals(-status).name}"
    return f"exit status {status}"


def _where_it_was(stack: Path, folder: Path) -> str:
    """The script's own line, out of what faulthandler wrote: innermost frames first."""
    for line in stack.read_text(errors="replace").splitlines() if stack.exists() else ():
        name, _, rest = line.strip().removeprefix('File "').partition('", line ')
        if rest and (folder / name).is_file() and (folder / name).is_relative_to(folder):
            return f"; it was at {Path(name).name}, line {rest.split()[0]}"
    return ""
