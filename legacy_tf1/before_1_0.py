"""Names and argument orders older than TensorFlow 1.0, which TF 1.15 itself refuses.

A name that was only renamed is a row of RENAMED. A function whose arguments changed their order is
written here: it takes the old order as well as the new one, and can always tell them apart.

Source: the release notes of TensorFlow 1.0.
"""

from __future__ import annotations

import importlib

__all__ = [
    "RENAMED",
    "concat",
    "ctc_loss",
    "embedding_attention_seq2seq",
    "embedding_rnn_seq2seq",
    "nce_loss",
    "sampled_softmax_loss",
    "sigmoid_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits",
    "sparse_softmax_cross_entropy_with_logits",
    "split",
]

# old name -> name in TF 1.15, both below `tensorflow`
RENAMED: dict[str, str] = {
    "audio_summary": "summary.audio",
    "batch_cholesky": "cholesky",
    "batch_matmul": "matmul",
    "batch_matrix_diag": "matrix_diag",
    "batch_matrix_inverse": "matrix_inverse",
    "batch_matrix_transpose": "matrix_transpose",
    "complex_abs": "abs",
    "histogram_summary": "summary.histogram",
    "image_summary": "summary.image",
    "inv": "reciprocal",
    "listdiff": "setdiff1d",
    "merge_all_summaries": "summary.merge_all",
    "merge_summary": "summary.merge",
    "mul": "multiply",
    "neg": "negative",
    "nn.bidirectional_rnn": "nn.static_bidirectional_rnn",
    "nn.rnn": "nn.static_rnn",
    "nn.state_saving_rnn": "nn.static_state_saving_rnn",
    "pack": "stack",
    "scalar_summary": "summary.scalar",
    "select": "where",
    "sub": "subtract",
    "train.SummaryWriter": "summary.FileWriter",
    "unpack": "unstack",
}


def concat(*positional, **named):
    """`tf.concat(values, axis)` and, before 1.0, `tf.concat(concat_dim, values)`."""
    first, second = (*positional, None, None)[:2]
    if "concat_dim" in named or isinstance(first, int) or isinstance(second, (list, tuple)):
        return _old_concat(*positional, **named)
    return _v1().concat(*positional, **named)


def _old_concat(concat_dim, values, name="concat"):
    return _v1().concat(values, concat_dim, name=name)


def split(*positional, **named):
    """`tf.split(value, num_or_size_splits, axis)` and, before 1.0, `tf.split(split_dim, num_split, value)`."""
    if {"split_dim", "num_split"} & set(named) or positional and isinstance(positional[0], int):
        return _old_split(*positional, **named)
    return _v1().split(*positional, **named)


def _old_split(split_dim, num_split, value, name="split"):
    return _v1().split(value, num_split, split_dim, name=name)


def softmax_cross_entropy_with_logits(*positional, labels=None, logits=None, dim=-1, name=None, axis=None):
    """By name and, before 1.0, `(logits, labels, dim)`."""
    logits, labels, dim = _old_order(positional, logits, labels, dim)
    return _v1().nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits, dim=dim, name=name, axis=axis)


def sparse_softmax_cross_entropy_with_logits(*positional, labels=None, logits=None, name=None):
    """By name and, before 1.0, `(logits, labels)`."""
    logits, labels, _ = _old_order(positional, logits, labels, None)
    return _v1().nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits, name=name)


def sigmoid_cross_entropy_with_logits(*positional, labels=None, logits=None, name=None):
    """By name and, before 1.0, `(logits, targets)`."""
    logits, labels, _ = _old_order(positional, logits, labels, None)
    return _v1().nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits, name=name)


def ctc_loss(labels=None, inputs=None, sequence_length=None, *positional, **named):
    """`tf.nn.ctc_loss(labels, inputs, sequence_length)` and, before 1.0, `(inputs, labels, sequence_length)`."""
    v1 = _v1()
    if isinstance(inputs, v1.SparseTensor):
        labels, inputs = inputs, labels
    return v1.nn.ctc_loss(labels, inputs, sequence_length, *positional, **named)


def sampled_softmax_loss(weights, biases, labels, inputs, *positional, **named):
    """`(weights, biases, labels, inputs, ...)` and, before 1.0, `(weights, biases, inputs, labels, ...)`."""
    return _v1().nn.sampled_softmax_loss(weights, biases, *_labels_first(labels, inputs), *positional, **named)


def nce_loss(weights, biases, labels, inputs, *positional, **named):
    """`(weights, biases, labels, inputs, ...)` and, before 1.0, `(weights, biases, inputs, labels, ...)`."""
    return _v1().nn.nce_loss(weights, biases, *_labels_first(labels, inputs), *positional, **named)


def embedding_rnn_seq2seq(
    encoder_inputs, decoder_inputs, cell, num_encoder_symbols, num_decoder_symbols, *rest, **named
):
    """With an embedding as wide as the cell, which TF 0.7 and older did not let one choose."""
    given = (encoder_inputs, decoder_inputs, cell, num_encoder_symbols, num_decoder_symbols)
    return _seq2seq().embedding_rnn_seq2seq(*given, *_with_size(cell, rest, named), **named)


def embedding_attention_seq2seq(
    encoder_inputs, decoder_inputs, cell, num_encoder_symbols, num_decoder_symbols, *rest, **named
):
    """With an embedding as wide as the cell, which TF 0.7 and older did not let one choose."""
    given = (encoder_inputs, decoder_inputs, cell, num_encoder_symbols, num_decoder_symbols)
    return _seq2seq().embedding_attention_seq2seq(*given, *_with_size(cell, rest, named, heads=1), **named)


def _with_size(cell, rest, named, heads=0):
    """The arguments with the size in front. TF 0.8 and later have it there: one whole number more than before."""
    numbers = [isinstance(value, int) for value in rest[: heads + 1]]
    given = "embedding_size" in named or numbers == [True] * (heads + 1)
    return rest if given else (cell.output_size, *rest)


def _seq2seq():
    return importlib.import_module("legacy_tf1.contrib.legacy_seq2seq")


def _labels_first(labels, inputs):
    v1 = _v1()
    kinds = [v1.convert_to_tensor(value).dtype.is_integer for value in (labels, inputs) if v1.is_tensor(value)]
    return (inputs, labels) if kinds == [False, True] else (labels, inputs)


def _old_order(positional, logits, labels, dim):
    """`(logits, labels, dim)`; TF 1.x takes none by position, so a position can only mean the old order."""
    given = (*positional, *(None,) * (3 - len(positional)))
    return tuple(old if old is not None else new for old, new in zip(given, (logits, labels, dim), strict=True))


def _v1():
    return importlib.import_module("tensorflow.compat.v1")
