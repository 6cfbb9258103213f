"""`tf.contrib.learn.monitors`: what an estimator of `tf.contrib.learn` does beside its training steps.

A monitor names tensors before a step and is given their values after it; steps are numbered from 1, and go on
where the checkpoint ended. For a session they are all one hook, `RunHookAdapterForMonitors`.
Source: tensorflow 1.15, contrib/learn/python/learn/monitors.py.
"""

from __future__ import annotations

import os
import time

import numpy
import tensorflow as tf

__all__ = [
    "BaseMonitor", "CaptureVariable", "CheckpointSaver", "EveryN", "LoggingTrainable", "NanLoss",
    "NanLossDuringTrainingError", "PrintTensor", "RunHookAdapterForMonitors", "StepCounter", "StopAtStep",
    "SummarySaver", "ValidationMonitor", "get_default_monitors", "replace_monitors_with_hooks",
]  # fmt: skip

_v1 = tf.compat.v1
_log = _v1.logging


class NanLossDuringTrainingError(RuntimeError):
    """The loss became NaN."""

    def __str__(self):
        return "NaN loss during training."


class BaseMonitor:
    """Does nothing at any of the moments at which a monitor is called."""

    run_on_all_workers = False

    def __init__(self, *arguments, **named):
        self._estimator = None

    def set_estimator(self, estimator):
        """The estimator that trains, before `begin`."""
        if estimator is None:
            raise ValueError("Missing estimator.")
        self._estimator = estimator

    def begin(self, max_steps=None):
        """Before training."""

    def end(self, session=None):
        """After training."""

    def epoch_begin(self, epoch):
        """Kept for scripts that define it; TF 1.15 does not call it."""

    def epoch_end(self, epoch):
        """As `epoch_begin`."""

    def step_begin(self, step):
        """Tensors, or their names, to run with this step."""
        return []

    def step_end(self, step, output):
        """Called with `{name: value}` of what `step_begin` asked for; True ends the training."""
        return False

    def post_step(self, step, session):
        """After the step."""


class EveryN(BaseMonitor):
    """Calls `every_n_step_begin`, `every_n_step_end` and `every_n_post_step` in the first `first_n_steps` steps, then at every n-th."""

    def __init__(self, every_n_steps=100, first_n_steps=1):
        super().__init__()
        self._every, self._first, self._max_steps = every_n_steps, first_n_steps, None
        self._last = self._last_done = self._last_post = 0

    def begin(self, max_steps=None):
        self._max_steps = max_steps

    def every_n_step_begin(self, step):
        """Tensors, or their names, to run with this step."""
        return []

    def every_n_step_end(self, step, outputs):
        """As `step_end`."""
        return False

    def every_n_post_step(self, step, session):
        """As `post_step`."""

    def step_begin(self, step):
        if self._due(step, self._last):
            self._last = step
            return self.every_n_step_begin(step)
        return []

    def step_end(self, step, output):
        self._last_done = step
        return self.every_n_step_end(step, output) if step == self._last else False

    def post_step(self, step, session):
        if self._due(step, self._last_post):
            self._last_post = step
            self.every_n_post_step(step, session)

    def _due(self, step: int, last: int) -> bool:
        return step <= self._first or step >= self._every + last or step == self._max_steps

    def end(self, session=None):
        if self._last_done != self._last_post:  # the values of the last step are not lost
            self._last_post = self._last_done
            self.every_n_post_step(self._last_done, session)


class StopAtStep(BaseMonitor):
    """Ends the training after `num_steps` more steps, or after step `last_step`."""

    def __init__(self, num_steps=None, last_step=None):
        super().__init__()
        if (num_steps is None) == (last_step is None):
            raise ValueError("Exactly one of num_steps and last_step must be given.")
        self._number, self._last_step = num_steps, last_step

    def step_begin(self, step):
        if self._last_step is None:
            self._last_step = step + self._number - 1
        return []

    def step_end(self, step, output):
        return step >= self._last_step


class PrintTensor(EveryN):
    """Logs tensors, named by a list or `{what the log calls it: name}`."""

    def __init__(self, tensor_names, every_n=100, first_n=1):
        super().__init__(every_n, first_n)
        self._names = tensor_names if isinstance(tensor_names, dict) else {name: name for name in tensor_names}

    def every_n_step_begin(self, step):
        return list(self._names.values())

    def every_n_step_end(self, step, outputs):
        found = [f"{tag} = {outputs[name]!s}" for tag, name in self._names.items() if name in outputs]
        _log.info("Step %d: %s", step, ", ".join(found))
        return False


class LoggingTrainable(EveryN):
    """Logs the trainable variables, or those of one scope."""

    def __init__(self, scope=None, every_n=100, first_n=1):
        super().__init__(every_n, first_n)
        self._scope = scope

    def every_n_step_begin(self, step):
        self._names = [variable.name for variable in _v1.trainable_variables(self._scope)]
        return self._names

    def every_n_step_end(self, step, outputs):
        found = [f"{name} = {outputs[name]!s}" for name in self._names if name in outputs]
        _log.info("Logging Trainable: Step %d: %s", step, ", ".join(found))
        return False


