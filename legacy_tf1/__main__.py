"""The `legacy-tf1` command: run, record, check, survey, list. TensorFlow is imported only once a script runs."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import signal
import sys
from collections import Counter
from pathlib import Path

from keras_port import streams
from legacy_tf1 import run
from legacy_tf1.errors import LegacyError

__all__ = ["main"]


@streams.quietly
def main(argv: list[str] | None = None) -> int:
    """Run the command line.

    Returns:
        The exit status: the script's own, 1 where it fails, 2 for wrong usage, 130 after Ctrl-C, 141 if nobody reads it.
    """
    options = _parser().parse_args(argv)
    try:
        return options.do(options)
    except LegacyError as error:
        print(f"error: {error.describe()}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="legacy-tf1", description="Run TensorFlow-1 programs, unchanged, on today's TensorFlow."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--data",
        metavar="WHAT",
        help="what read_data_sets serves: digits (embedded), mnist, or a folder with the four IDX files",
    )
    shared.add_argument("--seed", type=int, help="seed of TensorFlow's graphs, of NumPy and of Python's random")
    shared.add_argument(
        "--native-seeds",
        action="store_true",
        help="number the seeds of random ops as today's TensorFlow does (default: as TF 1.15 did)",
    )
    program = argparse.ArgumentParser(add_help=False)
    program.add_argument(
        "program", metavar="NAME|SCRIPT.py", help=f"a script file, or a built-in program: {', '.join(run.BUILT_IN)}"
    )
    program.add_argument(
        "-m", dest="module", action="store_true", help="the program is named as a module, as in `python -m`"
    )
    program.add_argument("arguments", nargs=argparse.REMAINDER, metavar="ARGS", help="the script's own arguments")

    command = commands.add_parser("run", parents=[shared, program], help="run a program as `python script.py` would")
    command.add_argument(
        "--fast",
        action="store_true",
        help="restructure the loops of plain cells for the CPU, with the same numbers up to rounding, and say which",
    )
    command.set_defaults(do=_run)
    command = commands.add_parser(
        "record", parents=[shared, program], help="run a program and write down what it computes"
    )
    command.add_argument(
        "--steps", type=_positive, metavar="N", help="stop after N training steps (default: when the script ends)"
    )
    command.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="the recording's folder")
    command.add_argument(
        "--every-state",
        action="store_true",
        help="keep all weights and slots after every step, not only first and last",
    )
    command.add_argument("--overwrite", action="store_true", help="replace an older recording in DIR")
    command.set_defaults(do=_record)
    _add_check(commands)
    _add_survey(commands, shared)
    command = commands.add_parser("list", help="the built-in programs")
    command.set_defaults(do=_list)
    return parser


def _add_check(commands) -> None:
    command = commands.add_parser("check", help="say what a script finds in the TF1 world, without running it")
    command.add_argument("path", type=Path, metavar="SCRIPT|FOLDER")
    command.add_argument("--missing", action="store_true", help="show only what is not available")
    command.add_argument("--json", action="store_true", help="print a JSON list instead of lines")
    command.set_defaults(do=_check)


def _add_survey(commands, shared) -> None:
    command = commands.add_parser(
        "survey",
        parents=[shared],
        help="run every script below a folder for a few steps, and keep the score",
        description="Runs every TensorFlow script and notebook below FOLDER, each in a process of its own and with"
        " its own folder as working directory, up to a step and a time limit. A script that reaches a limit while it"
        " trains counts as one that runs. Scripts run in a scratch copy: the folders around the script are copied,"
        " files over 1 MiB and other folders are links. A second call goes on where the first one ended.",
    )
    command.add_argument("folder", type=Path, metavar="FOLDER")
    command.add_argument("-j", "--jobs", type=_positive, default=1, metavar="N", help="scripts at a time (default: 1)")
    command.add_argument(
        "--steps", type=_positive, default=20, metavar="N", help="training steps of each script (default: 20)"
    )
    command.add_argument("--seconds", type=_positive, default=120, metavar="S", help="time limit (default: 120)")
    command.add_argument(
        "-o", "--output", type=Path, default=Path("scoreboard.json"), metavar="FILE", help="(default: scoreboard.json)"
    )
    command.add_argument(
        "--again",
        nargs="?",
        const="all",
        choices=("all", "failed"),
        help="run scripts again whose result still holds: all of them, or those that failed",
    )
    command.add_argument("--in-place", action="store_true", help="run scripts in FOLDER itself, not in a scratch copy")
    command.set_defaults(do=_survey)


def _run(options) -> int:
    from legacy_tf1 import fast

    return _guarded(*_found(options), options, lambda tf: fast.swapped() if options.fast else contextlib.nullcontext())


def _record(options) -> int:
    path, package = _found(options)
    from legacy_tf1.recording import Folder, Recorder, recording

    folder = Folder(
        options.output, dict(script=str(path), arguments=options.arguments, seed=options.seed, data=options.data)
    )
    try:
        folder.prepare(overwrite=options.overwrite)
    except FileExistsError:
        instead = (
            "what is there is no recording" if options.overwrite else "give --overwrite to replace an older recording"
        )
        raise LegacyError(f"{options.output} is not empty", remedy=f"name another folder; {instead}") from None
    except OSError as error:
        raise LegacyError(
            f"cannot write to {options.output}: {error.strerror}", remedy="name a folder that can be written"
        ) from None

    @contextlib.contextmanager
    def recorded(tf):
        sink = _Told(folder, options.steps)
        recorder = Recorder(tf, sink, steps=options.steps, stop=run.Stop, state=options.every_state)
        with sink.progress, recording(tf, recorder):
            try:
                yield
            except SystemExit:  # as tf.app.run ends
                recorder.finish()
                raise
            recorder.finish()

    status = _guarded(path, package, options, recorded)
    return _conclude(folder, options.output, status)


def _conclude(folder, output: Path, status: int) -> int:
    ends = {0: "complete", 130: "interrupted"}
    folder.note(status=ends.get(status, f"the script ended with exit status {status}"))
    steps = folder.manifest["steps"]
    if not steps:
        print("error: the script made no training step: no Session.run applied an optimizer's update", file=sys.stderr)
        return status or 1
    print(f"recorded {steps} steps in {output} ({folder.manifest['status']})", file=sys.stderr)
    return status


def _check(options) -> int:
    if not options.path.exists():
        raise LegacyError(f"nothing at {options.path}", remedy="name a script or a folder that holds some")
    from legacy_tf1.check import check
    from legacy_tf1.world import activate

    with activate():
        found = check(options.path)
    counts = Counter(use.verdict for use in found)
    shown = [use for use in found if use.served_from is None or not options.missing]
    if options.json:
        print(json.dumps([use.as_json() for use in shown], indent=1))
    else:
        for use in shown:
            print(use.line_of_text())
    print(
        f"{len(found)} TF1 symbols: {counts['exact']} exact, {counts['approximate']} approximate,"
        f" {counts['not available']} not available",
        file=sys.stderr,
    )
    return 1 if counts["not available"] else 0


def _survey(options) -> int:
    from legacy_tf1.survey import Limits, survey

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    limits = Limits(**{field.name: getattr(options, field.name) for field in dataclasses.fields(Limits)})
    return survey(options.folder, options.output, limits, jobs=options.jobs, again=options.again)


def _list(options) -> int:
    import ast

    for name in run.BUILT_IN:
        docstring = ast.get_docstring(ast.parse(run.find(name).read_text(encoding="utf-8")))
        print(f"{name:18}{docstring.splitlines()[0]}")
    return 0


def _found(options) -> tuple[Path, str | None]:
    return run.find_module(options.program) if options.module else (run.find(options.program), None)


def _guarded(path: Path, package: str | None, options, around) -> int:
    """Run the script inside `around(tf)` and turn however it ends into an exit status."""
    from keras_port.datasets import DataError
    from legacy_tf1.input_data import use_data
    from legacy_tf1.world import activate, world_builtins

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with activate(seed=options.seed, native_seeds=options.native_seeds), use_data(options.data):
            import tensorflow

            with around(tensorflow.compat.v1):
                run.run_script(path, options.arguments, world_builtins(), package)
        return 0
    except SystemExit as leave:
        return _status_of(leave)
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 130
    except DataError as error:
        print(f"error: {error}", file=sys.stderr)
    except Exception as error:
        if streams.is_cause(error):
            return streams.STATUS
        print(run.report(error, path), file=sys.stderr)
    return 1


def _status_of(leave: SystemExit) -> int:
    if leave.code is None or isinstance(leave.code, int):
        return leave.code or 0
    print(leave.code, file=sys.stderr)
    return 1


class _Told:
    """A sink that passes everything on and shows how far the recording is."""

    def __init__(self, sink, steps: int | None):
        from legacy_tf1.progress import Progress

        self.sink, self.progress = sink, Progress("recording", steps)
        self.start, self.graph, self.end = sink.start, sink.graph, sink.end

    def step(self, index, arrays):
        self.sink.step(index, arrays)
        self.progress.update(index + 1, float(arrays["loss"]) if "loss" in arrays else None)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
