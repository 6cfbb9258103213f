"""The `tf1-parity` command: the main job. Neither TensorFlow nor Keras is imported in this process."""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from pathlib import Path

from parity_tests.cases import BACKENDS, PROGRAMS, Case

__all__ = ["main"]

REPORT = Path("parity_report.json")


def main(argv: list[str] | None = None) -> int:
    """Returns 0 where every rung holds, 1 where one does not, 2 for wrong usage, 130 after Ctrl-C."""
    parser = _parser()
    options = parser.parse_args(argv)
    if options.data not in ("digits", "mnist") and not Path(options.data).is_dir():
        parser.error(f"--data: {options.data} is no folder; give digits, mnist, or a folder with the four IDX files")
    if not os.access(options.report.absolute().parent, os.W_OK):
        parser.error(f"--report: cannot write to the folder of {options.report}")
    for backend in options.backend:
        if not importlib.util.find_spec(BACKENDS[backend]):
            parser.error(f"--backend: {backend} is not installed here; pip install 'keras-legacy-port[{backend}]'")
    from parity_tests.main_job import run

    return run(list(_cases(options)), options.report, jobs=options.jobs)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tf1-parity",
        description="Run TF1 programs and their Keras 3 twins on identical seeded batches and show how far they agree.",
    )
    parser.add_argument("--program", action="append", choices=tuple(PROGRAMS), metavar="NAME",
                        help=f"one program only; may be repeated: {', '.join(PROGRAMS)}")  # fmt: skip
    parser.add_argument(
        "--data",
        default="digits",
        metavar="WHAT",
        help="digits (embedded, default), mnist, or a folder with the four IDX files",
    )
    steps = parser.add_mutually_exclusive_group()
    steps.add_argument(
        "--steps",
        type=_positive,
        default=300,
        metavar="N",
        help="training steps of each program, at most its own (default: 300)",
    )
    steps.add_argument("--full", action="store_true", help="the programs' own numbers of steps, 782 to 7813")
    parser.add_argument(
        "--seed", type=_seed, default=1, metavar="N", help="decides start weights and batch order (default: 1)"
    )
    parser.add_argument(
        "--seeds",
        type=_positive,
        default=1,
        metavar="N",
        help="this many seeds, from --seed on; accuracies are then tested over the seeds (default: 1)",
    )
    parser.add_argument(
        "--backend",
        type=_backends,
        default=["tensorflow"],
        metavar="NAME[,NAME]",
        help=f"of the Keras side: {', '.join(BACKENDS)} (default: tensorflow)",
    )
    parser.add_argument("--dtype", choices=("float32", "float64"), default="float32", help="default: float32")
    parser.add_argument(
        "--jobs", type=_positive, default=2, metavar="N", help="programs at a time, two processes each (default: 2)"
    )
    parser.add_argument("--report", type=Path, default=REPORT, metavar="FILE", help=f"default: {REPORT}")
    return parser


def _cases(options):
    for program in options.program or PROGRAMS:
        own = PROGRAMS[program].steps
        steps = own if options.full else min(options.steps, own)
        for backend in options.backend:
            for seed in range(options.seed, options.seed + options.seeds):
                yield Case(program, steps, seed, options.dtype, options.data, backend)


def _backends(text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in BACKENDS:
            raise argparse.ArgumentTypeError(f"{name!r} is no backend; choose from {', '.join(BACKENDS)}")
    return list(dict.fromkeys(names))


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number above 0")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdigit() or int(text) >= 2**31 - 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 0 to 2147483646")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
