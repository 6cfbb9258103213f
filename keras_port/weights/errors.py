"""Two errors: for weights that do not fit, and for files that cannot be read."""

from __future__ import annotations


class WeightError(ValueError):
    """TF1 arrays and a Keras model do not fit; nothing was changed."""

    def __init__(self, model_name: str, problems: list[str]):
        self.problems = problems
        lines = "".join(f"\n  - {problem}" for problem in problems)
        super().__init__(f"TF1 state and the Keras model {model_name!r} do not fit; nothing was changed:{lines}")


class CheckpointError(ValueError):
    """A checkpoint that is missing, damaged, or none: the file, what is wrong with it, what to do."""

    def __init__(self, file, problem: str, remedy: str):
        self.file, self.problem, self.remedy = str(file), problem, remedy
        super().__init__(f"{file}: {problem}; {remedy}")
