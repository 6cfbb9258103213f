"""`tf.contrib.learn.Experiment` and `learn_runner.run`: an estimator with its inputs, run by one call.

Source: tensorflow 1.15, contrib/learn/python/learn/experiment.py and learn_runner.py.
"""

from __future__ import annotations

import inspect

__all__ = ["Experiment", "run"]


class Experiment:
    """An estimator of `tf.contrib.learn` or `tf.estimator` with what it is trained and evaluated on.

    `train_and_evaluate` evaluates every `train_steps_per_iteration` steps (or `min_eval_frequency`), else
    once at the end.
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
        self._every = train_steps_per_iteration or min_eval_frequency or local_eval_frequency

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
        done = 0
        while self._every and self.train_steps and done < self.train_steps:
            done = min(done + self._every, self.train_steps)
            self._train(done)
            found = self._evaluate(self.eval_steps, None)
        if not done:
            self._train(self.train_steps)
            found = self._evaluate(self.eval_steps, None)
        return found, []

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
        return self.estimator.train(input_fn=self._inputs[0], max_steps=steps, hooks=self._monitors)

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
