"""`tf.contrib.learn.Experiment` and `learn_runner.run`: an estimator with its inputs, run by one call.

Source: tensorflow 1.15, contrib/learn/python/learn/experiment.py and learn_runner.py.
"""

from __future__ import annotations

import inspect

from legacy_tf1.contrib.learn.monitors import ValidationMonitor, replace_monitors_with_hooks

__all__ = ["Experiment", "run"]


class Experiment:
    """An estimator of `tf.contrib.learn` or `tf.estimator` with what it is trained and evaluated on.

    `train_and_evaluate` evaluates once at the end, and before that every `min_eval_frequency` steps where there
    is a new checkpoint; 0: at the end only.
    """

    def __init__(
        self,
        estimator,
        train_input_fn,
        eval_input_fn,
        eval_metrics=None,
        train_steps=None,
        eval_steps=100,
        train_monitors=None,
        eval_hooks=None,
        local_eval_frequency=None,
        eval_delay_secs=120,
        continuous_eval_throttle_secs=60,
        min_eval_frequency=None,
        delay_workers_by_global_step=False,
        export_strategies=None,
        train_steps_per_iteration=None,
        checkpoint_and_export=False,
        saving_listeners=None,
        check_interval_secs=5,
    ):
        self.estimator, self.train_steps, self.eval_steps = estimator, train_steps, eval_steps
        self.eval_metrics = eval_metrics
        self._inputs, self._eval_hooks = (train_input_fn, eval_input_fn), eval_hooks
        self._monitors = list(train_monitors or ())
        self._every = 1 if min_eval_frequency is None else min_eval_frequency

    def extend_train_hooks(self, additional_hooks):
        """Train with these hooks as well."""
        self._monitors.extend(additional_hooks)

    def train(self, delay_secs=None):
        """Train up to `train_steps`."""
        return self._train(self.train_steps)

    def evaluate(self, delay_secs=None, name=None):
        """Evaluate what is trained."""
        return self._evaluate(self.eval_steps, name)

    def train_and_evaluate(self):
        """Train and evaluate in turns; returns the last evaluation and no exports."""
        if self._every:
            given = {"input_fn": self._inputs[1], "eval_steps": self.eval_steps, "metrics": self.eval_metrics}
            self._monitors.append(ValidationMonitor(**given, every_n_steps=self._every, hooks=self._eval_hooks))
        self._train(self.train_steps)
        return self._evaluate(self.eval_steps, None), []

    def local_run(self):
        """`train_and_evaluate`."""
        return self.train_and_evaluate()

    def test(self):
        """One step of training and one of evaluation."""
        self._train(1)
        return self._evaluate(1, None), []

    def _train(self, steps):
        train = getattr(self.estimator, "fit", None)
        if train is not None:
            return train(input_fn=self._inputs[0], max_steps=steps, monitors=self._monitors)
        hooks = replace_monitors_with_hooks(self._monitors, self.estimator)
        return self.estimator.train(input_fn=self._inputs[0], max_steps=steps, hooks=hooks)

    def _evaluate(self, steps, name):
        metrics = {} if self.eval_metrics is None else {"metrics": self.eval_metrics}
        return self.estimator.evaluate(
            input_fn=self._inputs[1], steps=steps, hooks=self._eval_hooks, name=name, **metrics
        )


def run(experiment_fn, output_dir=None, schedule=None, run_config=None, hparams=None):
    """Make the experiment and call the method `schedule` of it, `train_and_evaluate` unless one is named.

    Args:
        experiment_fn: called with `output_dir`, or with `run_config` and `hparams`.
        output_dir: folder of the model; this or `run_config`.
        schedule: name of a method of `Experiment`.
        run_config: a `RunConfig` with a `model_dir`.
        hparams: passed on.

    Raises:
        ValueError: there is neither or both of `output_dir` and `run_config`, or no such schedule.
        TypeError: `experiment_fn` returned no experiment.
    """
    if (output_dir is None) == (run_config is None):
        raise ValueError("Must provide either `output_dir` or `run_config`, but not both.")
    if run_config is None:
        experiment = experiment_fn(output_dir)
    elif "hparams" in inspect.signature(experiment_fn).parameters or hparams is not None:
        experiment = experiment_fn(run_config=run_config, hparams=hparams)
    else:
        experiment = experiment_fn(run_config, hparams)
    if not isinstance(experiment, Experiment):
        raise TypeError(f"Experiment builder did not return an Experiment instance, got {type(experiment)} instead.")
    task = getattr(experiment, schedule or "train_and_evaluate", None)
    if not callable(task):
        raise ValueError(f"Schedule references non-existent task {schedule}")
    return task()
