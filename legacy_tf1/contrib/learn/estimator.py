"""`tf.contrib.learn.Estimator`: training, evaluation and prediction of a model function.

A model function takes `(features, labels)` and, where it asks for them, `mode`, `params`, `config` and
`model_dir`; it returns `ModelFnOps`, or `(predictions, loss, train_op)`.
Source: tensorflow 1.15, contrib/learn/python/learn/estimators/estimator.py and model_fn.py.
"""

from __future__ import annotations

import collections
import functools
import inspect
import os
import tempfile

import numpy
import tensorflow as tf
from tensorflow.python.training import evaluation, training_util

from legacy_tf1.contrib.learn import ModeKeys, NotFittedError
from legacy_tf1.contrib.learn.feeder import Feeder
from legacy_tf1.contrib.learn.monitors import replace_monitors_with_hooks
from legacy_tf1.contrib.learn.run_config import RunConfig

__all__ = ["Estimator", "MetricSpec", "ModelFnOps", "SKCompat"]

_v1 = tf.compat.v1
_FIELDS = (
    "predictions loss train_op eval_metric_ops output_alternatives training_chief_hooks training_hooks scaffold mode"
)


class ModelFnOps(collections.namedtuple("ModelFnOps", _FIELDS)):
    """What a model function returns.

    Raises:
        ValueError: a part that this mode needs is missing.
    """

    def __new__(
        cls,
        mode,
        predictions=None,
        loss=None,
        train_op=None,
        eval_metric_ops=None,
        output_alternatives=None,
        training_chief_hooks=None,
        training_hooks=None,
        scaffold=None,
    ):
        ModeKeys.validate(mode)
        if train_op is None and mode == ModeKeys.TRAIN:
            raise ValueError("Missing train_op.")
        if loss is None and mode in (ModeKeys.TRAIN, ModeKeys.EVAL):
            raise ValueError("Missing loss.")
        if predictions is None and mode == ModeKeys.INFER:
            raise ValueError("Missing predictions.")
        return super().__new__(
            cls,
            predictions=_tensors(predictions),
            loss=None if loss is None else tf.reshape(loss, []) if loss.shape.rank else loss,
            train_op=train_op,
            eval_metric_ops=dict(eval_metric_ops or {}),
            output_alternatives=output_alternatives,
            training_chief_hooks=tuple(training_chief_hooks or ()),
            training_hooks=tuple(training_hooks or ()),
            scaffold=scaffold,
            mode=mode,
        )


class MetricSpec:
    """Which metric to compute from which prediction and label, as `evaluate(metrics=...)` takes it.

    The metric function takes `predictions`, `labels` and, with a `weight_key`, `weights`: by these names
    where it has them, else in this order.
    """

    def __init__(self, metric_fn, prediction_key=None, label_key=None, weight_key=None):
        self.metric_fn, self.weight_key = metric_fn, weight_key
        self.prediction_key, self.label_key = prediction_key, label_key

    def create_metric_ops(self, inputs, labels, predictions):
        """The metric's value and its update."""
        given = {"predictions": _chosen(predictions, self.prediction_key), "labels": _chosen(labels, self.label_key)}
        if self.weight_key is not None:
            given["weights"] = _chosen(inputs, self.weight_key)
        if set(given) <= set(_arguments(self.metric_fn)):
            return self.metric_fn(**given)
        return self.metric_fn(*given.values())


