"""`tf.contrib.legacy_seq2seq`: encoders, decoders and losses over lists of time steps.

A sequence is a Python list of tensors, one per step: ids (batch,) or vectors (batch, width). Decoders
return (list of outputs, final state). `feed_previous`, where it is a boolean tensor, builds both
decoders and chooses at run time.
Source: tensorflow 1.15, contrib/legacy_seq2seq/python/ops/seq2seq.py.
"""

from __future__ import annotations

import copy
import inspect
import weakref

import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.rnn.bases import RNNCell
from legacy_tf1.contrib.rnn.linear import _Linear
from legacy_tf1.contrib.rnn.wrappers import EmbeddingWrapper, OutputProjectionWrapper

__all__ = [
    "attention_decoder",
    "basic_rnn_seq2seq",
    "embedding_attention_decoder",
    "embedding_attention_seq2seq",
    "embedding_rnn_decoder",
    "embedding_rnn_seq2seq",
    "embedding_tied_rnn_seq2seq",
    "model_with_buckets",
    "one2many_rnn_seq2seq",
    "rnn_decoder",
    "sequence_loss",
    "sequence_loss_by_example",
    "tied_rnn_seq2seq",
]


def __dir__():
    return __all__


def rnn_decoder(decoder_inputs, initial_state, cell, loop_function=None, scope=None):
    """Run the cell over the inputs; from the second step on, `loop_function(previous output, step)` replaces them."""
    state, outputs, previous = initial_state, [], None
    with tf.variable_scope(scope or "rnn_decoder"):
        for step, inputs in enumerate(decoder_inputs):
            if previous is not None:
                inputs = _looped(loop_function, previous, step)
            if step > 0:
                tf.get_variable_scope().reuse_variables()
            output, state = cell(inputs, state)
            outputs.append(output)
            previous = output if loop_function is not None else None
    return outputs, state


def basic_rnn_seq2seq(encoder_inputs, decoder_inputs, cell, dtype=tf.float32, scope=None):
    """Encoder and decoder of the same kind, each with weights of its own."""
    with tf.variable_scope(scope or "basic_rnn_seq2seq"):
        _, state = tf.nn.static_rnn(_copied(cell), encoder_inputs, dtype=dtype)
        return rnn_decoder(decoder_inputs, state, cell)


def tied_rnn_seq2seq(encoder_inputs, decoder_inputs, cell, loop_function=None, dtype=tf.float32, scope=None):
    """Encoder and decoder with the same weights."""
    with tf.variable_scope("combined_tied_rnn_seq2seq"):
        scope = scope or "tied_rnn_seq2seq"
        _, state = tf.nn.static_rnn(cell, encoder_inputs, dtype=dtype, scope=scope)
        tf.get_variable_scope().reuse_variables()
        return rnn_decoder(decoder_inputs, state, cell, loop_function=loop_function, scope=scope)


def embedding_rnn_decoder(
    decoder_inputs,
    initial_state,
    cell,
    num_symbols,
    embedding_size,
    output_projection=None,
    feed_previous=False,
    update_embedding_for_previous=True,
    scope=None,
):
    """rnn_decoder over ids (batch,) looked up in a table `embedding`."""
    with tf.variable_scope(scope or "embedding_rnn_decoder") as scope:
        _check_projection(output_projection, num_symbols, scope.dtype)
        table = tf.get_variable("embedding", [num_symbols, embedding_size])
        loop = _greedy(table, output_projection, update_embedding_for_previous) if feed_previous else None
        vectors = (tf.nn.embedding_lookup(table, ids) for ids in decoder_inputs)  # looked up step by step
        return rnn_decoder(vectors, initial_state, cell, loop_function=loop)


def embedding_rnn_seq2seq(
    encoder_inputs,
    decoder_inputs,
    cell,
    num_encoder_symbols,
    num_decoder_symbols,
    embedding_size,
    output_projection=None,
    feed_previous=False,
    dtype=None,
    scope=None,
):
    """basic_rnn_seq2seq over ids; outputs (batch, num_decoder_symbols) unless a projection is given."""
    with tf.variable_scope(scope or "embedding_rnn_seq2seq") as scope:
        if dtype is not None:
            scope.set_dtype(dtype)
        encoder = EmbeddingWrapper(_copied(cell), num_encoder_symbols, embedding_size)
        _, state = tf.nn.static_rnn(encoder, encoder_inputs, dtype=scope.dtype if dtype is None else dtype)
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_decoder_symbols)

        def decode(feed, update=True):
            return embedding_rnn_decoder(
                decoder_inputs,
                state,
                cell,
                num_decoder_symbols,
                embedding_size,
                output_projection=output_projection,
                feed_previous=feed,
                update_embedding_for_previous=update,
            )

        return _fed_by(feed_previous, decode, len(decoder_inputs), lambda: state)


