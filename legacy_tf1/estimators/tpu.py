"""`tf.estimator.tpu`, where no TPU is used; importing the package before has made the library importable."""

from tensorflow_estimator._api.v1.estimator.tpu import *  # noqa: F403