class Estimator:
    """Trains, evaluates and asks a model function; its state is in the checkpoints of `model_dir`.

    Args:
        model_fn: the model function.
        model_dir: folder of checkpoints and summaries; None takes `config`'s, else a temporary folder.
        config: a `RunConfig`.
        params: passed on to the model function.
        feature_engineering_fn: called with features and labels before the model function is.
    """

    def __init__(self, model_fn=None, model_dir=None, config=None, params=None, feature_engineering_fn=None):
        if params is not None and "params" not in _arguments(model_fn):
            raise ValueError(f"model_fn ({model_fn}) takes no params, but params ({params}) were given")
        config = config or RunConfig()
        model_dir = model_dir or config.model_dir or tempfile.mkdtemp()
        self.params, self.model_dir = params, model_dir
        self.config = config if config.model_dir else config.replace(model_dir=model_dir)
        self._model_fn, self._engineer = model_fn, feature_engineering_fn or (lambda x, y: (x, y))
        self._session_config = config.session_config or _v1.ConfigProto(allow_soft_placement=True)
        self._labels_seen = None

    def fit(self, x=None, y=None, input_fn=None, steps=None, batch_size=None, monitors=None, max_steps=None):
        """Train for `steps` more steps, or up to step `max_steps`."""
        if steps is not None and max_steps is not None:
            raise ValueError("Can not provide both steps and max_steps.")
        if x is not None:
            return SKCompat(self).fit(x, y, batch_size, steps, max_steps, monitors)._estimator
        checkpoint = _v1.train.latest_checkpoint(self.model_dir)
        if max_steps is not None and checkpoint and _v1.train.load_variable(checkpoint, "global_step") >= max_steps:
            return self
        hooks = replace_monitors_with_hooks(monitors, self)
        if steps is not None or max_steps is not None:
            hooks.append(_v1.train.StopAtStepHook(steps, max_steps))
        self._train(input_fn, hooks)
        return self

    def partial_fit(self, x=None, y=None, input_fn=None, steps=1, batch_size=None, monitors=None):
        """One step more, or `steps`."""
        return self.fit(x, y, input_fn, steps, batch_size, monitors)

    def evaluate(
        self,
        x=None,
        y=None,
        input_fn=None,
        feed_fn=None,
        batch_size=None,
        steps=None,
        metrics=None,
        name=None,
        checkpoint_path=None,
        hooks=None,
        log_progress=True,
    ):
        """A dict of the metrics over the input, or over `steps` batches of it; loss and global step are in it."""
        if x is not None:
            return SKCompat(self).score(x, y, batch_size, steps, metrics, name)
        checkpoint = checkpoint_path or self._checkpoint()
        with self._graph():
            step = _v1.train.get_global_step()
            features, labels = input_fn()
            model = self._call(features, labels, ModeKeys.EVAL)
            wanted = model.eval_metric_ops
            for key, spec in (metrics or {}).items():
                wanted[key] = spec.create_metric_ops(features, labels, model.predictions)
            wanted.setdefault("loss", _v1.metrics.mean(model.loss))
            updates = [metric[1] for metric in wanted.values() if isinstance(metric, (list, tuple))]
            values = {key: m[0] if isinstance(m, (list, tuple)) else m for key, m in wanted.items()}
            hooks = list(hooks or ()) + ([_v1.train.FeedFnHook(feed_fn)] if feed_fn else [])
            if steps:
                hooks.append(evaluation._StopAfterNEvalsHook(steps, log_progress=log_progress))
            found = evaluation._evaluate_once(
                checkpoint_path=checkpoint,
                master=self.config.evaluation_master,
                scaffold=model.scaffold,
                eval_ops=tf.group(*updates) if updates else None,
                final_ops={**values, "global_step": step},
                hooks=hooks,
                config=self._session_config,
            )
        self._summarize(found, f"eval_{name}" if name else "eval")
        return found

    def predict(self, x=None, input_fn=None, batch_size=None, outputs=None, as_iterable=True, iterate_batches=False):
        """Predictions one by one, or batch by batch; not `as_iterable`: those of one batch."""
        if x is not None and not as_iterable:
            return SKCompat(self).predict(x, batch_size, outputs)
        feeder = None if x is None else Feeder(x, None, batch_size, shuffle=False, epochs=1)
        batches = self._predictions(feeder.input_builder if feeder else input_fn, feeder and feeder.feed, outputs)
        if not as_iterable:
            return next(batches)
        return batches if iterate_batches else (one for batch in batches for one in _single(batch))

    def get_variable_names(self):
        """Names of all variables of the latest checkpoint."""
        return [name for name, _ in _v1.train.list_variables(self.model_dir)]

    def get_variable_value(self, name):
        """Value of one variable of the latest checkpoint."""
        return _v1.train.load_variable(self.model_dir, name)

    def _checkpoint(self) -> str:
        found = _v1.train.latest_checkpoint(self.model_dir)
        if not found:
            raise NotFittedError(f"Couldn't find trained model at {self.model_dir}.")
        return found

    def _graph(self):
        graph = tf.Graph()
        with graph.as_default():
            _v1.set_random_seed(self.config.tf_random_seed)
            _v1.train.create_global_step()
        return graph.as_default()

    def _call(self, features, labels, mode) -> ModelFnOps:
        features, labels = self._engineer(features, labels)
        offered = {"mode": mode, "params": self.params, "config": self.config, "model_dir": self.model_dir}
        asked = _arguments(self._model_fn)
        found = self._model_fn(features, labels, **{key: value for key, value in offered.items() if key in asked})
        if isinstance(found, ModelFnOps):
            return found
        if len(found) != 3:
            raise ValueError("Unrecognized value returned by model_fn, please return ModelFnOps.")
        return ModelFnOps(mode, *found)

    def _train(self, input_fn, hooks) -> None:
        with self._graph():
            features, labels = input_fn()
            self._labels_seen = labels
            training_util._get_or_create_global_step_read()  # as TF 1.15: op seeds count every op
            step = _v1.train.get_global_step()
            model = self._call(features, labels, ModeKeys.TRAIN)
            _v1.add_to_collection(_v1.GraphKeys.LOSSES, model.loss)
            hooks = [
                *hooks,
                _v1.train.NanTensorHook(model.loss),
                _v1.train.LoggingTensorHook({"loss": model.loss, "step": step}, every_n_iter=100),
                *model.training_hooks,
            ]
            scaffold = model.scaffold or _v1.train.Scaffold()
            if not (scaffold.saver or _v1.get_collection(_v1.GraphKeys.SAVERS)):
                _v1.add_to_collection(_v1.GraphKeys.SAVERS, self._saver())
            chief = list(model.training_chief_hooks)
            saves = self.config.save_checkpoints_secs or self.config.save_checkpoints_steps
            if saves and not any(isinstance(hook, _v1.train.CheckpointSaverHook) for hook in hooks + chief):
                chief.append(
                    _v1.train.CheckpointSaverHook(
                        self.model_dir,
                        save_secs=self.config.save_checkpoints_secs,
                        save_steps=self.config.save_checkpoints_steps,
                        scaffold=scaffold,
                    )
                )
            with _v1.train.MonitoredTrainingSession(
                master=self.config.master,
                is_chief=self.config.is_chief,
                checkpoint_dir=self.model_dir,
                scaffold=scaffold,
                hooks=hooks,
                chief_only_hooks=chief,
                save_checkpoint_secs=0,  # the hook above does it
                save_summaries_steps=self.config.save_summary_steps,
                config=self._session_config,
            ) as session:
                while not session.should_stop():
                    session.run([model.train_op, model.loss])

    def _saver(self):
        return _v1.train.Saver(
            sharded=True,
            max_to_keep=self.config.keep_checkpoint_max,
            keep_checkpoint_every_n_hours=self.config.keep_checkpoint_every_n_hours,
            defer_build=True,
            save_relative_paths=True,
        )

    def _predictions(self, input_fn, feed_fn, outputs):
        checkpoint = self._checkpoint()
        with self._graph():
            found = input_fn()
            features = found[0] if isinstance(found, (list, tuple)) else found
            labels = tf.nest.map_structure(
                lambda seen: _v1.placeholder(seen.dtype, [None, *seen.shape[1:]]), self._labels_seen
            )
            model = self._call(features, labels, ModeKeys.INFER)
            wanted = model.predictions
            if outputs:
                wanted = {key: wanted[key] for key in outputs if key in wanted}
            queues = _v1.get_collection(_v1.GraphKeys.QUEUE_RUNNERS)
            session = _v1.train.MonitoredSession(
                _v1.train.ChiefSessionCreator(
                    checkpoint_filename_with_path=checkpoint, scaffold=model.scaffold, config=self._session_config
                )
            )
        with session:
            while not session.should_stop():
                yield session.run(wanted, feed_fn() if feed_fn else None)
                if not queues and not feed_fn:  # a constant input: it would come for ever
                    return

    def _summarize(self, found: dict, folder: str) -> None:
        said = ", ".join(f"{key} = {found[key]!s}" for key in sorted(found))
        _v1.logging.info("Saving dict for global step %d: %s", found["global_step"], said)
        values = [
            _v1.Summary.Value(tag=key, simple_value=float(value))
            for key, value in found.items()
            if key != "global_step" and numpy.ndim(value) == 0 and not isinstance(value, (bytes, str))
        ]
        writer = _v1.summary.FileWriterCache.get(os.path.join(self.model_dir, folder))
        writer.add_summary(_v1.Summary(value=values), found["global_step"])
        writer.flush()


