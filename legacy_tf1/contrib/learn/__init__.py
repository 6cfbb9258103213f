"""`tf.contrib.learn`: data sets, text preprocessing, mode keys, and what its estimators are made of.

Source: tensorflow 1.15, contrib/learn/python/learn.
"""

from __future__ import annotations

__all__ = ["ModeKeys", "NotFittedError", "ProblemType"]


def __dir__():
    return __all__


class ModeKeys:
    """What a model function is called for."""

    TRAIN = "train"
    EVAL = "eval"
    INFER = "infer"

    @classmethod
    def validate(cls, key):
        if key not in (cls.TRAIN, cls.EVAL, cls.INFER):
            raise ValueError(f"Invalid mode {key}.")


class ProblemType:
    """What a model predicts."""

    UNSPECIFIED = 0
    CLASSIFICATION = 1
    LINEAR_REGRESSION = 2
    LOGISTIC_REGRESSION = 3


class NotFittedError(ValueError, AttributeError):
    """A model was asked for a prediction before it was trained."""