def embedding_tied_rnn_seq2seq(
    encoder_inputs,
    decoder_inputs,
    cell,
    num_symbols,
    embedding_size,
    num_decoder_symbols=None,
    output_projection=None,
    feed_previous=False,
    dtype=None,
    scope=None,
):
    """tied_rnn_seq2seq over ids, with one table for both sides."""
    with tf.variable_scope(scope or "embedding_tied_rnn_seq2seq", dtype=dtype) as scope:
        dtype = scope.dtype
        _check_projection(output_projection, num_symbols, dtype)
        table = tf.get_variable("embedding", [num_symbols, embedding_size], dtype=dtype)
        sources = [tf.nn.embedding_lookup(table, ids) for ids in encoder_inputs]
        targets = [tf.nn.embedding_lookup(table, ids) for ids in decoder_inputs]
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_symbols if num_decoder_symbols is None else num_decoder_symbols)

        def decode(feed, update=True):
            loop = _greedy(table, output_projection, update) if feed else None
            return tied_rnn_seq2seq(sources, targets, cell, loop_function=loop, dtype=dtype)

        def state_like():
            return cell.zero_state(_batch_size(encoder_inputs), dtype)

        return _fed_by(feed_previous, decode, len(decoder_inputs), state_like)


def attention_decoder(
    decoder_inputs,
    initial_state,
    attention_states,
    cell,
    output_size=None,
    num_heads=1,
    loop_function=None,
    dtype=None,
    scope=None,
    initial_state_attention=False,
):
    """rnn_decoder that looks at `attention_states` (batch, length, width) after every step.

    The first attention is zero, or computed from the initial state. Source of the formula:
    http://arxiv.org/abs/1412.7449.

    Raises:
        ValueError: no inputs, no heads, or attention states of unknown width.
    """
    if not decoder_inputs:
        raise ValueError("A decoder needs at least one input.")
    if num_heads < 1:
        raise ValueError(f"Attention needs at least one head, not {num_heads}; without it use rnn_decoder.")
    if attention_states.get_shape().as_list()[2] is None:
        raise ValueError(f"The width of attention_states must be known; their shape is {attention_states.get_shape()}.")
    output_size = cell.output_size if output_size is None else output_size
    with tf.variable_scope(scope or "attention_decoder", dtype=dtype) as scope:
        dtype, outputs, previous, state = scope.dtype, [], None, initial_state
        batch_size = tf.shape(decoder_inputs[0])[0]
        heads = _Heads(attention_states, num_heads, dtype)
        attentions = heads.zeros(batch_size)
        if initial_state_attention:
            attentions = heads(initial_state)
        for step, inputs in enumerate(decoder_inputs):
            if step > 0:
                tf.get_variable_scope().reuse_variables()
            if previous is not None:
                inputs = _looped(loop_function, previous, step)
            width = _vector_width(inputs)
            cell_output, state = cell(_mixed([inputs, *attentions], width, dtype), state)
            if step == 0 and initial_state_attention:
                with tf.variable_scope(tf.get_variable_scope(), reuse=True):
                    attentions = heads(state)
            else:
                attentions = heads(state)
            with tf.variable_scope("AttnOutputProjection"):
                output = _mixed([cell_output, *attentions], output_size, dtype, cast=1)
            outputs.append(output)
            previous = output if loop_function is not None else None
    return outputs, state


def embedding_attention_decoder(
    decoder_inputs,
    initial_state,
    attention_states,
    cell,
    num_symbols,
    embedding_size,
    num_heads=1,
    output_size=None,
    output_projection=None,
    feed_previous=False,
    update_embedding_for_previous=True,
    dtype=None,
    scope=None,
    initial_state_attention=False,
):
    """attention_decoder over ids (batch,) looked up in a table `embedding`."""
    output_size = cell.output_size if output_size is None else output_size
    if output_projection is not None:
        biases = tf.convert_to_tensor(output_projection[1], dtype=dtype)
        biases.get_shape().assert_is_compatible_with([num_symbols])
    with tf.variable_scope(scope or "embedding_attention_decoder", dtype=dtype):
        table = tf.get_variable("embedding", [num_symbols, embedding_size])
        loop = _greedy(table, output_projection, update_embedding_for_previous) if feed_previous else None
        return attention_decoder(
            [tf.nn.embedding_lookup(table, ids) for ids in decoder_inputs],
            initial_state,
            attention_states,
            cell,
            output_size=output_size,
            num_heads=num_heads,
            loop_function=loop,
            initial_state_attention=initial_state_attention,
        )


