"""Run TensorFlow-1 programs, unchanged, on today's TensorFlow.

Importing this package changes nothing and loads neither TensorFlow nor Keras. The world changes inside
`legacy_tf1.world.activate()`, which the `legacy-tf1` command uses, and for good with `legacy_tf1.activate()`,
which is for notebooks and the interactive interpreter:

    import legacy_tf1
    tf = legacy_tf1.activate()
"""

from __future__ import annotations  # recording.py runs on Python 3.7 too, where goldens come from

__all__ = ["__version__", "activate"]

__version__ = "0.1.0"


def activate(*, seed: int | None = None, native_seeds: bool = False):
    """Turn this process into the TF1 world until it ends; returns the `tensorflow` module of TF1.

    From then on `import tensorflow` means TF1 in the program itself (`__main__`: a notebook's cells, what is
    typed into the interpreter, a script), in the module that called this, and in the person's own modules.
    TensorFlow, Keras and every installed library keep the real one. A second call returns the same module.

    Args:
        seed: the seed of TensorFlow's graphs, of NumPy and of Python's random; None leaves all of them alone.
        native_seeds: number the seeds of random ops as today's TensorFlow does, not as TF 1.15 did.

    Raises:
        LegacyError: TensorFlow was imported before, or the world is active with another seed.
    """
    import sys

    from legacy_tf1.world import stay

    return stay(sys._getframe(1).f_globals, seed=seed, native_seeds=native_seeds)
