"""`tf.estimator.experimental`; importing the package before has made the library importable."""

from tensorflow_estimator._api.v1.estimator.experimental import *  # noqa: F403
