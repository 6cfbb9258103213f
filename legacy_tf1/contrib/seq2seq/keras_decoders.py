"""The decoders as Keras layers, which TF 1.15 has beside the ones that it exports.

Source: tensorflow 1.15, contrib/seq2seq/python/ops/basic_decoder.py and beam_search_decoder.py.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.rnn.bases import assert_like_rnncell
from legacy_tf1.contrib.seq2seq.basic_decoder import BasicDecoderOutput, output_size
from legacy_tf1.contrib.seq2seq.beam_search_decoder import BeamSearchDecoderMixin
from legacy_tf1.contrib.seq2seq.decoder import BaseDecoder
from legacy_tf1.contrib.seq2seq.sampler import Sampler
from legacy_tf1.contrib.seq2seq.sampling import embedding_function

__all__ = ["BasicDecoderV2", "BeamSearchDecoderV2"]


def __dir__():
    return __all__


class BasicDecoderV2(BaseDecoder):
    """BasicDecoder with a Sampler: `decoder(inputs, initial_state=..., **what the sampler's initialize takes)`.

    Raises:
        TypeError: the cell, the sampler or the output layer is of another kind.
    """

    def __init__(self, cell, sampler, output_layer=None, **kwargs):
        assert_like_rnncell("cell", cell)
        if not isinstance(sampler, Sampler):
            raise TypeError(f"sampler must be a Sampler, not {sampler}.")
        if output_layer is not None and not isinstance(output_layer, tf.keras.layers.Layer):
            raise TypeError(f"output_layer must be a Keras layer, not {output_layer}.")
        self.cell = cell
        self.sampler = sampler
        self.output_layer = output_layer
        super().__init__(**kwargs)

    def initialize(self, inputs, initial_state=None, **kwargs):
        self._cell_dtype = tf.nest.flatten(initial_state)[0].dtype
        return *self.sampler.initialize(inputs, **kwargs), initial_state

    @property
    def batch_size(self):
        return self.sampler.batch_size

    def _rnn_output_size(self):
        return output_size(tf.TensorShape(self.cell.output_size), self.output_layer)

    @property
    def output_size(self):
        return BasicDecoderOutput(rnn_output=self._rnn_output_size(), sample_id=self.sampler.sample_ids_shape)

    @property
    def output_dtype(self):
        outputs = tf.nest.map_structure(lambda _: self._cell_dtype, self._rnn_output_size())
        return BasicDecoderOutput(outputs, self.sampler.sample_ids_dtype)

    def step(self, time, inputs, state):
        outputs, state = self.cell(inputs, state)
        if self.output_layer is not None:
            outputs = self.output_layer(outputs)
        sample_ids = self.sampler.sample(time=time, outputs=outputs, state=state)
        finished, next_inputs, next_state = self.sampler.next_inputs(
            time=time, outputs=outputs, state=state, sample_ids=sample_ids
        )
        return BasicDecoderOutput(outputs, sample_ids), next_state, next_inputs, finished


class BeamSearchDecoderV2(BeamSearchDecoderMixin, BaseDecoder):
    """BeamSearchDecoder: `decoder(embedding, start_tokens, end_token, initial_state)`.

    Raises:
        ValueError: `embedding_fn` is no function, or there is an `embedding` too.
    """

    def __init__(
        self,
        cell,
        beam_width,
        embedding_fn=None,
        output_layer=None,
        length_penalty_weight=0.0,
        coverage_penalty_weight=0.0,
        reorder_tensor_arrays=True,
        **kwargs,
    ):
        super().__init__(
            cell,
            beam_width,
            output_layer=output_layer,
            length_penalty_weight=length_penalty_weight,
            coverage_penalty_weight=coverage_penalty_weight,
            reorder_tensor_arrays=reorder_tensor_arrays,
            **kwargs,
        )
        if embedding_fn is not None and not callable(embedding_fn):
            raise ValueError(f"embedding_fn must be a function, not {type(embedding_fn)}.")
        self._embedding_fn = embedding_fn

    def initialize(self, embedding, start_tokens, end_token, initial_state):
        if embedding is not None:
            if self._embedding_fn is not None:
                raise ValueError("embedding and embedding_fn exclude each other.")
            self._embedding_fn = embedding_function(embedding)
        self._start(start_tokens, end_token, initial_state)
        return self._first()

    def call(self, embeddning, start_tokens, end_token, initial_state, **kwargs):
        more = {**kwargs, "start_tokens": start_tokens, "end_token": end_token, "initial_state": initial_state}
        return self._decode(embeddning, more)
