"""`tf.contrib.training`: hyperparameters, queues that bucket, cut and sample, train loops (those are tf-slim's)."""

from legacy_tf1.contrib.training.bucket_ops import bucket, bucket_by_sequence_length
from legacy_tf1.contrib.training.hparam import HParams, parse_values
from legacy_tf1.contrib.training.resample import resample_at_rate, weighted_resample
from legacy_tf1.contrib.training.sequences import batch_sequences_with_states
from legacy_tf1.contrib.training.state_saver import NextQueuedSequenceBatch, SequenceQueueingStateSaver

__all__ = [
    "HParams",
    "NextQueuedSequenceBatch",
    "SequenceQueueingStateSaver",
    "batch_sequences_with_states",
    "bucket",
    "bucket_by_sequence_length",
    "parse_values",
    "resample_at_rate",
    "weighted_resample",
]


def __dir__():
    return __all__
