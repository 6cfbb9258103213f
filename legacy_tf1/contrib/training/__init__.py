"""`tf.contrib.training`: hyperparameters, bucketing queues, train loops (those are tf-slim's)."""

from legacy_tf1.contrib.training.bucket_ops import bucket, bucket_by_sequence_length
from legacy_tf1.contrib.training.hparam import HParams, parse_values

__all__ = ["HParams", "bucket", "bucket_by_sequence_length", "parse_values"]


def __dir__():
    return __all__