def embedding_attention_seq2seq(
    encoder_inputs,
    decoder_inputs,
    cell,
    num_encoder_symbols,
    num_decoder_symbols,
    embedding_size,
    num_heads=1,
    output_projection=None,
    feed_previous=False,
    dtype=None,
    scope=None,
    initial_state_attention=False,
):
    """embedding_rnn_seq2seq whose decoder looks at the encoder's outputs."""
    with tf.variable_scope(scope or "embedding_attention_seq2seq", dtype=dtype) as scope:
        encoder = EmbeddingWrapper(_copied(cell), num_encoder_symbols, embedding_size)
        encoded, state = tf.nn.static_rnn(encoder, encoder_inputs, dtype=scope.dtype)
        attention_states = tf.concat([tf.reshape(step, [-1, 1, cell.output_size]) for step in encoded], 1)
        output_size = None
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_decoder_symbols)
            output_size = num_decoder_symbols

        def decode(feed, update=True):
            return embedding_attention_decoder(
                decoder_inputs,
                state,
                attention_states,
                cell,
                num_decoder_symbols,
                embedding_size,
                num_heads=num_heads,
                output_size=output_size,
                output_projection=output_projection,
                feed_previous=feed,
                update_embedding_for_previous=update,
                initial_state_attention=initial_state_attention,
            )

        return _fed_by(feed_previous, decode, len(decoder_inputs), lambda: state)


def one2many_rnn_seq2seq(
    encoder_inputs,
    decoder_inputs_dict,
    enc_cell,
    dec_cells_dict,
    num_encoder_symbols,
    num_decoder_symbols_dict,
    embedding_size,
    feed_previous=False,
    dtype=None,
    scope=None,
):
    """One encoder and several decoders; both results are dicts with the decoders' names.

    Raises:
        TypeError: a cell is no RNNCell.
        ValueError: cells and inputs have different names.
    """
    for cell in (enc_cell, *dec_cells_dict.values()):
        if not isinstance(cell, RNNCell):
            raise TypeError(f"{cell!r} is not an RNNCell.")
    if set(dec_cells_dict) != set(decoder_inputs_dict):
        raise ValueError(f"Cells for {sorted(dec_cells_dict)}, but inputs for {sorted(decoder_inputs_dict)}.")
    outputs, states = {}, {}
    with tf.variable_scope(scope or "one2many_rnn_seq2seq", dtype=dtype) as scope:
        encoder = EmbeddingWrapper(enc_cell, num_encoder_symbols, embedding_size)
        _, state = tf.nn.static_rnn(encoder, encoder_inputs, dtype=scope.dtype)
        for name, inputs in decoder_inputs_dict.items():
            outputs[name], states[name] = _one_decoder(
                name, inputs, state, dec_cells_dict[name], num_decoder_symbols_dict[name], embedding_size, feed_previous
            )
    return outputs, states


def _one_decoder(name, inputs, state, cell, num_symbols, embedding_size, feed_previous):
    with tf.variable_scope(f"one2many_decoder_{name}"):
        cell = OutputProjectionWrapper(cell, num_symbols)

        def decode(feed, update=True):  # these decoders keep updating the table, whoever feeds them
            return embedding_rnn_decoder(inputs, state, cell, num_symbols, embedding_size, feed_previous=feed)

        return _fed_by(feed_previous, decode, len(inputs), lambda: state)


