"""`tf1-parity bench`: parse, run the rounds, report. TensorFlow, Keras and PyTorch stay in the sides' processes."""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from keras_port.threads import cores
from parity_tests.arguments import positive, require_writable
from parity_tests.benchmarks.sides import SIDES, Side
from parity_tests.benchmarks.workloads import GROWTH, WORKLOADS, growing

__all__ = ["main"]

_TF1 = "TensorFlow 1.15"


def main(argv: list[str]) -> int:
    """Returns 0, 1 where a side failed, 2 for wrong usage, 130 after Ctrl-C or SIGTERM."""
    parser = _parser()
    options = parser.parse_args(argv)
    if options.plot and not importlib.util.find_spec("matplotlib"):
        parser.error("--plot: matplotlib is not installed here; pip install 'keras-legacy-port[bench]'")
    require_writable(parser, options, "json", "plot", "markdown")
    if options.tf1_python:
        _check_tf1(parser, options.tf1_python)
    if max(options.cores) > cores():
        parser.error(f"--cores: this process may use {cores()}")
    workloads = growing(options.grow) if options.grow else [WORKLOADS[n] for n in options.workload or WORKLOADS]
    sides = [SIDES[name] for name in options.side] if options.side else [side for side in SIDES.values() if _runs(side)]
    sides = [side for side in sides if side.name != _TF1 or options.tf1_python]
    shown = ["python3.7" if word == options.tf1_python else word for word in argv]  # a page names nobody's folders
    return _run(workloads, sides, options, shlex.join(["tf1-parity", "bench", *shown]))


def _run(workloads, sides: list[Side], options, command: str) -> int:
    from rich.console import Console

    from parity_tests.benchmarks import plot, show
    from parity_tests.benchmarks.bench import measure
    from parity_tests.benchmarks.results import Results, machine
    from parity_tests.report import whole

    console = Console(soft_wrap=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else 160)
    results = Results(workloads, options.grow, machine())
    total, done = len(workloads) * len(options.cores), 0
    try:
        for workload in workloads:
            for cores in options.cores:
                done += 1
                where = f"{done} of {total}: {workload.name}, {cores} core{'s' if cores > 1 else ''}"
                with _progress(console, where, options.rounds) as on_round:
                    measure(
                        workload,
                        [side for side in sides if workload.task in side.tasks],
                        cores=cores,
                        rounds=options.rounds,
                        seconds=options.seconds,
                        tf1_python=options.tf1_python,
                        on_round=on_round,
                        timings=results.timings,
                    )
        results.complete = True
    except KeyboardInterrupt:
        print("\nstopped; what was measured so far:", file=sys.stderr)
    show.show(results, console)
    if options.json:
        results.write(options.json)
    if options.plot:
        plot.draw(results, options.plot)
    if options.markdown:
        whole.write(options.markdown, show.markdown(results, command))
    if not results.complete:
        return 130
    return 1 if any(timing.failure for timing in results.timings) else 0


@contextlib.contextmanager
def _progress(console, where: str, rounds: int):
    """Yields `on_round(side, number)`: one moving line on a terminal, a line per round in a log."""

    def stage(number: int) -> str:
        return f"{where}: " + (f"round {number} of {rounds}" if number else "starting")

    if console.is_terminal:
        with console.status(where) as status:
            yield lambda side, number: status.update(f"{stage(number)}, {side}")
        return
    told = set()

    def on_round(side: str, number: int) -> None:
        if number not in told:
            told.add(number)
            print(stage(number), flush=True)

    yield on_round


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tf1-parity bench",
        description="Time the twins beside stock Keras, PyTorch, TF1 programs and the bare matrix products, their rounds "
        "interleaved, and print ratios with median and spread. Peers that are not installed sit out.",
    )
    parser.add_argument("--side", action="append", choices=tuple(SIDES), metavar="NAME",
                        help=f"one side only; may be repeated: {'; '.join(SIDES)}")  # fmt: skip
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--workload", action="append", choices=tuple(WORKLOADS), metavar="NAME",
                      help=f"one workload only; may be repeated: {'; '.join(WORKLOADS)}")  # fmt: skip
    what.add_argument("--grow", choices=tuple(GROWTH), help="time and memory of the LSTM's step against this instead")
    parser.add_argument("--cores", type=_cores, default=[1, 2][: cores()], metavar="N[,N]",
                        help="numbers of cores to pin the sides to, one after the other (default: 1,2)")  # fmt: skip
    parser.add_argument("--rounds", type=positive, default=5, metavar="N", help="default: 5")
    parser.add_argument(
        "--seconds", type=float, default=4.0, metavar="S", help="length of a round of one side (default: 4)"
    )
    parser.add_argument("--tf1-python", metavar="PATH", help="a Python that has TensorFlow 1.15, which joins then")
    parser.add_argument("--json", type=Path, metavar="FILE", help="every round, with the machine and the versions")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="a picture: .png, .svg or .pdf")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="the tables, for a page")
    return parser


def _runs(side: Side) -> bool:
    return side.installed and not side.extra


def _check_tf1(parser: argparse.ArgumentParser, python: str) -> None:
    if not shutil.which(python):
        parser.error(f"--tf1-python: {python} is no program")
    asked = [python, "-c", "import pkg_resources as p; print(p.get_distribution('tensorflow').version)"]
    answer = subprocess.run(asked, capture_output=True, text=True)
    if not answer.stdout.startswith("1.15"):
        found = answer.stdout.strip() or "none"
        parser.error(f"--tf1-python: {python} has no TensorFlow 1.15 (found: {found})")


def _cores(text: str) -> list[int]:
    return [positive(number) for number in text.split(",")]
