"""One script of a survey, run in a process of its own, up to a number of training steps.

`python -c "from legacy_tf1.survey.trial import main; main()" JOB` with JOB as JSON. What happens is told
in the job's report file, one JSON object a line, so that it stands there even if the process is killed:

    {"step": 1, "loss": 2.3}      after every training step of any session
    {"limit": true}               the step limit was reached
    {"error": {...}}              the script failed: type, message, place and missing symbol
"""

from __future__ import annotations

import faulthandler
import importlib.util
import json
import os
import re
import signal
import sys
import threading
import traceback
from pathlib import Path

from legacy_tf1 import run
from legacy_tf1.errors import LegacyError
from legacy_tf1.late_modules import when_imported
from legacy_tf1.recording import Plans, recording

__all__ = ["main"]


def main() -> None:
    job = json.loads(sys.argv[1])
    report = open(job["report"], "a", buffering=1, encoding="utf-8")
    faulthandler.register(signal.SIGUSR1, file=open(job["stack"], "w"), all_threads=True)
    os.chdir(job["cwd"])
    _no_windows()
    status = _run(job, lambda **event: report.write(json.dumps(event) + "\n"))
    sys.exit(status)


def _run(job: dict, tell) -> int:
    from legacy_tf1.input_data import use_data
    from legacy_tf1.world import activate, world_builtins

    script = Path(job["script"])
    try:
        with activate(seed=job["seed"], native_seeds=job["native_seeds"]), use_data(job["data"]):
            import tensorflow

            counter = Counter(job["steps"], tell)
            with recording(tensorflow.compat.v1, counter), when_imported(counter.of_keras()):
                run.run_script(script, [], world_builtins())
                if counter.done >= counter.steps:
                    counter.leave()
        return 0
    except SystemExit as leave:
        if leave.code is None or isinstance(leave.code, int):
            return leave.code or 0
        print(leave.code, file=sys.stderr)
        return 1
    except Exception as error:
        tell(error=_described(error, Path(job["cwd"])))
        print(run.report(error, script), file=sys.stderr)
        return 1


class Counter:
    """Stands where a Recorder does, and only counts: the training steps of all sessions, and their losses."""

    def __init__(self, steps: int, tell):
        self.steps, self.tell = steps, tell
        self.done = 0
        self._plans = Plans()
        self.note_loss = self._plans.note_loss

    def run(self, session, raw, fetches, feed_dict):
        if self.done >= self.steps:  # the script caught the first Stop
            self._stop()
        plan = self._plans.of(session, fetches)
        if plan is None:
            return raw(fetches, feed_dict)
        if plan.loss is None:
            fetched, loss = raw(fetches, feed_dict), None
        else:
            fetched, loss = raw([fetches, plan.loss], feed_dict)
        self._count(loss)
        return fetched

    def _count(self, loss):
        self.done += 1
        self.tell(step=self.done, loss=_number(loss))
        if self.done >= self.steps:
            self.tell(limit=True)
            self._stop()

    def of_keras(self) -> dict:
        """Keras's models in graphs train past `Session.run`: their steps are counted once that module is there."""

        def count(backend):
            native = backend.GraphExecutionFunction.__call__

            def counted(function, inputs):
                outputs = native(function, inputs)
                if function.name == "train_function":
                    self._count(outputs[0])
                return outputs

            backend.GraphExecutionFunction.__call__ = counted

        return {"tf_keras.src.backend": [count]}

    def finish(self, session=None):
        pass

    def leave(self):
        """End the process here and now: what the script still has running must not go on."""
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)

    def _stop(self):
        if threading.current_thread() is not threading.main_thread():
            self.leave()  # the main thread may wait for this one for ever
        raise run.Stop


def _number(loss) -> float | str | None:
    import numpy

    if loss is None:
        return None
    mean = float(numpy.mean(loss))
    return mean if numpy.isfinite(mean) else str(mean)  # JSON has no NaN


def _described(error: Exception, folder: Path) -> dict:
    what = error.what if isinstance(error, LegacyError) else str(error)
    file, line = _place(error, folder)
    return dict(
        type=type(error).__name__,
        message=" ".join(what.split())[:500],
        remedy=getattr(error, "remedy", ""),
        file=file,
        line=line,
        symbol=_symbol(what) if isinstance(error, LegacyError) else None,
    )


def _place(error: Exception, folder: Path) -> tuple[str | None, int | None]:
    """The innermost line of the person's own files."""
    if getattr(error, "where", None):
        return str(folder / error.where[0]), error.where[1]
    if isinstance(error, SyntaxError) and error.filename:
        return str(folder / error.filename), error.lineno
    places = [(str(folder / frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    own = [place for place in places if place[0].startswith(f"{folder}{os.sep}")]
    return own[-1] if own else (None, None)


def _symbol(what: str) -> str | None:
    """`tf.contrib.x`, off the messages of `legacy_tf1.modules`."""
    if found := re.fullmatch(r"(tf\.\S+) is not available", what):
        return found[1]
    if found := re.fullmatch(r"no module tensorflow\.(\S+)", what):
        return f"tf.{found[1]}"
    found = re.fullmatch(r"cannot import (\S+) from tensorflow(\S*)", what)
    return f"tf{found[2]}.{found[1]}" if found else None


def _no_windows() -> None:
    """A script that asks for a window's backend gets the one that draws into memory (MPLBACKEND says so)."""
    if importlib.util.find_spec("matplotlib") is not None:
        import matplotlib

        matplotlib.use = lambda *args, **kwargs: None
