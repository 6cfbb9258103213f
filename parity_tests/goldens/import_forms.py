"""The forms in which scripts import TF1, one per line of FORMS; a line may also use what it imported.

Runs under real TensorFlow 1.15.5 as well as in the TF1 world. Each line sees `tf`, the module tensorflow.
"""

FORMS = """
import tensorflow.compat.v1 as tf1; assert tf1.__version__ == tf.__version__
import tensorflow.compat.v1 as tf; tf.disable_eager_execution(); tf.disable_v2_tensorshape()
from tensorflow.compat import v1 as tf; tf.nn.rnn_cell.BasicLSTMCell(3)
import tensorflow.compat.v1.nn.rnn_cell as c; assert c.BasicLSTMCell is tf.nn.rnn_cell.BasicLSTMCell
from tensorflow.compat.v1.nn import rnn_cell; assert rnn_cell.BasicLSTMCell is tf.nn.rnn_cell.BasicLSTMCell
from tensorflow.compat.v1.nn.rnn_cell import GRUCell, LSTMStateTuple
import tensorflow as tf; assert tf.compat.v1.nn.rnn_cell.GRUCell is tf.nn.rnn_cell.GRUCell; tf.compat.v1.nn.rnn_cell.GRUCell(3)
import importlib; m = importlib.import_module("tensorflow.compat.v1.nn.rnn_cell"); assert m.GRUCell is tf.nn.rnn_cell.GRUCell
import tensorflow.compat.v2 as tf2; tf2.constant
import tensorflow as tf; tf.compat.v2
from tensorflow.compat.v1 import keras, logging, flags, app, gfile, train, layers, losses, nn
from tensorflow.compat.v1.keras.layers import LSTM
from tensorflow import keras; keras.layers.LSTM(3)
import tensorflow.keras as K; K.models.Sequential
from tensorflow.keras.layers import Dense, LSTM
from tensorflow.keras.models import Sequential
from tensorflow.keras import backend as K; K.get_session
from tensorflow.keras.preprocessing.text import Tokenizer
from tensorflow.keras.preprocessing.sequence import pad_sequences
from tensorflow.keras.preprocessing import sequence, text, image
from tensorflow.keras.utils import to_categorical
from tensorflow.keras.datasets import imdb, mnist
from tensorflow.keras.optimizers import Adam, RMSprop, SGD
from tensorflow.keras.callbacks import ModelCheckpoint
from tensorflow.python.keras.layers import LSTM
from tensorflow.python.keras.models import Sequential
from tensorflow.python.keras import backend as K
from tensorflow.python.keras.layers import Input, Dense, Embedding, GRU
from tensorflow.python.keras.layers.recurrent import LSTM
from tensorflow.python.keras.preprocessing.text import Tokenizer
from tensorflow.python.keras.preprocessing.sequence import pad_sequences
from tensorflow.python.keras.optimizers import Adam
from tensorflow.contrib.keras.python.keras.layers import LSTM
from tensorflow.contrib.keras import layers
from tensorflow.contrib import keras; keras.layers.LSTM
import tensorflow.contrib.keras as keras; keras.models.Sequential
from tensorflow.contrib.keras.api.keras.layers import LSTM
from tensorflow.contrib.keras.api.keras.preprocessing import sequence
from tensorflow.python.platform import flags, gfile, tf_logging, app
from tensorflow.python.platform import tf_logging as logging; logging.info
import tensorflow.python.platform
from tensorflow.python.platform import resource_loader, test
from tensorflow.python.client import session; session.Session
from tensorflow.python.client import device_lib, timeline; device_lib.list_local_devices
from tensorflow.python.util import nest; nest.flatten, nest.is_sequence
from tensorflow.python.util import compat, tf_inspect
from tensorflow.python.util.deprecation import deprecated
from tensorflow.python.framework.ops import reset_default_graph
from tensorflow.python.framework import ops, dtypes, tensor_shape, constant_op, tensor_util, function, random_seed, graph_util, sparse_tensor, importer, errors, meta_graph
from tensorflow.python.ops import array_ops, math_ops, nn_ops, variable_scope, init_ops, embedding_ops, control_flow_ops, tensor_array_ops, rnn
from tensorflow.python.ops import variable_scope as vs; vs.get_variable
from tensorflow.python.ops.math_ops import sigmoid, tanh
from tensorflow.python.ops import control_flow_ops as c; c.while_loop, c.cond, c.group, c.no_op, c.with_dependencies
from tensorflow.python.ops.array_ops import stack, concat, reverse
from tensorflow.python.ops import clip_ops, data_flow_ops, functional_ops, gradients, gradients_impl, io_ops, linalg_ops, logging_ops, lookup_ops, losses, nn, nn_impl, random_ops, resource_variable_ops, rnn_cell, rnn_cell_impl, script_ops, sparse_ops, special_math_ops, standard_ops, state_ops, string_ops, summary_ops_v2, partitioned_variables, parsing_ops, ctc_ops, custom_gradient, check_ops, candidate_sampling_ops, bitwise_ops, confusion_matrix, metrics_impl, image_ops, inplace_ops, list_ops, template, variables
from tensorflow.python.ops.gradients_impl import _hessian_vector_product
from tensorflow.python.ops import gen_array_ops, gen_math_ops, gen_nn_ops, gen_data_flow_ops
from tensorflow.python.ops.rnn_cell_impl import _linear, RNNCell, LSTMStateTuple, BasicLSTMCell, _Linear
from tensorflow.python.ops.rnn import _transpose_batch_time, dynamic_rnn, _best_effort_input_batch_size
from tensorflow.python.ops.rnn_cell import _linear
from tensorflow.python.ops.nn import dynamic_rnn
from tensorflow.python.ops.losses import losses; losses.mean_squared_error
from tensorflow.python.ops.losses.util import get_losses
from tensorflow.python.ops.distributions import categorical, bernoulli
from tensorflow.python.lib.io import file_io, tf_record; file_io.get_matching_files
from tensorflow.python.lib.io import python_io
from tensorflow.python.training import moving_averages, optimizer, saver, training_util, learning_rate_decay, adam, adagrad, momentum, gradient_descent, rmsprop, session_run_hook, basic_session_run_hooks, monitored_session, queue_runner, queue_runner_impl, coordinator, supervisor, slot_creator, training_ops, checkpoint_utils, input, saver as saver_lib
from tensorflow.python.training import training; training.AdamOptimizer
from tensorflow.python.training.moving_averages import assign_moving_average
from tensorflow.python.training.summary_io import SummaryWriterCache
from tensorflow.python.training.adam import AdamOptimizer
from tensorflow.python.layers.core import Dense, dense; Dense(3)
from tensorflow.python.layers import core as layers_core; layers_core.Dense(3)
from tensorflow.python.layers import base, convolutional, pooling, normalization, utils; base.Layer
from tensorflow.python.layers.convolutional import conv1d, Conv1D
from tensorflow.python.layers import layers; layers.dense
from tensorflow.python.eager import context; context.executing_eagerly
from tensorflow.python.summary import summary; summary.scalar
from tensorflow.python.saved_model import tag_constants, signature_constants, builder, loader, signature_def_utils, utils
from tensorflow.python.tools import freeze_graph, inspect_checkpoint
from tensorflow.python.tools.inspect_checkpoint import print_tensors_in_checkpoint_file
from tensorflow.python.pywrap_tensorflow import NewCheckpointReader
from tensorflow.python import pywrap_tensorflow; pywrap_tensorflow.NewCheckpointReader
from tensorflow.python import debug as tf_debug; tf_debug.LocalCLIDebugWrapperSession
from tensorflow.python.data import Dataset
from tensorflow.python.data.ops import dataset_ops, iterator_ops; dataset_ops.Dataset
from tensorflow.python import keras; keras.layers
import tensorflow.python.ops.seq2seq as s; s.sequence_loss
from tensorflow.python.feature_column import feature_column
from tensorflow.core.framework import summary_pb2, graph_pb2
from tensorflow.core.protobuf import saver_pb2, config_pb2, rewriter_config_pb2
from tensorflow.core.example import example_pb2, feature_pb2
from tensorflow.contrib import rnn, layers, slim, learn, framework, crf, seq2seq, legacy_seq2seq, cudnn_rnn, training, lookup, data, metrics, losses, opt, predictor, summary, tensorboard, util, distributions
import tensorflow.contrib.slim as slim; slim.fully_connected, slim.arg_scope, slim.learning.train
from tensorflow.contrib.layers import fully_connected, xavier_initializer, l2_regularizer, batch_norm, optimize_loss
from tensorflow.contrib.layers.python.layers import utils, layers, initializers, regularizers, encoders, optimizers
from tensorflow.contrib.layers.python.layers import batch_norm, xavier_initializer, fully_connected, embedding_ops
from tensorflow.contrib.layers.python.layers.layers import batch_norm, layer_norm
from tensorflow.contrib.layers.python.layers.initializers import xavier_initializer
from tensorflow.contrib.layers.python.layers.regularizers import l2_regularizer
from tensorflow.contrib.layers.python.layers.optimizers import optimize_loss, OPTIMIZER_CLS_NAMES
from tensorflow.contrib.layers.python.layers.encoders import embed_sequence
from tensorflow.contrib.layers.python.layers.utils import collect_named_outputs
from tensorflow.contrib.framework import arg_scope, add_arg_scope, nest, get_or_create_global_step, sort, argsort
from tensorflow.contrib.framework.python.ops import arg_scope, add_arg_scope, variables, model_variable
from tensorflow.contrib.framework.python.ops.arg_scope import add_arg_scope
from tensorflow.contrib.framework.python.ops.variables import get_or_create_global_step
from tensorflow.contrib.slim.python.slim.nets import vgg, inception_v3, resnet_v1
from tensorflow.contrib.slim.python.slim import learning
from tensorflow.contrib.slim.nets import vgg, resnet_v2, inception
from tensorflow.contrib.slim import nets; nets.vgg.vgg_16
from tensorflow.contrib.crf import crf_log_likelihood, viterbi_decode, crf_decode
from tensorflow.contrib.crf.python.ops.crf import viterbi_decode
from tensorflow.contrib.learn.python.learn.datasets.mnist import read_data_sets, DataSet, dense_to_one_hot
from tensorflow.contrib.learn.python.learn.datasets import base, mnist; base.Datasets
from tensorflow.contrib.learn.python.learn.datasets.base import Datasets, Dataset, maybe_download
from tensorflow.contrib.learn.python.learn import datasets
from tensorflow.contrib import learn; learn.datasets.load_dataset, learn.datasets.mnist, learn.datasets.base; learn.preprocessing.VocabularyProcessor
import tensorflow as tf; tf.contrib.learn.datasets.mnist.read_data_sets, tf.contrib.learn.ModeKeys.TRAIN
from tensorflow.contrib.learn.python.learn.preprocessing import VocabularyProcessor
from tensorflow.contrib.learn.python.learn.preprocessing.text import VocabularyProcessor, tokenizer
from tensorflow.contrib.learn.python.learn.preprocessing.categorical_vocabulary import CategoricalVocabulary
import tensorflow.contrib.learn as learn; learn.preprocessing.ByteProcessor
from tensorflow.examples.tutorials.mnist import input_data, mnist; mnist.inference, mnist.NUM_CLASSES
import tensorflow.examples.tutorials.mnist.mnist as m; m.IMAGE_PIXELS
from tensorflow.models.rnn import rnn, rnn_cell, seq2seq, linear
from tensorflow.models.rnn.ptb import reader; reader.ptb_iterator
import tensorflow.models.rnn.ptb.reader as reader; reader.ptb_producer
from tensorflow.contrib.predictor import from_saved_model
from tensorflow.contrib.predictor.saved_model_predictor import SavedModelPredictor
from tensorflow.contrib.training import HParams, bucket_by_sequence_length, create_train_op
from tensorflow.contrib.training.python.training import hparam; hparam.HParams
from tensorflow.contrib.training.python.training.hparam import HParams
from tensorflow.contrib.training.python.training.training import create_train_op
from tensorflow.contrib.lookup import index_table_from_tensor, HashTable, index_table_from_file
from tensorflow.contrib.data import bucket_by_sequence_length, batch_and_drop_remainder, map_and_batch, shuffle_and_repeat
from tensorflow.contrib.data import Dataset, Iterator
from tensorflow.contrib.metrics import streaming_accuracy, f1_score, confusion_matrix, set_size, accuracy
from tensorflow.contrib.losses import softmax_cross_entropy, metric_learning
from tensorflow.contrib.losses.python.losses.loss_ops import add_loss
from tensorflow.contrib.opt import AdamWOptimizer, LazyAdamOptimizer, NadamOptimizer, MovingAverageOptimizer
from tensorflow.contrib.opt.python.training.lazy_adam_optimizer import LazyAdamOptimizer
from tensorflow.contrib.cudnn_rnn.python.ops.cudnn_rnn_ops import CudnnCompatibleLSTMCell
from tensorflow.contrib.tensorboard.plugins import projector; projector.ProjectorConfig().embeddings.add()
from tensorflow.contrib.tensorboard.plugins.projector import visualize_embeddings
from tensorflow.contrib.util import constant_value, make_tensor_proto
from tensorflow.contrib.distributions import Normal, Categorical
import tensorflow as tf; tf.contrib.distributions.Categorical, tf.distributions.Bernoulli
from tensorflow.contrib.rnn.python.ops import core_rnn_cell; core_rnn_cell._linear
from tensorflow.contrib.summary import summary; summary.scalar
from tensorflow.contrib.framework.python.framework import checkpoint_utils; checkpoint_utils.load_variable
from tensorflow.contrib.legacy_seq2seq.python.ops import seq2seq
from tensorflow.contrib.framework.python.ops import arg_scope, add_arg_scope; assert callable(arg_scope)
from tensorflow.contrib.framework.python.ops.arg_scope import arg_scope; from tensorflow.contrib.framework.python.ops import arg_scope as same; assert same is arg_scope
from tensorflow.contrib.framework.python.ops import audio_ops as contrib_audio; assert contrib_audio.audio_spectrogram(tf.zeros([100, 1]), window_size=10, stride=5).shape == (1, 19, 9)
from tensorflow.contrib.framework.python.ops import ops; assert ops.get_graph_from_inputs([tf.constant(1)]) is tf.contrib.framework.get_graph_from_inputs([], tf.get_default_graph())
from tensorflow.contrib.framework.python.framework import checkpoint_utils, tensor_util; assert tensor_util.is_tensor(tf.constant(1))
from tensorflow.contrib.metrics.python.metrics import classification; classification.f1_score
from tensorflow.contrib.metrics.python.ops import histogram_ops, set_ops, confusion_matrix_ops; histogram_ops.auc_using_histogram; set_ops.set_size
from tensorflow.contrib.losses.python.metric_learning import metric_loss_ops; assert metric_loss_ops.triplet_semihard_loss is tf.contrib.losses.metric_learning.triplet_semihard_loss
from tensorflow.contrib.layers.python.layers import rev_block_lib; rev_block_lib.RevBlock
from tensorflow.contrib.data.python.ops import batching, grouping, interleave_ops, shuffle_ops; batching.map_and_batch; grouping.bucket_by_sequence_length
from tensorflow.contrib.distributions.python.ops import mvn_diag, relaxed_onehot_categorical; mvn_diag.MultivariateNormalDiag
from tensorflow.contrib.estimator.python.estimator import early_stopping; early_stopping.stop_if_no_decrease_hook
from tensorflow.contrib.learn.python.learn import basic_session_run_hooks, session_run_hook, monitored_session; session_run_hook.SessionRunHook
from tensorflow.contrib.learn.python.learn.summary_writer_cache import SummaryWriterCache; SummaryWriterCache.get
import tensorflow as tf; assert tf.contrib.util.make_ndarray(tf.make_tensor_proto([1, 2])).tolist() == [1, 2]
from tensorflow.python.framework import tensor_shape as s; assert [s.scalar().as_list(), s.vector(3).as_list(), s.matrix(None, 2).as_list()] == [[], [3], [None, 2]]
from tensorflow.python.framework.graph_util_impl import convert_variables_to_constants
from tensorflow.python.layers.layers import batch_normalization, dense, BatchNormalization; assert dense is tf.layers.dense and batch_normalization is tf.layers.batch_normalization
from tensorflow.python.ops import variable_scope as vs; assert not vs.resource_variables_enabled() and vs.variable(1.0, name="one").op.name.startswith("one")
from tensorflow.python.ops import standard_ops; standard_ops.stack; standard_ops.is_variable_initialized
from tensorflow.python.training.tracking import data_structures, graph_view, python_state, tracking, util; tracking.AutoTrackable; util.CheckpointV1
from tensorflow.python.saved_model.utils_impl import get_variables_path, build_tensor_info
from tensorflow.python.data.ops.dataset_ops import Dataset, Options
from tensorflow.python.feature_column.dense_features import DenseFeatures
from tensorflow.python.feature_column.feature_column_v2 import FeatureColumn
from tensorflow.python.ops.losses.loss_reduction import ReductionV2
""".strip().split("\n")


def refused(run=exec):
    """{form: the exception} of those that do not work here."""
    import tensorflow

    found = {}
    for form in FORMS:
        try:
            run(form, {"tf": tensorflow, "__builtins__": __builtins__})
        except Exception as error:  # noqa: B902
            found[form] = "%s: %s" % (type(error).__name__, str(error).partition(" (/")[0][:200])  # no folders
    return found
