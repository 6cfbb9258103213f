"""`tf.contrib.estimator.RNNClassifier` and `RNNEstimator`: sequence columns, cells, a dense layer, a head.

The last step's output goes to the head, or every step's with `return_sequences`. Variables are named as in
TF 1.15: `rnn/sequence_input_layer/...`, `rnn/rnn/...`, `rnn/logits/dense/...`.
Source: tensorflow-estimator 1.15, contrib/estimator/python/estimator/rnn.py.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf
from tensorflow.python.feature_column.sequence_feature_column import concatenate_context_input

from legacy_tf1.contrib.estimator.extenders import clip_gradients_by_norm
from legacy_tf1.contrib.feature_column import sequence_input_layer
from legacy_tf1.contrib.rnn.rnn_cell_impl import BasicLSTMCell, BasicRNNCell, GRUCell, MultiRNNCell, RNNCell
from legacy_tf1.estimators import exported

from tensorflow_estimator.python.estimator.canned import head as heads  # isort: skip
from tensorflow_estimator.python.estimator.canned import optimizers  # isort: skip
from tensorflow_estimator.python.estimator.head import sequential_head  # isort: skip

__all__ = ["RNNClassifier", "RNNEstimator", "USE_DEFAULT"]

_DEFAULT_LEARNING_RATE = 0.05
_DEFAULT_CLIP_NORM = 5.0

USE_DEFAULT = object()

_CELL_TYPES = {"basic_rnn": BasicRNNCell, "lstm": BasicLSTMCell, "gru": GRUCell}


def _cells(num_units, cell_type):
    """A function of the mode that makes the cell: one per number of units, stacked where there are several."""

    def one(units):
        kind = _CELL_TYPES.get(cell_type, cell_type)
        if not kind or not issubclass(kind, RNNCell):
            raise ValueError(f"Supported cell types are {list(_CELL_TYPES)}; got {kind}")
        return kind(num_units=units)

    def rnn_cell_fn(mode):
        cells = [one(units) for units in num_units]
        return cells[0] if len(cells) == 1 else MultiRNNCell(cells)

    return rnn_cell_fn


def _cell_fn(rnn_cell_fn, num_units, cell_type):
    if rnn_cell_fn and (num_units or cell_type is not USE_DEFAULT):
        raise ValueError("num_units and cell_type must not be specified when using rnn_cell_fn")
    return rnn_cell_fn or _cells(num_units, "basic_rnn" if cell_type is USE_DEFAULT else cell_type)


def _concatenate_context_input(sequence_input, context_input):
    """(batch, time, d0 + d1): the context (batch, d1) beside every step of the sequence (batch, time, d0)."""
    return concatenate_context_input(context_input, sequence_input)


def _select_last_activations(activations, sequence_lengths):
    """The output (batch, units) of each sequence's last step; of the batch's last step where there are no lengths."""
    with tf.name_scope("select_last_activations", values=[activations, sequence_lengths]):
        shape = tf.shape(activations)
        lengths = shape[1] if sequence_lengths is None else sequence_lengths
        ends = tf.to_int64(tf.range(shape[0]) * shape[1]) + tf.to_int64(lengths) - 1
        last = tf.gather(tf.reshape(activations, [shape[0] * shape[1], shape[2]]), ends)
        last.set_shape([activations.shape[0], activations.shape[2]])
        return last


def _sliced(config, **options):
    return tf.min_max_variable_partitioner(max_partitions=config.num_ps_replicas if config else 0, **options)


def _model_fn(
    features, labels, mode, head, rnn_cell_fn, sequence_columns, context_columns, every_step, optimizer, slices, config
):
    if not isinstance(features, dict):
        raise ValueError(f"features should be a dictionary of `Tensor`s. Given type: {type(features)}")
    if not isinstance(optimizer, tf.train.Optimizer):
        optimizer = optimizers.get_optimizer_instance(optimizer, learning_rate=_DEFAULT_LEARNING_RATE)
        optimizer = clip_gradients_by_norm(optimizer, _DEFAULT_CLIP_NORM)
    values = tuple(features.values())
    with tf.variable_scope("rnn", values=values, partitioner=_sliced(config)):
        slices = slices or _sliced(config, min_slice_size=64 << 20)
        with tf.variable_scope("sequence_input_layer", values=values, partitioner=slices):
            inputs, lengths = sequence_input_layer(features, sequence_columns)
            tf.summary.histogram("sequence_length", lengths)
            if context_columns:
                context = tf.feature_column.input_layer(features, context_columns)
                inputs = _concatenate_context_input(inputs, context)
        outputs, _ = tf.nn.dynamic_rnn(rnn_cell_fn(mode), inputs, sequence_length=lengths, dtype=tf.float32)
        if not every_step:
            outputs = _select_last_activations(outputs, lengths)
        with tf.variable_scope("logits", values=(outputs,)):
            logits = tf.layers.dense(outputs, head.logits_dimension, kernel_initializer=tf.glorot_uniform_initializer())
        mask = tf.sequence_mask(lengths)
    if every_step and head.input_sequence_mask_key not in features:
        features[head.input_sequence_mask_key] = mask
    return head.create_estimator_spec(
        features=features,
        mode=mode,
        labels=labels,
        train_op_fn=lambda loss: optimizer.minimize(loss, global_step=tf.train.get_global_step()),
        logits=logits,
    )


class RNNEstimator(exported.Estimator):
    """An RNN under a head of the program's choice; a head over sequences where `return_sequences`."""

    def __init__(
        self,
        head,
        sequence_feature_columns,
        context_feature_columns=None,
        num_units=None,
        cell_type=USE_DEFAULT,
        rnn_cell_fn=None,
        return_sequences=False,
        model_dir=None,
        optimizer="Adagrad",
        input_layer_partitioner=None,
        config=None,
    ):
        cell_fn = _cell_fn(rnn_cell_fn, num_units, cell_type)
        if return_sequences and not isinstance(head, sequential_head._SequentialHead):
            raise ValueError("Provided head must be a `_SequentialHead` object when `return_sequences` is set to True.")

        def model_fn(features, labels, mode, config):
            return _model_fn(
                features,
                labels,
                mode,
                head,
                cell_fn,
                tuple(sequence_feature_columns or []),
                tuple(context_feature_columns or []),
                return_sequences,
                optimizer,
                input_layer_partitioner,
                config,
            )

        super().__init__(model_fn=model_fn, model_dir=model_dir, config=config)


class RNNClassifier(RNNEstimator):
    """An RNN that classifies sequences: one logit for 2 classes, else one per class."""

    def __init__(
        self,
        sequence_feature_columns,
        context_feature_columns=None,
        num_units=None,
        cell_type=USE_DEFAULT,
        rnn_cell_fn=None,
        model_dir=None,
        n_classes=2,
        weight_column=None,
        label_vocabulary=None,
        optimizer="Adagrad",
        loss_reduction=tf.losses.Reduction.SUM_OVER_BATCH_SIZE,
        input_layer_partitioner=None,
        config=None,
    ):
        head = heads._binary_logistic_or_multi_class_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        super().__init__(
            head,
            sequence_feature_columns,
            context_feature_columns,
            num_units,
            cell_type,
            rnn_cell_fn,
            False,
            model_dir,
            optimizer,
            input_layer_partitioner,
            config,
        )