def sequence_loss_by_example(
    logits, targets, weights, average_across_timesteps=True, softmax_loss_function=None, name=None
):
    """Weighted cross-entropy per example (batch,), summed over the steps or averaged by the weights' sum.

    Args:
        logits: list of (batch, symbols).
        targets: list of ids (batch,).
        weights: list of (batch,).
        average_across_timesteps: divide by the sum of the weights plus 1e-12.
        softmax_loss_function: called as f(labels=ids, logits=logits) instead of the cross-entropy.

    Raises:
        ValueError: the lists differ in length.
    """
    if not len(logits) == len(targets) == len(weights):
        raise ValueError(
            f"{len(logits)} logits, {len(targets)} targets and {len(weights)} weights are not one sequence."
        )
    with tf.name_scope(name, "sequence_loss_by_example", logits + targets + weights):
        steps = [
            _cross_entropy(logit, target, softmax_loss_function) * weight
            for logit, target, weight in zip(logits, targets, weights)
        ]
        total = tf.add_n(steps)
        if average_across_timesteps:
            size = tf.add_n(weights)
            size += 1e-12  # a row of weights zero gives the loss zero
            total /= size
    return total


def sequence_loss(
    logits,
    targets,
    weights,
    average_across_timesteps=True,
    average_across_batch=True,
    softmax_loss_function=None,
    name=None,
):
    """The sum of sequence_loss_by_example, divided by the batch size unless told otherwise; a scalar."""
    with tf.name_scope(name, "sequence_loss", logits + targets + weights):
        cost = tf.reduce_sum(
            sequence_loss_by_example(
                logits,
                targets,
                weights,
                average_across_timesteps=average_across_timesteps,
                softmax_loss_function=softmax_loss_function,
            )
        )
        if not average_across_batch:
            return cost
        return cost / tf.cast(tf.shape(targets[0])[0], cost.dtype)


def model_with_buckets(
    encoder_inputs,
    decoder_inputs,
    targets,
    weights,
    buckets,
    seq2seq,
    softmax_loss_function=None,
    per_example_loss=False,
    name=None,
):
    """One model per bucket (source length, target length), all with the same weights.

    `seq2seq(encoder inputs, decoder inputs)` returns (outputs, state). Returns the lists of outputs and losses.

    Raises:
        ValueError: a list is shorter than the last bucket.
    """
    longest_source, longest_target = buckets[-1]
    needed = ((encoder_inputs, longest_source), (targets, longest_target), (weights, longest_target))
    for steps, length in needed:
        if len(steps) < length:
            raise ValueError(f"The last bucket {buckets[-1]} needs {length} steps; a list has {len(steps)}.")
    loss = sequence_loss_by_example if per_example_loss else sequence_loss
    losses, outputs = [], []
    with tf.name_scope(name, "model_with_buckets", encoder_inputs + decoder_inputs + targets + weights):
        for k, (source, target) in enumerate(buckets):
            with tf.variable_scope(tf.get_variable_scope(), reuse=True if k > 0 else None):
                logits, _ = seq2seq(encoder_inputs[:source], decoder_inputs[:target])
                outputs.append(logits)
                losses.append(
                    loss(logits, targets[:target], weights[:target], softmax_loss_function=softmax_loss_function)
                )
    return outputs, losses


class _Heads:
    """Attention over (batch, length, width): per head softmax(v . tanh(W states + U query))."""

    def __init__(self, states, count, dtype):
        _, length, self.width = states.get_shape().as_list()
        self.length = tf.shape(states)[1] if length is None else length
        self.dtype = dtype
        self.rows = tf.reshape(states, [-1, self.length, 1, self.width])
        self.keys, self.v = [], []
        for head in range(count):
            kernel = tf.get_variable(f"AttnW_{head}", [1, 1, self.width, self.width], dtype=dtype)
            self.keys.append(tf.nn.conv2d(self.rows, kernel, [1, 1, 1, 1], "SAME"))
            self.v.append(tf.get_variable(f"AttnV_{head}", [self.width], dtype=dtype))

    def zeros(self, batch_size):
        """What stands for the attention before the first step."""
        size = tf.stack([batch_size, self.width])
        attentions = [tf.zeros(size, dtype=self.dtype) for _ in self.v]
        for attention in attentions:
            attention.set_shape([None, self.width])
        return attentions

    def __call__(self, query):
        """The cell's state -> per head (batch, width)."""
        if tf.nest.is_nested(query):
            query = tf.concat(tf.nest.flatten(query), 1)
        return [self._attend(query, head) for head in range(len(self.v))]

    def _attend(self, query, head):
        with tf.variable_scope(f"Attention_{head}"):
            projected = tf.reshape(_Linear(query, self.width, True)(query), [-1, 1, 1, self.width])
            projected = tf.cast(projected, self.dtype)
            scores = tf.reduce_sum(self.v[head] * tf.tanh(self.keys[head] + projected), [2, 3])
            weights = tf.cast(tf.nn.softmax(tf.cast(scores, tf.float32)), self.dtype)
            attended = tf.reduce_sum(tf.reshape(weights, [-1, self.length, 1, 1]) * self.rows, [1, 2])
            return tf.reshape(attended, [-1, self.width])


