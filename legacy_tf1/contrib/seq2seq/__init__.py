"""`tf.contrib.seq2seq`: decoders, their helpers, and attention over a memory.

What today's tensorflow-addons has kept of it differs in arguments, variable names and results; this is TF 1.15's.
"""

from __future__ import annotations

from legacy_tf1.contrib.seq2seq.attention_wrapper import AttentionWrapper, AttentionWrapperState
from legacy_tf1.contrib.seq2seq.bahdanau import BahdanauAttention
from legacy_tf1.contrib.seq2seq.basic_decoder import BasicDecoder, BasicDecoderOutput
from legacy_tf1.contrib.seq2seq.beam_search_decoder import BeamSearchDecoder, FinalBeamSearchDecoderOutput
from legacy_tf1.contrib.seq2seq.beam_search_step import BeamSearchDecoderOutput, BeamSearchDecoderState
from legacy_tf1.contrib.seq2seq.beams import tile_batch
from legacy_tf1.contrib.seq2seq.decoder import Decoder, dynamic_decode
from legacy_tf1.contrib.seq2seq.gather_tree import gather_tree
from legacy_tf1.contrib.seq2seq.helper import (
    CustomHelper,
    GreedyEmbeddingHelper,
    Helper,
    InferenceHelper,
    SampleEmbeddingHelper,
    TrainingHelper,
)
from legacy_tf1.contrib.seq2seq.loss import sequence_loss
from legacy_tf1.contrib.seq2seq.luong import LuongAttention
from legacy_tf1.contrib.seq2seq.mechanism import AttentionMechanism, hardmax
from legacy_tf1.contrib.seq2seq.monotonic import (
    BahdanauMonotonicAttention,
    LuongMonotonicAttention,
    monotonic_attention,
    safe_cumprod,
)
from legacy_tf1.contrib.seq2seq.scheduled import ScheduledEmbeddingTrainingHelper, ScheduledOutputTrainingHelper

__all__ = [
    "AttentionMechanism",
    "AttentionWrapper",
    "AttentionWrapperState",
    "BahdanauAttention",
    "BahdanauMonotonicAttention",
    "BasicDecoder",
    "BasicDecoderOutput",
    "BeamSearchDecoder",
    "BeamSearchDecoderOutput",
    "BeamSearchDecoderState",
    "CustomHelper",
    "Decoder",
    "FinalBeamSearchDecoderOutput",
    "GreedyEmbeddingHelper",
    "Helper",
    "InferenceHelper",
    "LuongAttention",
    "LuongMonotonicAttention",
    "SampleEmbeddingHelper",
    "ScheduledEmbeddingTrainingHelper",
    "ScheduledOutputTrainingHelper",
    "TrainingHelper",
    "dynamic_decode",
    "gather_tree",
    "hardmax",
    "monotonic_attention",
    "safe_cumprod",
    "sequence_loss",
    "tile_batch",
]


def __dir__():
    return __all__