class CaptureVariable(EveryN):
    """Keeps the values of a variable: `values` is `{step: value}`."""

    def __init__(self, var_name, every_n=100, first_n=1):
        super().__init__(every_n, first_n)
        self._name, self.values = var_name, {}

    def every_n_step_begin(self, step):
        return [self._name]

    def every_n_step_end(self, step, outputs):
        self.values[step] = outputs[self._name]
        return False


class NanLoss(EveryN):
    """Ends the training when the loss is NaN, with NanLossDuringTrainingError if `fail_on_nan_loss`."""

    def __init__(self, loss_tensor, every_n_steps=100, fail_on_nan_loss=True):
        super().__init__(every_n_steps)
        self._loss, self._fails = loss_tensor, fail_on_nan_loss

    def every_n_step_begin(self, step):
        return [self._loss]

    def every_n_step_end(self, step, outputs):
        if not numpy.isnan(outputs[_name(self._loss)]):
            return False
        if self._fails:
            _log.error("Model diverged with loss = NaN.")
            raise NanLossDuringTrainingError
        _log.warning("Model diverged with loss = NaN.")
        return True


class SummarySaver(EveryN):
    """Writes a summary op's value to `output_dir`."""

    def __init__(self, summary_op, save_steps=100, output_dir=None, summary_writer=None, scaffold=None):
        super().__init__(save_steps)
        if (summary_op is None) == (scaffold is None):
            raise ValueError("Exactly one of summary_op and scaffold must be given.")
        self._op, self._scaffold = summary_op, scaffold
        self._folder, self._writer = output_dir, summary_writer

    def set_estimator(self, estimator):
        super().set_estimator(estimator)
        if self._writer is None:
            self._writer = _v1.summary.FileWriterCache.get(self._folder or estimator.model_dir)

    def every_n_step_begin(self, step):
        self._op = self._op if self._scaffold is None else self._scaffold.summary_op
        return [] if self._op is None else [self._op]

    def every_n_step_end(self, step, outputs):
        if self._op is not None and self._writer is not None:
            self._writer.add_summary(outputs[_name(self._op)], step)
        return False

    def end(self, session=None):
        super().end(session)
        if self._writer is not None:
            self._writer.flush()


class StepCounter(EveryN):
    """Writes how many steps a second are made."""

    def __init__(self, every_n_steps=100, output_dir=None, summary_writer=None):
        super().__init__(every_n_steps)
        self._writer = summary_writer or (output_dir and _v1.summary.FileWriterCache.get(output_dir))
        self._before = None

    def set_estimator(self, estimator):
        super().set_estimator(estimator)
        self._writer = self._writer or _v1.summary.FileWriterCache.get(estimator.model_dir)

    def every_n_step_end(self, step, outputs):
        now = time.time()
        if self._before is not None and self._writer is not None:
            rate = (step - self._before[0]) / max(now - self._before[1], 1e-9)
            value = _v1.Summary.Value(tag="global_step/sec", simple_value=rate)
            self._writer.add_summary(_v1.Summary(value=[value]), step)
        self._before = step, now
        return False


class CheckpointSaver(BaseMonitor):
    """Saves checkpoints every `save_steps` steps or `save_secs` seconds, and after the last step."""

    def __init__(
        self,
        checkpoint_dir,
        save_secs=None,
        save_steps=None,
        saver=None,
        checkpoint_basename="model.ckpt",
        scaffold=None,
    ):
        super().__init__()
        self._path = os.path.join(checkpoint_dir, checkpoint_basename)
        if (saver is None) == (scaffold is None):
            raise ValueError("Exactly one of saver and scaffold must be given.")
        self._saver, self._scaffold = saver, scaffold
        self._timer = _v1.train.SecondOrStepTimer(every_secs=save_secs, every_steps=save_steps)
        self._last = 0

    def begin(self, max_steps=None):
        self._timer.reset()

    def step_begin(self, step):
        self._last = step
        return []

    def post_step(self, step, session):
        if self._timer.should_trigger_for_step(step):
            self._save(step, session)

    def end(self, session=None):
        self._save(self._last, session)

    def _save(self, step, session) -> None:
        self._timer.update_last_triggered_step(step)
        _log.info("Saving checkpoints for %d into %s.", step, self._path)
        (self._saver or self._scaffold.saver).save(session, self._path, global_step=step)


