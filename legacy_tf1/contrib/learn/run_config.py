"""`tf.contrib.learn.RunConfig`.

Source: tensorflow 1.15, contrib/learn/python/learn/estimators/run_config.py.
"""

from __future__ import annotations

import tensorflow as tf

from legacy_tf1.estimators import exported

__all__ = ["RunConfig"]

_v1 = tf.compat.v1
_USE_DEFAULT = 0


class RunConfig(exported.RunConfig):
    """How a training runs; it also fits `tf.estimator.Estimator`."""

    def __init__(
        self,
        master=None,
        num_cores=0,
        log_device_placement=False,
        gpu_memory_fraction=1,
        tf_random_seed=None,
        save_summary_steps=100,
        save_checkpoints_secs=_USE_DEFAULT,
        save_checkpoints_steps=None,
        keep_checkpoint_max=5,
        keep_checkpoint_every_n_hours=10000,
        log_step_count_steps=100,
        protocol=None,
        evaluation_master="",
        model_dir=None,
        session_config=None,
        session_creation_timeout_secs=7200,
    ):
        if save_checkpoints_secs == _USE_DEFAULT:
            save_checkpoints_secs = 600 if save_checkpoints_steps is None else None
        super().__init__(
            model_dir=model_dir,
            tf_random_seed=tf_random_seed,
            save_summary_steps=save_summary_steps,
            save_checkpoints_steps=save_checkpoints_steps,
            save_checkpoints_secs=save_checkpoints_secs,
            session_config=session_config,
            keep_checkpoint_max=keep_checkpoint_max,
            keep_checkpoint_every_n_hours=keep_checkpoint_every_n_hours,
            log_step_count_steps=log_step_count_steps,
            protocol=protocol,
            session_creation_timeout_secs=session_creation_timeout_secs,
        )
        self._master = self._master if master is None else master
        self._evaluation_master = evaluation_master
        self.tf_config = _v1.ConfigProto(
            log_device_placement=log_device_placement,
            inter_op_parallelism_threads=num_cores,
            intra_op_parallelism_threads=num_cores,
            gpu_options=_v1.GPUOptions(per_process_gpu_memory_fraction=gpu_memory_fraction),
        )
