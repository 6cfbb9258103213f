"""tf.contrib.layers' embeddings of ids: `embed_sequence`, `bow_encoder` and the lookups below them.

They never moved to tf-slim.
Source: tensorflow 1.15, contrib/layers/python/layers/encoders.py and embedding_ops.py.
"""

from __future__ import annotations

import tensorflow.compat.v1 as tf
import tf_slim
from tf_slim.layers.sparse_ops import dense_to_sparse_tensor

__all__ = ["bow_encoder", "embed_sequence", "embedding_lookup_unique", "safe_embedding_lookup_sparse"]


def __dir__():
    return __all__


def embed_sequence(
    ids, vocab_size=None, embed_dim=None, unique=False, initializer=None, regularizer=None, trainable=True, scope=None, reuse=None
):  # fmt: skip
    """Embeddings (batch, time, embed_dim) of ids (batch, time), from a variable called `embeddings`.

    Raises:
        ValueError: `vocab_size` and `embed_dim` are not both given and nothing is reused.
    """
    if not (reuse or (vocab_size and embed_dim)):
        raise ValueError("embed_sequence needs vocab_size and embed_dim, unless it reuses a variable")
    with tf.variable_scope(scope, "EmbedSequence", [ids], reuse=reuse):
        shape = [vocab_size, embed_dim] if vocab_size and embed_dim else None
        table = _embeddings(shape, initializer, regularizer, trainable)
        return embedding_lookup_unique(table, ids) if unique else tf.nn.embedding_lookup(table, ids)


def bow_encoder(
    ids, vocab_size, embed_dim, sparse_lookup=True, initializer=None, regularizer=None, trainable=True, scope=None, reuse=None
):  # fmt: skip
    """The mean embedding (batch, embed_dim) of ids (batch, time).

    With `sparse_lookup`, an id of 0 counts as no symbol, and a row of nothing but zeros is embedded as 0.

    Raises:
        ValueError: `vocab_size` or `embed_dim` is missing.
        TypeError: the ids are sparse, and the lookup is not to be.
    """
    if not vocab_size or not embed_dim:
        raise ValueError("Must specify vocab size and embedding dimension")
    is_sparse = isinstance(ids, tf.SparseTensor)
    with tf.variable_scope(scope, "bow_encoder", [ids], reuse=reuse):
        table = _embeddings([vocab_size, embed_dim], initializer, regularizer, trainable)
        if sparse_lookup:
            ids = ids if is_sparse else dense_to_sparse_tensor(ids)
            return safe_embedding_lookup_sparse([table], ids, combiner="mean", default_id=0)
        if is_sparse:
            raise TypeError(f"ids are expected to be dense Tensor, got: {ids}")
        return tf.reduce_mean(tf.nn.embedding_lookup(table, ids), axis=1)


def embedding_lookup_unique(params, ids, partition_strategy="mod", name=None):
    """`tf.nn.embedding_lookup` that looks up an id only once; the gradient of a row is one row then."""
    with tf.name_scope(name, "EmbeddingLookupUnique", [params, ids]):
        ids = tf.convert_to_tensor(ids)
        shape = tf.shape(ids)
        once, places = tf.unique(tf.reshape(ids, tf.reduce_prod(shape, keepdims=True)))
        rows = tf.nn.embedding_lookup(params, once, partition_strategy)
        embedded = tf.reshape(tf.gather(rows, places), tf.concat([shape, tf.shape(rows)[1:]], 0))
        embedded.set_shape(ids.get_shape().concatenate(rows.get_shape()[1:]))
        return embedded


def safe_embedding_lookup_sparse(
    embedding_weights,
    sparse_ids,
    sparse_weights=None,
    combiner=None,
    default_id=None,
    name=None,
    partition_strategy="div",
    max_norm=None,
):
    """Embeddings combined along the last dimension of sparse ids; ids below 0 and weights of 0 are left out.

    Args:
        combiner: "sum", "sqrtn" or "mean", which None means.
        default_id: what stands for a row without ids; zeros, where it is None.

    Raises:
        ValueError: there are no weights.
    """
    return tf.nn.safe_embedding_lookup_sparse(
        embedding_weights,
        sparse_ids,
        sparse_weights,
        combiner or "mean",
        default_id,
        name,
        partition_strategy,
        max_norm,
    )


def _embeddings(shape, initializer, regularizer, trainable):
    return tf_slim.model_variable(
        "embeddings", shape, initializer=initializer, regularizer=regularizer, trainable=trainable
    )