class ValidationMonitor(EveryN):
    """Evaluates every `every_n_steps` steps, if there is a new checkpoint; can end the training.

    Args:
        x, y, input_fn, batch_size, metrics, hooks, name: as `Estimator.evaluate` takes them.
        eval_steps: batches of an evaluation.
        early_stopping_rounds: the training ends when so many steps made the metric no better; None: it does not.
        early_stopping_metric: which of the metrics.
        early_stopping_metric_minimize: whether less is better.
        check_interval_secs: checkpoints are looked for no more often than this.
    """

    def __init__(
        self,
        x=None,
        y=None,
        input_fn=None,
        batch_size=None,
        eval_steps=None,
        every_n_steps=100,
        metrics=None,
        hooks=None,
        early_stopping_rounds=None,
        early_stopping_metric="loss",
        early_stopping_metric_minimize=True,
        name=None,
        check_interval_secs=5,
    ):
        super().__init__(every_n_steps, first_n_steps=-1)
        if x is None and input_fn is None:
            raise ValueError("Either x or input_fn should be provided.")
        self._inputs = {"x": x, "y": y} if input_fn is None else {"input_fn": input_fn}
        if batch_size is not None:
            self._inputs["batch_size"] = batch_size
        self._steps, self._metrics, self._hooks, self._name = eval_steps, metrics, hooks, name
        self._rounds, self._metric, self._less = (
            early_stopping_rounds,
            early_stopping_metric,
            early_stopping_metric_minimize,
        )
        self._interval, self._looked, self._checkpoint = check_interval_secs, None, None
        self.early_stopped, self.best_step, self.best_value, self.best_metrics = False, None, None, None

    def every_n_step_end(self, step, outputs):
        super().every_n_step_end(step, outputs)
        if self._estimator is None:
            raise ValueError("Missing call to set_estimator.")
        now = time.time()
        if self._interval is not None and self._looked is not None and now - self._looked < self._interval:
            return False
        self._looked = now
        checkpoint = _v1.train.latest_checkpoint(self._estimator.model_dir)
        if checkpoint is None or checkpoint == self._checkpoint:
            return False
        self._checkpoint = checkpoint
        found = self._evaluated()
        _log.info("Validation (step %d): %s", step, ", ".join(f"{key} = {value!s}" for key, value in found.items()))
        return self._rounds is not None and self._stops(step, found)

    def _evaluated(self) -> dict:
        given = {} if self._metrics is None else {"metrics": self._metrics}
        return self._estimator.evaluate(**self._inputs, **given, steps=self._steps, hooks=self._hooks, name=self._name)

    def _stops(self, step: int, found: dict) -> bool:
        value = found[self._metric]
        if self.best_value is None or (value < self.best_value) == self._less and value != self.best_value:
            self.best_value, self.best_metrics, self.best_step = value, dict(found), step
        self.early_stopped = step - self.best_step >= self._rounds
        if self.early_stopped:
            _log.info(f"Stopping. Best step: {self.best_step} with {self._metric} = {self.best_value}.")
        return self.early_stopped


class RunHookAdapterForMonitors(_v1.train.SessionRunHook):
    """Monitors as a hook of a session."""

    def __init__(self, monitors):
        self._monitors, self._step = list(monitors), None

    def begin(self):
        self._global_step = _v1.train.get_global_step()
        for monitor in self._monitors:
            monitor.begin(max_steps=None)

    def before_run(self, run_context):
        if self._step is None:
            self._step = run_context.session.run(self._global_step) + 1
        graph = _v1.get_default_graph()
        wanted = [tensor for monitor in self._monitors for tensor in monitor.step_begin(self._step) or ()]
        asked = {_name(tensor): graph.as_graph_element(tensor) for tensor in wanted}
        return _v1.train.SessionRunArgs({"asked": asked, "step": self._global_step})

    def after_run(self, run_context, run_values):
        found = run_values.results["asked"]
        if any([monitor.step_end(self._step, found) for monitor in self._monitors]):
            run_context.request_stop()
        for monitor in self._monitors:
            monitor.post_step(self._step, run_context.session)
        self._step = run_values.results["step"] + 1

    def end(self, session):
        self._step = None
        for monitor in self._monitors:
            monitor.end(session=session)


def replace_monitors_with_hooks(monitors_or_hooks, estimator):
    """The hooks of the list, and one hook for its monitors, which learn of their estimator.

    Raises:
        ValueError: something of the list is neither.
    """
    given = list(monitors_or_hooks or ())
    hooks = [one for one in given if isinstance(one, _v1.train.SessionRunHook)]
    monitors = [one for one in given if isinstance(one, BaseMonitor)]
    if len(hooks) + len(monitors) < len(given):
        raise ValueError("Only monitors and hooks can be given as monitors.")
    for monitor in monitors:
        monitor.set_estimator(estimator)
    return [*hooks, RunHookAdapterForMonitors(monitors)] if monitors else hooks


def get_default_monitors(loss_op=None, summary_op=None, save_summary_steps=100, output_dir=None, summary_writer=None):
    """Monitors that log the loss and write the summaries, of what is given."""
    found = []
    if loss_op is not None:
        found.append(PrintTensor({"loss": loss_op.name}))
    if summary_op is not None:
        found.append(SummarySaver(summary_op, save_summary_steps, output_dir, summary_writer))
    return found


def _name(tensor) -> str:
    return tensor if isinstance(tensor, str) else tensor.name