def _mixed(tensors, width, dtype, cast=None):
    """One linear map over the tensors, the first `cast` of them (all by default) cast first."""
    count = len(tensors) if cast is None else cast
    tensors = [tf.cast(tensor, dtype) for tensor in tensors[:count]] + list(tensors[count:])
    return _Linear(tensors, width, True)(tensors)


def _vector_width(inputs):
    width = inputs.get_shape().with_rank(2).as_list()[1]
    if width is None:
        raise ValueError(f"The width of the decoder's input {inputs.name} must be known while the graph is built.")
    return width


def _looped(loop_function, previous, step):
    with tf.variable_scope("loop_function", reuse=True):
        return loop_function(previous, step)


def _greedy(table, output_projection, update):
    """A loop function: the vector of the likeliest symbol; the table learns from it where `update` says so."""

    def loop_function(previous, _):
        if output_projection is not None:
            previous = tf.nn.xw_plus_b(previous, output_projection[0], output_projection[1])
        vector = tf.nn.embedding_lookup(table, tf.argmax(previous, 1))
        return vector if update else tf.stop_gradient(vector)

    return loop_function


def _fed_by(feed_previous, decode, length, state_like):
    """`decode(feed)`, or, for a tensor, both decoders and the choice between them.

    The decoder that is fed its own outputs makes the variables; the other one reuses them. Of the two
    only this one leaves the embedding out of the update for what it fed.
    """
    if isinstance(feed_previous, bool):
        return decode(feed_previous)

    def branch(feed):
        with tf.variable_scope(tf.get_variable_scope(), reuse=None if feed else True):
            outputs, state = decode(feed, update=False)
            return outputs + tf.nest.flatten(state)

    results = tf.cond(feed_previous, lambda: branch(True), lambda: branch(False))
    structure = state_like()
    return results[:length], tf.nest.pack_sequence_as(structure, results[length:])


def _check_projection(projection, num_symbols, dtype):
    """A given projection is the pair (weights (width, num_symbols), biases (num_symbols,))."""
    if projection is None:
        return
    for tensor, shape in zip(projection, ([None, num_symbols], [num_symbols])):
        tf.convert_to_tensor(tensor, dtype=dtype).get_shape().assert_is_compatible_with(shape)


_UNUSED: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()  # a cell -> what it was like when first met


def _copied(cell):
    """A cell like this one with weights of its own; tensors that it holds, such as a keep probability, are shared.

    A cell that was used cannot be copied, so another copy is made of the first: a model of several buckets
    passes the same cell again and again. (TF 1.15 fails there; TF 0.x, for which such models were written, did not.)
    """
    if cell not in _UNUSED:
        _UNUSED[cell] = copy.deepcopy(cell, _tensors_of(cell))
    return copy.deepcopy(_UNUSED[cell], _tensors_of(_UNUSED[cell]))


def _tensors_of(cell) -> dict:
    """The tensors of a cell and the cells in it, as a memo for `deepcopy`."""
    found, waiting = {}, [cell]
    while waiting:
        one = waiting.pop()
        if tf.is_tensor(one):
            found[id(one)] = one
        elif isinstance(one, (list, tuple)):
            waiting.extend(one)
        elif isinstance(one, tf.nn.rnn_cell.RNNCell):
            waiting.extend(vars(one).values())
    return found


def _batch_size(sequence):
    static = sequence[0].get_shape()[:1]
    for step in sequence[1:]:
        static = static.merge_with(step.get_shape()[:1])
    size = static.as_list()[0]
    return tf.shape(sequence[0])[0] if size is None else size


def _cross_entropy(logits, ids, function):
    if function is not None:
        # before TF 1.0 the function was called with (logits, labels), whatever it called them
        named = {"labels", "logits"} <= set(inspect.signature(function).parameters)
        return function(labels=ids, logits=logits) if named or _takes_any(function) else function(logits, ids)
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.reshape(ids, [-1]), logits=logits)


def _takes_any(function) -> bool:
    return any(one.kind is one.VAR_KEYWORD for one in inspect.signature(function).parameters.values())
