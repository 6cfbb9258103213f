"""`multi_head`: several heads over one vector of logits, each with its own labels, trained on the sum of their losses.

Predictions get the keys (head's name, key); metrics and exports the head's name in theirs; the first head is
the one that is served by default.
Source: tensorflow-estimator 1.15, contrib/estimator/python/estimator/multi_head.py.
"""

from __future__ import annotations

import functools

import tensorflow.compat.v1 as tf

from legacy_tf1.contrib.estimator.heads import library
from legacy_tf1.estimators import exported

__all__ = ["multi_head"]

_SERVED = tf.saved_model.signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY
_PREDICT = library._PREDICT_SERVING_KEY


def multi_head(heads, head_weights=None):
    """One head out of several, each of which has a name; labels are a dict by these names.

    Raises:
        ValueError: no heads, a head without a name, or another number of weights than of heads.
    """
    if head_weights and len(head_weights) != len(heads):
        raise ValueError(
            "heads and head_weights must have the same size. "
            f"Given len(heads): {len(heads)}. Given len(head_weights): {len(head_weights)}."
        )
    if not heads:
        raise ValueError(f"Must specify heads. Given: {heads}")
    for head in heads:
        if not head.name:
            raise ValueError(f"All given heads must have name specified. Given: {head}")
    return _MultiHead(tuple(heads), tuple(head_weights or ()))


class _MultiHead(library._Head):
    def __init__(self, heads, head_weights):
        self._heads, self._head_weights = heads, head_weights

    @property
    def name(self):
        return "_".join(head.name for head in self._heads)

    @property
    def logits_dimension(self):
        return sum(head.logits_dimension for head in self._heads)

    def create_loss(self, features, mode, logits, labels):
        parts = self._split(logits)
        specs = [head.create_loss(features, mode, parts[head.name], labels[head.name]) for head in self._heads]
        weights = self._head_weights or [None] * len(specs)

        def by_name(field, weighted=True):
            return {
                head.name: _times(getattr(spec, field), weight if weighted else None)
                for head, spec, weight in zip(self._heads, specs, weights, strict=True)
            }

        return library.LossSpec(
            training_loss=self._merged([spec.training_loss for spec in specs]),
            unreduced_loss=by_name("unreduced_loss"),
            weights=by_name("weights"),
            processed_labels=by_name("processed_labels", weighted=False),
        )

    def create_estimator_spec(self, features, mode, logits, labels=None, optimizer=None, train_op_fn=None):
        if labels and not isinstance(labels, dict):
            raise ValueError(f"labels must be a dict. Given: {labels}")
        parts = self._split(logits)
        specs = [
            head.create_estimator_spec(
                features=features,
                mode=mode,
                logits=parts[head.name],
                labels=labels[head.name] if labels else None,
                train_op_fn=lambda loss: tf.no_op(),
            )
            for head in self._heads
        ]
        modes = exported.ModeKeys
        if mode == modes.TRAIN:
            return self._merge_train(specs, optimizer, train_op_fn)
        if mode == modes.PREDICT:
            return self._merge_predict(specs)
        if mode == modes.EVAL:
            return self._merge_eval(specs)
        raise ValueError(f"mode={mode} unrecognized")

    def _split(self, logits):
        """{head's name: its logits}, cut from the last axis; a dict is taken as it is."""
        if isinstance(logits, dict):
            return logits
        with tf.name_scope(None, "split_logits", values=[logits]):
            logits = tf.convert_to_tensor(logits)
            sizes = [head.logits_dimension for head in self._heads]
            if logits.shape[-1].value not in (None, sum(sizes)):
                raise ValueError(
                    f"Could not split logits of shape {logits.shape.as_list()} among the heads with individual logits"
                    f" dimensions: {sizes}. The last dimension of the logits tensor should equal {sum(sizes)}"
                    f" but is {logits.shape[-1].value}."
                )
            parts = tf.split(logits, sizes, axis=-1)
            return {head.name: part for head, part in zip(self._heads, parts, strict=True)}

    def _merged(self, losses):
        with tf.name_scope("merge_losses", values=losses):
            weights = self._head_weights or [None] * len(losses)
            return tf.add_n([_times(loss, weight) for loss, weight in zip(losses, weights, strict=True)])

    def _predictions(self, specs):
        return {
            (head.name, key): value
            for head, spec in zip(self._heads, specs, strict=True)
            for key, value in spec.predictions.items()
        }

    def _merge_train(self, specs, optimizer, train_op_fn):
        loss = self._merged([spec.loss for spec in specs])
        if (optimizer is None) == (train_op_fn is None):
            fault = "set" if optimizer is not None else "None"
            raise ValueError(f"train_op_fn and optimizer cannot both be {fault}.")
        if optimizer is not None:
            train_op_fn = functools.partial(optimizer.minimize, global_step=tf.train.get_global_step())
        train_op = train_op_fn(loss)
        with tf.name_scope(""):
            tf.summary.scalar("loss", loss)
        return exported.EstimatorSpec(
            mode=exported.ModeKeys.TRAIN, loss=loss, train_op=train_op, predictions=self._predictions(specs)
        )

    def _merge_predict(self, specs):
        outputs, merged = {}, {}
        for head, spec in zip(self._heads, specs, strict=True):
            for key, value in spec.export_outputs.items():
                outputs[head.name if key == _SERVED else f"{head.name}/{key}"] = value
                if key == _PREDICT:
                    merged.update({f"{head.name}/{name}": each for name, each in value.outputs.items()})
        first = specs[0].export_outputs
        outputs[_SERVED] = first[_SERVED] if len(first) > 1 else next(iter(first.values()))
        outputs[_PREDICT] = exported.export.PredictOutput(merged)
        return exported.EstimatorSpec(
            mode=exported.ModeKeys.PREDICT, predictions=self._predictions(specs), export_outputs=outputs
        )

    def _merge_eval(self, specs):
        metrics = {}
        with tf.name_scope("merge_eval"):
            for head, spec in zip(self._heads, specs, strict=True):
                key = library._summary_key(head.name, "loss")
                metrics[key] = tf.metrics.mean(spec.loss, name=key)
                metrics.update(spec.eval_metric_ops or {})
            loss = self._merged([spec.loss for spec in specs])
        return exported.EstimatorSpec(
            mode=exported.ModeKeys.EVAL, predictions=self._predictions(specs), loss=loss, eval_metric_ops=metrics
        )


def _times(value, weight):
    return value if weight is None else tf.multiply(value, weight)