class SKCompat:
    """An estimator with scikit-learn's `fit`, `score` and `predict` on arrays."""

    def __init__(self, estimator):
        self._estimator = estimator

    def fit(self, x, y, batch_size=128, steps=None, max_steps=None, monitors=None):
        feeder = Feeder(x, y, batch_size, shuffle=True, epochs=None)
        hooks = [_v1.train.FeedFnHook(feeder.feed), *(monitors or ())]
        self._estimator.fit(input_fn=feeder.input_builder, steps=steps, max_steps=max_steps, monitors=hooks)
        return self

    def score(self, x, y, batch_size=128, steps=None, metrics=None, name=None):
        feeder = Feeder(x, y, batch_size, shuffle=False, epochs=1)
        return self._estimator.evaluate(
            input_fn=feeder.input_builder, feed_fn=feeder.feed, steps=steps, metrics=metrics, name=name
        )

    def predict(self, x, batch_size=128, outputs=None):
        batches = list(self._estimator.predict(x, batch_size=batch_size, outputs=outputs, iterate_batches=True))
        if isinstance(batches[0], dict):
            return {key: numpy.concatenate([batch[key] for batch in batches]) for key in batches[0]}
        return numpy.concatenate(batches)


def _arguments(function) -> tuple[str, ...]:
    if isinstance(function, functools.partial):
        return tuple(name for name in inspect.signature(function).parameters if name not in function.keywords)
    return tuple(inspect.signature(function).parameters)


def _chosen(tensors, key):
    if not isinstance(tensors, dict):
        return tensors
    return tensors[key] if key is not None else next(iter(tensors.values()))


def _single(batch):
    if not isinstance(batch, dict):
        yield from batch
        return
    for row in range(len(next(iter(batch.values())))):
        yield {key: value[row] for key, value in batch.items()}


def _tensors(predictions):
    if isinstance(predictions, dict):
        return {key: tf.convert_to_tensor(value) for key, value in predictions.items()}
    return predictions if predictions is None else tf.convert_to_tensor(predictions)
