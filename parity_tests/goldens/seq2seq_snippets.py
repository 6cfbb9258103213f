"""`tf.contrib.seq2seq` in small cases: every class and option, and how one of them is measured.

Runs unchanged under Python 3.7 with real TensorFlow 1.15.5, where it makes the goldens, and in the TF1
world of today, where `test_seq2seq.py` compares. `CASES` maps a name to a function of (tf, F): the
`tensorflow` module and a float dtype; it builds a graph and returns whatever tensors it computes. `ERRORS`
maps a name to a function that must fail.
"""

import collections
import hashlib
import inspect

import numpy as np

try:
    import cell_snippets
except ImportError:  # the test imports this file as part of its package
    from parity_tests.goldens import cell_snippets

BATCH, TIME, MEMORY, WIDTH, UNITS, SYMBOLS = 3, 5, 4, 3, 4, 6
END = 1
TRAINING_STEPS = 20
TRAININGS = ["train@float32", "train@float64"]

CASES = collections.OrderedDict()
ERRORS = collections.OrderedDict()
# cases without gradients: searches, what has no weights, and rows whose gradients are those of another row
FORWARD_ONLY = {
    "training/time_major", "training/few", "training/none", "training/scope", "scheduled_embedding/never",
    "scheduled_embedding/always", "scheduled_output/time_major", "wrapper_initial_state/gru", "wrapper_layer/list",
    "wrapper_of_two/none", "wrapper_of_two_bahdanau", "shared_cell", "keras_custom", "keras_inference",
}  # fmt: skip
# measured in float64 too; TF 1.15 cannot build all of them there
FLOAT64 = (
    "loss/mean", "training/impute", "scheduled_embedding/seeds", "scheduled_output_more/both", "query/bahdanau",
    "query/bahdanau_norm", "query/bahdanau_mask", "query/luong_scale", "wrapper_of_two/sizes", "beam/width3",
    "beam_attention/two", "cumulative_product", "monotonic/parallel", "monotonic/hard",
)  # fmt: skip


def case(function, table=None, **marks):
    """Enter a function under its own name, or one case per row of the table: it then gets the row's value."""
    rows = {"": None} if table is None else table
    for row, value in rows.items():
        name = function.__name__ + ("/" + row if table is not None else "")
        if table is None:
            CASES[name] = function
        else:
            CASES[name] = lambda tf, F, value=value: function(tf, F, value)
        FORWARD_ONLY.update([name] if marks.get("forward_only") else [])
    return function


def cases(table=None, **marks):
    return lambda function: case(function, table, **marks)


def error(function):
    ERRORS[function.__name__] = function
    return function


# inputs


def constant(tf, F, *shape, **options):
    return tf.constant(cell_snippets.numbers(*shape, **options).astype(F.as_numpy_dtype))


def unknown(tf, F, *shape, **options):
    """The same numbers, in a tensor whose batch and time the graph does not know."""
    value = cell_snippets.numbers(*shape, **options).astype(F.as_numpy_dtype)
    return tf.placeholder_with_default(value, [None, None] + list(shape[2:]))


def ids(*shape):
    return np.random.RandomState(3).randint(0, SYMBOLS, shape).astype(np.int32)


def inputs(tf, F):
    return constant(tf, F, BATCH, TIME, WIDTH)


def lengths(tf):
    return tf.constant([5, 2, 4], tf.int32)


def memory(tf, F, seed=21, width=UNITS):
    return constant(tf, F, BATCH, MEMORY, width, seed=seed)


def memory_lengths(tf):
    return tf.constant([4, 1, 3], tf.int32)


def table(tf, F):
    return tf.get_variable("table", [SYMBOLS, WIDTH], F)


def gru(tf):
    return tf.nn.rnn_cell.GRUCell(UNITS)


def lstm(tf):
    return tf.nn.rnn_cell.LSTMCell(UNITS)


def projection(tf):
    return tf.layers.Dense(SYMBOLS, name="projection")


def state(tf, F, cell):
    """A first state of a plain cell that is not zero."""
    sizes = tf.nest.flatten(cell.state_size) if hasattr(tf, "nest") else [cell.state_size]
    states = [constant(tf, F, BATCH, size, seed=50 + k) for k, size in enumerate(sizes)]
    return tf.nest.pack_sequence_as(cell.state_size, states)


def decode(tf, F, helper, cell=None, output_layer=None, start=None, **options):
    cell = cell or gru(tf)
    start = state(tf, F, cell) if start is None else start
    decoder = tf.contrib.seq2seq.BasicDecoder(cell, helper, start, output_layer)
    return tf.contrib.seq2seq.dynamic_decode(decoder, **options)


# the loss

LOSSES = collections.OrderedDict(
    [
        ("mean", dict()),
        ("over_time", dict(average_across_batch=False)),
        ("over_batch", dict(average_across_timesteps=False)),
        ("none", dict(average_across_timesteps=False, average_across_batch=False)),
        (
            "sums",
            dict(
                average_across_timesteps=False,
                average_across_batch=False,
                sum_over_timesteps=True,
                sum_over_batch=True,
            ),
        ),
        ("sum_time", dict(average_across_timesteps=False, average_across_batch=False, sum_over_timesteps=True)),
        ("sum_batch", dict(average_across_timesteps=False, average_across_batch=False, sum_over_batch=True)),
        ("mean_and_sum", dict(average_across_batch=False, sum_over_batch=True)),
        ("function", dict(softmax_loss_function=lambda labels, logits: logits[:, 0] * tf_float(labels, logits))),
    ]
)


def tf_float(labels, logits):
    import tensorflow as tf

    return tf.cast(labels, logits.dtype)


@cases(LOSSES)
def loss(tf, F, options):
    logits = tf.get_variable("logits", [BATCH, TIME, SYMBOLS], F)
    weights = np.abs(cell_snippets.numbers(BATCH, TIME)) * (ids(BATCH, TIME) > 1)
    weights[:, 2], weights[1] = 0, 0  # a step and an example without weight
    weights = tf.constant(weights.astype(F.as_numpy_dtype))
    return tf.contrib.seq2seq.sequence_loss(logits, tf.constant(ids(BATCH, TIME)), weights, **options)


# decoding with helpers

TRAINING = collections.OrderedDict(
    [
        ("plain", dict()),
        ("impute", dict(impute_finished=True)),
        ("time_major", dict(output_time_major=True)),
        ("few", dict(maximum_iterations=3)),
        ("few_impute", dict(maximum_iterations=9, impute_finished=True, swap_memory=True, parallel_iterations=4)),
        ("none", dict(maximum_iterations=0)),
        ("scope", dict(scope="mine")),
    ]
)


@cases(TRAINING)
def training(tf, F, options):
    helper = tf.contrib.seq2seq.TrainingHelper(inputs(tf, F), lengths(tf))
    return decode(tf, F, helper, output_layer=projection(tf), **options)


@cases(collections.OrderedDict([("lstm", lstm), ("deep", None)]))
def training_cell(tf, F, make):
    cell = make(tf) if make else tf.nn.rnn_cell.MultiRNNCell([lstm(tf), gru(tf)])
    helper = tf.contrib.seq2seq.TrainingHelper(inputs(tf, F), lengths(tf))
    return decode(tf, F, helper, cell, impute_finished=True)


@case
def training_time_major(tf, F):
    steps = tf.transpose(inputs(tf, F), [1, 0, 2])
    helper = tf.contrib.seq2seq.TrainingHelper(steps, lengths(tf), time_major=True, name="mine")
    return decode(tf, F, helper), helper.inputs, helper.sequence_length, helper.batch_size


@case
def training_unknown(tf, F):
    helper = tf.contrib.seq2seq.TrainingHelper(unknown(tf, F, BATCH, TIME, WIDTH), [0, 5, 2])
    return decode(tf, F, helper, output_layer=projection(tf), impute_finished=True)


@cases({"matrix": False, "function": True}, forward_only=True)
def greedy(tf, F, function):
    rows = table(tf, F)
    embedding = (lambda x: tf.nn.embedding_lookup(rows, x)) if function else rows
    helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(embedding, tf.constant([2, 3, 4]), END)
    return decode(tf, F, helper, output_layer=projection(tf), maximum_iterations=7)


@cases(
    collections.OrderedDict([("plain", {}), ("seed", dict(seed=5)), ("cold", dict(softmax_temperature=0.3, seed=8))]),
    forward_only=True,
)
def sampled(tf, F, options):
    helper = tf.contrib.seq2seq.SampleEmbeddingHelper(table(tf, F), tf.constant([2, 3, 4]), END, **options)
    return decode(tf, F, helper, output_layer=projection(tf), maximum_iterations=9, parallel_iterations=1)


@cases(
    collections.OrderedDict(
        [
            ("half", dict(sampling_probability=0.5)),
            ("seeds", dict(sampling_probability=0.7, seed=3, scheduling_seed=4)),
            ("never", dict(sampling_probability=0.0)),
            ("always", dict(sampling_probability=1.0, seed=2)),
        ]
    )
)
def scheduled_embedding(tf, F, options):
    helper = tf.contrib.seq2seq.ScheduledEmbeddingTrainingHelper(inputs(tf, F), lengths(tf), table(tf, F), **options)
    return decode(tf, F, helper, output_layer=projection(tf), parallel_iterations=1)


@cases(
    collections.OrderedDict(
        [
            ("plain", dict(sampling_probability=0.5)),
            ("seed", dict(sampling_probability=0.6, seed=9)),
            ("time_major", dict(sampling_probability=0.6, seed=9, time_major=True)),
        ]
    )
)
def scheduled_output(tf, F, options):
    given = tf.transpose(inputs(tf, F), [1, 0, 2]) if options.get("time_major") else inputs(tf, F)
    helper = tf.contrib.seq2seq.ScheduledOutputTrainingHelper(given, lengths(tf), **options)
    return decode(tf, F, helper, tf.nn.rnn_cell.GRUCell(WIDTH), parallel_iterations=1)


@cases({"auxiliary": (True, False), "function": (False, True), "both": (True, True)})
def scheduled_output_more(tf, F, more):
    auxiliary = constant(tf, F, BATCH, TIME, 2, seed=31) if more[0] else None
    dense = tf.layers.Dense(WIDTH, name="next") if more[1] else None
    helper = tf.contrib.seq2seq.ScheduledOutputTrainingHelper(
        inputs(tf, F), lengths(tf), 0.5, seed=6, next_inputs_fn=dense, auxiliary_inputs=auxiliary
    )
    return decode(tf, F, helper, tf.nn.rnn_cell.GRUCell(WIDTH), parallel_iterations=1)


@case
def custom(tf, F):
    given = inputs(tf, F)
    helper = tf.contrib.seq2seq.CustomHelper(
        initialize_fn=lambda: (tf.tile([False], [BATCH]), given[:, 0]),
        sample_fn=lambda time, outputs, state: tf.argmax(outputs, -1, output_type=tf.int32),
        next_inputs_fn=lambda time, outputs, state, sample_ids: (
            tf.equal(sample_ids, time),
            given[:, tf.minimum(time, TIME - 1)],
            state,
        ),
    )
    return decode(tf, F, helper, maximum_iterations=6)


@cases({"samples": False, "function": True})
def inference(tf, F, function):
    extra = dict(next_inputs_fn=lambda x: tf.concat([x, x[:, :1]], 1)) if function else {}
    start = constant(tf, F, BATCH, UNITS + (1 if function else 0))
    helper = tf.contrib.seq2seq.InferenceHelper(
        sample_fn=lambda outputs: outputs * 2,
        sample_shape=[UNITS],
        sample_dtype=F,
        start_inputs=start,
        end_fn=lambda x: x[:, 0] > 0.3,
        **extra,
    )
    return decode(tf, F, helper, maximum_iterations=6)


# attention mechanisms alone: one query

MECHANISMS = collections.OrderedDict(
    [
        ("bahdanau", ("BahdanauAttention", dict())),
        ("bahdanau_norm", ("BahdanauAttention", dict(normalize=True, name="mine"))),
        ("bahdanau_hard", ("BahdanauAttention", dict(probability_fn="hardmax"))),
        ("bahdanau_mask", ("BahdanauAttention", dict(score_mask_value=-3.0))),
        ("bahdanau_keys", ("BahdanauAttention", dict(custom_key_value_fn=lambda k, v: (k * 2, v + 1)))),
        ("luong", ("LuongAttention", dict())),
        ("luong_scale", ("LuongAttention", dict(scale=True))),
        ("luong_sigmoid", ("LuongAttention", dict(probability_fn="sigmoid"))),
        ("luong_keys", ("LuongAttention", dict(custom_key_value_fn=lambda k, v: (k * 2, v + 1)))),
        ("bahdanau_monotonic", ("BahdanauMonotonicAttention", dict())),
        ("bahdanau_monotonic_norm", ("BahdanauMonotonicAttention", dict(normalize=True, score_bias_init=-0.4))),
        ("bahdanau_monotonic_hard", ("BahdanauMonotonicAttention", dict(mode="hard"))),
        ("luong_monotonic", ("LuongMonotonicAttention", dict(scale=True, score_bias_init=0.3))),
        ("luong_monotonic_hard", ("LuongMonotonicAttention", dict(mode="hard"))),
        ("luong_monotonic_noise", ("LuongMonotonicAttention", dict(sigmoid_noise=0.7, sigmoid_noise_seed=4))),
        ("bahdanau_monotonic_noise", ("BahdanauMonotonicAttention", dict(sigmoid_noise=0.7))),
    ]
)
RECURSIVE = collections.OrderedDict(
    [
        ("bahdanau", ("BahdanauMonotonicAttention", dict(mode="recursive"))),
        ("luong", ("LuongMonotonicAttention", dict(mode="recursive"))),
    ]
)


def mechanism(tf, F, row, values=None, long=None):
    kind, options = row
    options = dict(options, dtype=F)
    if isinstance(options.get("probability_fn"), str):
        functions = {"hardmax": tf.contrib.seq2seq.hardmax, "sigmoid": tf.sigmoid}
        options["probability_fn"] = functions[options["probability_fn"]]
    values = memory(tf, F) if values is None else values
    long = memory_lengths(tf) if long is None else long
    return getattr(tf.contrib.seq2seq, kind)(UNITS, values, memory_sequence_length=long, **options)


def once(tf, F, row):
    made = mechanism(tf, F, row)
    query = tf.identity(tf.get_variable("query", [BATCH, UNITS], F))
    before = made.initial_state(BATCH, F)
    alignments, after = made(query, before)
    again = made(query * 2, after)
    return alignments, again, made.keys, made.values, before


@cases(MECHANISMS)
def query(tf, F, row):
    return once(tf, F, row)


@cases(RECURSIVE)
def query_recursive(tf, F, row):
    return once(tf, F, row)


@case
def memory_of_unknown_size(tf, F):
    values = unknown(tf, F, BATCH, MEMORY, WIDTH)
    made = tf.contrib.seq2seq.BahdanauAttention(UNITS, values, memory_lengths(tf), dtype=F)
    plain = tf.contrib.seq2seq.LuongAttention(UNITS, values, dtype=F)
    query = tf.get_variable("query", [BATCH, UNITS], F)
    return [m(query, m.initial_state(tf.shape(values)[0], F)) for m in (made, plain)]


# AttentionWrapper

WRAPPERS = collections.OrderedDict(
    [
        ("history", dict(attention_layer_size=5, alignment_history=True)),
        ("cell_output", dict(attention_layer_size=5, output_attention=False)),
        ("input", dict(cell_input_fn=lambda x, a: x + a[:, :WIDTH])),
        ("named", dict(name="mine")),
    ]
)


def wrapped(tf, F, cell, mechanisms, **options):
    """Decode with TrainingHelper from the wrapper's zero state."""
    cell = tf.contrib.seq2seq.AttentionWrapper(cell, mechanisms, **options)
    helper = tf.contrib.seq2seq.TrainingHelper(inputs(tf, F), lengths(tf))
    return decode(tf, F, helper, cell, projection(tf), cell.zero_state(BATCH, F))


@cases(WRAPPERS)
def wrapper(tf, F, options):
    return wrapped(tf, F, gru(tf), mechanism(tf, F, MECHANISMS["bahdanau"]), **options)


@cases({name: MECHANISMS[name] for name in ("bahdanau_norm", "bahdanau_monotonic_norm", "luong_monotonic_noise")})
def wrapper_of(tf, F, row):
    return wrapped(tf, F, lstm(tf), mechanism(tf, F, row), attention_layer_size=3)


@cases({"state": lstm, "gru": gru})
def wrapper_initial_state(tf, F, make):
    cell = make(tf)
    made = mechanism(tf, F, MECHANISMS["luong"])
    return wrapped(tf, F, cell, made, attention_layer_size=3, initial_cell_state=state(tf, F, cell))


@cases({"one": False, "list": True})
def wrapper_layer(tf, F, several):
    layer = tf.layers.Dense(5, activation=tf.tanh, name="mine", dtype=F)
    made = mechanism(tf, F, MECHANISMS["bahdanau"])
    if several:
        return wrapped(tf, F, gru(tf), [made], attention_layer=[layer])
    return wrapped(tf, F, gru(tf), made, attention_layer=layer)


@cases({"sizes": [3, 2], "none": None})
def wrapper_of_two(tf, F, sizes):
    first = mechanism(tf, F, MECHANISMS["bahdanau_norm"])
    second = mechanism(tf, F, MECHANISMS["luong"], memory(tf, F, 33, 2), tf.constant([2, 4, 4]))
    return wrapped(tf, F, lstm(tf), [first, second], attention_layer_size=sizes, alignment_history=True)


@case
def wrapper_of_two_bahdanau(tf, F):
    made = [mechanism(tf, F, MECHANISMS["bahdanau"], memory(tf, F, seed)) for seed in (33, 34)]
    return wrapped(tf, F, gru(tf), made, attention_layer_size=[3, 2])


@case
def wrapper_function(tf, F):
    compute = cell_snippets.module(tf, "contrib.seq2seq.python.ops.attention_wrapper")._compute_attention

    def attention(mechanism, cell_output, state, layer):
        attention, alignments, state = compute(mechanism, cell_output, state, layer)
        return attention * 2, alignments, state

    made = mechanism(tf, F, MECHANISMS["bahdanau"])
    return wrapped(tf, F, gru(tf), made, attention_layer_size=3, attention_fn=attention)


@case
def wrapper_in_dynamic_rnn(tf, F):
    cell = tf.contrib.seq2seq.AttentionWrapper(gru(tf), mechanism(tf, F, MECHANISMS["luong_scale"]), 3)
    return tf.nn.dynamic_rnn(cell, inputs(tf, F), lengths(tf), dtype=F)


@case
def wrapper_inside_multi(tf, F):
    rnn = tf.nn.rnn_cell
    top = tf.contrib.seq2seq.AttentionWrapper(gru(tf), mechanism(tf, F, MECHANISMS["bahdanau"]), 3)
    cell = rnn.MultiRNNCell([rnn.ResidualWrapper(tf.nn.rnn_cell.GRUCell(WIDTH)), top])
    helper = tf.contrib.seq2seq.TrainingHelper(inputs(tf, F), lengths(tf))
    return decode(tf, F, helper, cell, None, cell.zero_state(BATCH, F), impute_finished=True)


@case
def wrapper_around_multi(tf, F):
    cell = tf.nn.rnn_cell.MultiRNNCell([lstm(tf), lstm(tf)])
    return wrapped(tf, F, cell, mechanism(tf, F, MECHANISMS["luong"]), attention_layer_size=3)


@case
def wrapper_clone(tf, F):
    """An encoder's state in the wrapper's state, both of unknown batch size."""
    outputs, last = tf.nn.dynamic_rnn(gru(tf), unknown(tf, F, BATCH, TIME, WIDTH), dtype=F)
    made = tf.contrib.seq2seq.BahdanauAttention(UNITS, outputs, dtype=F)
    cell = tf.contrib.seq2seq.AttentionWrapper(gru(tf), made, 3)
    start = cell.zero_state(tf.shape(outputs)[0], F).clone(cell_state=last)
    helper = tf.contrib.seq2seq.TrainingHelper(unknown(tf, F, BATCH, TIME, WIDTH), lengths(tf))
    return decode(tf, F, helper, cell, projection(tf), start)


@case
def wrapper_clone_static(tf, F):
    cell = tf.contrib.seq2seq.AttentionWrapper(gru(tf), mechanism(tf, F, MECHANISMS["bahdanau"]), 3)
    start = cell.zero_state(BATCH, F).clone(cell_state=state(tf, F, gru(tf)), attention=constant(tf, F, BATCH, 3))
    return cell(constant(tf, F, BATCH, WIDTH), start)


@case
def shared(tf, F):
    """Training and inference with the same variables."""
    rows, start, layer = table(tf, F), tf.constant([2, 3, 4]), projection(tf)

    def run(helper, reuse):
        with tf.variable_scope("decode", reuse=reuse):
            made = mechanism(tf, F, MECHANISMS["bahdanau"])
            cell = tf.contrib.seq2seq.AttentionWrapper(gru(tf), made, attention_layer_size=3)
            return decode(tf, F, helper, cell, layer, cell.zero_state(BATCH, F), maximum_iterations=4)

    trained = run(tf.contrib.seq2seq.TrainingHelper(inputs(tf, F), lengths(tf)), None)
    return trained[0].rnn_output, run(tf.contrib.seq2seq.GreedyEmbeddingHelper(rows, start, END), True)[1:]


@case
def shared_cell(tf, F):
    """One wrapper object in two decoders."""
    made = mechanism(tf, F, MECHANISMS["luong"])
    cell = tf.contrib.seq2seq.AttentionWrapper(lstm(tf), made, attention_layer_size=3)
    results = []
    for k in range(2):
        with tf.variable_scope("decode", reuse=k > 0):
            helper = tf.contrib.seq2seq.TrainingHelper(inputs(tf, F) * (k + 1), lengths(tf))
            results.append(decode(tf, F, helper, cell, None, cell.zero_state(BATCH, F)))
    return results


# beam search

BEAMS = collections.OrderedDict(
    [
        ("width1", dict(beam_width=1)),
        ("width2", dict(beam_width=2)),
        ("width3", dict(beam_width=3)),
        ("width5", dict(beam_width=5)),
        ("length", dict(beam_width=3, length_penalty_weight=0.8)),
        ("lstm", dict(beam_width=3, cell="lstm")),
        ("function", dict(beam_width=2, function=True, output_time_major=True)),
        ("short", dict(beam_width=4, maximum_iterations=2)),
    ]
)


def search(tf, F, cell, start, beam_width, function=False, **options):
    loop = {k: options.pop(k) for k in ("output_time_major", "impute_finished", "maximum_iterations") if k in options}
    loop.setdefault("maximum_iterations", 8)
    rows = tf.get_variable("table", [SYMBOLS, WIDTH], F)
    decoder = tf.contrib.seq2seq.BeamSearchDecoder(
        cell=cell,
        embedding=(lambda x: tf.nn.embedding_lookup(rows, x) * 2) if function else rows,
        start_tokens=tf.constant([2, 3, 4]),
        end_token=END,
        initial_state=start,
        beam_width=beam_width,
        output_layer=projection(tf),
        **options,
    )
    return tf.contrib.seq2seq.dynamic_decode(decoder, **loop)


@cases(BEAMS, forward_only=True)
def beam(tf, F, options):
    options = dict(options)
    kind = options.pop("cell", "gru")
    cell = {"gru": gru, "lstm": lstm}[kind](tf)
    start = tf.contrib.seq2seq.tile_batch(state(tf, F, cell), options["beam_width"])
    return search(tf, F, cell, start, **options)


def attentive(tf, F, rows, beam_width, **options):
    """A wrapper over tiled memories, and its first state."""
    tile = tf.contrib.seq2seq.tile_batch
    made = [
        mechanism(tf, F, row, tile(memory(tf, F, 21 + k), beam_width), tile(memory_lengths(tf), beam_width))
        for k, row in enumerate(rows)
    ]
    cell = tf.contrib.seq2seq.AttentionWrapper(gru(tf), made if len(made) > 1 else made[0], **options)
    start = cell.zero_state(BATCH * beam_width, F)
    return cell, start.clone(cell_state=tile(constant(tf, F, BATCH, UNITS, seed=50), beam_width))


BEAM_ATTENTION = collections.OrderedDict(
    [
        ("history", (["luong"], dict(), dict(alignment_history=True))),
        ("unsorted", (["luong"], dict(reorder_tensor_arrays=False), dict(alignment_history=True))),
        ("length", (["luong"], dict(length_penalty_weight=0.5), dict())),
        ("two", (["bahdanau", "luong"], dict(), dict(alignment_history=True))),
    ]
)


@cases(BEAM_ATTENTION, forward_only=True)
def beam_attention(tf, F, row):
    kinds, options, wrapper = row
    cell, start = attentive(tf, F, [MECHANISMS[kind] for kind in kinds], 3, **wrapper)
    return search(tf, F, cell, start, 3, **options)


@cases({"one": ["bahdanau"], "two": ["bahdanau", "luong"]}, forward_only=True)
def beam_coverage(tf, F, kinds):
    cell, start = attentive(tf, F, [MECHANISMS[kind] for kind in kinds], 3, attention_layer_size=[3, 2][: len(kinds)])
    return search(tf, F, cell, start, 3, length_penalty_weight=0.6, coverage_penalty_weight=0.4)


@cases({"known": False, "unknown": True}, forward_only=True)
def beam_over_encoder(tf, F, hidden):
    given = (unknown if hidden else constant)(tf, F, BATCH, TIME, WIDTH)
    outputs, last = tf.nn.dynamic_rnn(gru(tf), given, lengths(tf), dtype=F)
    tile = tf.contrib.seq2seq.tile_batch
    made = tf.contrib.seq2seq.LuongAttention(UNITS, tile(outputs, 3), tile(lengths(tf), 3), dtype=F)
    cell = tf.contrib.seq2seq.AttentionWrapper(gru(tf), made, 5, alignment_history=True)
    start = cell.zero_state(tf.shape(given)[0] * 3, F).clone(cell_state=tile(last, 3))
    return search(tf, F, cell, start, 3)


# the Keras layers, which TF 1.15 has in its modules and does not export


def ops(tf, name):
    return cell_snippets.module(tf, "contrib.seq2seq.python.ops." + name)


@case
def keras_loss(tf, F):
    logits = tf.get_variable("logits", [BATCH, TIME, SYMBOLS], F)
    weights = tf.sequence_mask(lengths(tf), TIME, F)
    return ops(tf, "loss").SequenceLoss()(tf.constant(ids(BATCH, TIME)), logits, weights)


KERAS_MECHANISMS = collections.OrderedDict(
    [
        ("bahdanau", ("BahdanauAttentionV2", dict())),
        ("bahdanau_norm", ("BahdanauAttentionV2", dict(normalize=True, probability_fn="hardmax"))),
        ("luong", ("LuongAttentionV2", dict(scale=True))),
        ("bahdanau_monotonic", ("BahdanauMonotonicAttentionV2", dict(normalize=True, score_bias_init=0.2))),
        ("luong_monotonic", ("LuongMonotonicAttentionV2", dict(scale=True, sigmoid_noise=0.4, sigmoid_noise_seed=3))),
    ]
)


@cases(KERAS_MECHANISMS)
def keras_attention(tf, F, row):
    kind, options = row
    made = getattr(ops(tf, "attention_wrapper"), kind)(UNITS, memory(tf, F), memory_lengths(tf), **options)
    cell = tf.contrib.seq2seq.AttentionWrapper(gru(tf), made, attention_layer_size=3)
    return cell(constant(tf, F, BATCH, WIDTH), cell.zero_state(BATCH, F)), made.get_config()["units"] * made.keys


def keras_decode(tf, F, sampler, given, **options):
    dense = tf.keras.layers.Dense(SYMBOLS, name="projection")
    decoder = ops(tf, "basic_decoder").BasicDecoderV2(gru(tf), sampler, dense, maximum_iterations=6)
    return decoder(given, initial_state=constant(tf, F, BATCH, UNITS, seed=50), **options)


@case
def keras_training(tf, F):
    sampler = ops(tf, "sampler").TrainingSampler()
    return keras_decode(tf, F, sampler, inputs(tf, F), sequence_length=lengths(tf))


@cases({"embedding": True, "output": False})
def keras_scheduled(tf, F, embedding):
    module = ops(tf, "sampler")
    if embedding:
        sampler = module.ScheduledEmbeddingTrainingSampler(0.5, seed=3, scheduling_seed=4)
        return keras_decode(tf, F, sampler, inputs(tf, F), sequence_length=lengths(tf), embedding=table(tf, F))
    sampler = module.ScheduledOutputTrainingSampler(0.5, seed=3, next_inputs_fn=lambda x: x[:, :WIDTH])
    return keras_decode(tf, F, sampler, inputs(tf, F), sequence_length=lengths(tf))


@cases({"greedy": "GreedyEmbeddingSampler", "sampled": "SampleEmbeddingSampler"}, forward_only=True)
def keras_embedding(tf, F, kind):
    sampler = getattr(ops(tf, "sampler"), kind)()
    return keras_decode(tf, F, sampler, table(tf, F), start_tokens=tf.constant([2, 3, 4]), end_token=END)


@case
def keras_custom(tf, F):
    given = inputs(tf, F)
    sampler = ops(tf, "sampler").CustomSampler(
        initialize_fn=lambda x: (tf.tile([False], [BATCH]), given[:, 0]),
        sample_fn=lambda time, outputs, state: tf.argmax(outputs, -1, output_type=tf.int32),
        next_inputs_fn=lambda time, outputs, state, sample_ids: (
            tf.equal(sample_ids, time),
            given[:, tf.minimum(time, TIME - 1)],
            state,
        ),
    )
    return keras_decode(tf, F, sampler, given)


@case
def keras_inference(tf, F):
    sampler = ops(tf, "sampler").InferenceSampler(
        lambda outputs: outputs[:, :WIDTH], [WIDTH], F, end_fn=lambda x: x[:, 0] > 0.5
    )
    return keras_decode(tf, F, sampler, constant(tf, F, BATCH, WIDTH))


@cases(forward_only=True)
def keras_beam(tf, F):
    cell = gru(tf)
    decoder = ops(tf, "beam_search_decoder").BeamSearchDecoderV2(
        cell,
        3,
        output_layer=tf.keras.layers.Dense(SYMBOLS, name="projection"),
        maximum_iterations=6,
        length_penalty_weight=0.7,
    )
    start = tf.contrib.seq2seq.tile_batch(state(tf, F, cell), 3)
    return decoder(table(tf, F), start_tokens=tf.constant([2, 3, 4]), end_token=END, initial_state=start)


# functions


@case
def cumulative_product(tf, F):
    x = tf.get_variable("x", [2, 4], F)
    return tf.contrib.seq2seq.safe_cumprod(tf.abs(x), axis=1, exclusive=True), tf.contrib.seq2seq.safe_cumprod(
        [0.5, 0.0]
    )


@cases({"parallel": "parallel", "hard": "hard"})
def monotonic(tf, F, mode):
    p = tf.sigmoid(tf.get_variable("p", [2, 5], F) * 4)
    p = tf.cast(p > 0.5, F) * p if mode == "hard" else p
    before = tf.constant(np.eye(5)[[0, 2]].astype(F.as_numpy_dtype))
    return tf.contrib.seq2seq.monotonic_attention(p, before, mode)


@cases({"known": False, "unknown": True})
def monotonic_recursive(tf, F, hidden):
    p = tf.sigmoid(tf.get_variable("p", [2, 5], F) * 4)
    if hidden:
        p = tf.placeholder_with_default(p, [None, None])
    return tf.contrib.seq2seq.monotonic_attention(p, np.eye(5)[[0, 2]].astype(np.float32), "recursive")


@cases({"known": False, "unknown": True}, forward_only=True)
def hard(tf, F, hidden):
    value = cell_snippets.numbers(2, 3, 4).astype(F.as_numpy_dtype)
    value[0, 0, 1] = value[0, 0, 3] = 2.0  # the first of two maxima
    logits = tf.placeholder_with_default(value, [None, None, None]) if hidden else value
    return tf.contrib.seq2seq.hardmax(logits)


@cases({"known": False, "unknown": True}, forward_only=True)
def tiled(tf, F, hidden):
    make = unknown if hidden else constant
    pair = (make(tf, F, 2, 3, 2), tf.constant([7, 8]))
    return tf.contrib.seq2seq.tile_batch(pair, 3), tf.contrib.seq2seq.tile_batch(pair[1], multiplier=1, name="mine")


def tree():
    random = np.random.RandomState(8)
    return random.randint(0, 5, (6, 3, 4)).astype(np.int32), random.randint(0, 4, (6, 3, 4)).astype(np.int32)


@cases(
    collections.OrderedDict([("end", (3, [6, 4, 0])), ("no_end", (9, [2, 9, 6])), ("all", (0, [6, 6, 6]))]),
    forward_only=True,
)
def gathered_tree(tf, F, row):
    end, long = row
    step_ids, parents = tree()
    beyond = parents + (np.arange(6)[:, None, None] > 2)  # TF 1.15 lets one number too many pass
    return tf.contrib.seq2seq.gather_tree(step_ids, parents, tf.constant(long), end), tf.contrib.seq2seq.gather_tree(
        tf.placeholder_with_default(step_ids, [None, None, None]), beyond, long, end_token=tf.constant(end)
    )


@cases({"joint": [6, 12, 2], "split": [6, 3, 4, 2]}, forward_only=True)
def gathered_from_array(tf, F, shape):
    module = cell_snippets.module(tf, "contrib.seq2seq.python.ops.beam_search_decoder")
    steps = constant(tf, F, *shape)
    long = tf.constant([[6, 4, 0, 1], [2, 2, 2, 2], [6, 6, 5, 3]], tf.int64)
    return module.gather_tree_from_array(steps, tf.constant(tree()[1]), long)


@cases({"scalar": 5, "vector": [2, 3], "none": ()}, forward_only=True)
def draws(tf, F, shape):
    module = cell_snippets.module(tf, "contrib.seq2seq.python.ops.helper")
    logits = constant(tf, F, 2, 4)
    return (
        module.categorical_sample(logits, sample_shape=shape),
        module.categorical_sample(logits[0], sample_shape=shape, seed=4),
        module.bernoulli_sample(logits=logits, sample_shape=shape),
        module.bernoulli_sample(probs=[0.2, 0.8], dtype=tf.bool, sample_shape=shape, seed=3),
    )


# a whole model


def translator(tf, F):
    """Encoder, attention, decoder, loss: (loss, training step)."""
    sources, targets = tf.constant(ids(BATCH, TIME)), tf.constant(ids(BATCH, TIME)[::-1].copy())
    rows = tf.get_variable("embedding", [SYMBOLS, WIDTH], F)
    with tf.variable_scope("encoder"):
        outputs, last = tf.nn.dynamic_rnn(lstm(tf), tf.nn.embedding_lookup(rows, sources), lengths(tf), dtype=F)
    made = tf.contrib.seq2seq.BahdanauAttention(UNITS, outputs, lengths(tf), normalize=True, dtype=F)
    cell = tf.contrib.seq2seq.AttentionWrapper(lstm(tf), made, attention_layer_size=UNITS)
    helper = tf.contrib.seq2seq.TrainingHelper(tf.nn.embedding_lookup(rows, targets), lengths(tf))
    start = cell.zero_state(BATCH, F).clone(cell_state=last)
    final, _, _ = decode(tf, F, helper, cell, projection(tf), start)
    loss = tf.contrib.seq2seq.sequence_loss(final.rnn_output, targets, tf.sequence_mask(lengths(tf), dtype=F))
    return loss, tf.train.AdamOptimizer(0.05).minimize(loss)


def train(tf, F):
    """Facts, and the losses of 20 steps from the model's own start weights with graph seed 1."""
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(1)
        loss, step = translator(tf, F)
        session.run(tf.global_variables_initializer())
        variables = tf.trainable_variables()
        starts = session.run(variables)
        losses = [session.run([loss, step])[0] for _ in range(TRAINING_STEPS)]
        ends = session.run(variables)
    facts = {"variables": [[v.name, list(v.shape.as_list()), digest(w)] for v, w in zip(variables, starts)]}
    arrays = {"end/" + v.name: w for v, w in zip(variables, ends)}
    return facts, dict(arrays, losses=np.array(losses))


# what must fail


def failing_loss(name, **options):
    def build(tf):
        shapes = dict(logits=[2, 3, 4], targets=[2, 3], weights=[2, 3])
        shapes.update({key: value for key, value in options.items() if key in shapes})
        more = {key: value for key, value in options.items() if key not in shapes}
        tf.contrib.seq2seq.sequence_loss(
            tf.zeros(shapes["logits"]), tf.zeros(shapes["targets"], tf.int32), tf.zeros(shapes["weights"]), **more
        )

    ERRORS["loss_" + name] = build


failing_loss("logits", logits=[2, 3])
failing_loss("targets", targets=[2])
failing_loss("weights", weights=[2])
failing_loss("both_time", sum_over_timesteps=True)
failing_loss("both_batch", sum_over_batch=True)


def helper_of(tf, *arguments, **options):
    return tf.contrib.seq2seq.TrainingHelper(inputs(tf, tf.float32), *arguments, **options)


@error
def lengths_no_vector(tf):
    helper_of(tf, 3)


@error
def start_no_vector(tf):
    tf.contrib.seq2seq.GreedyEmbeddingHelper(tf.zeros([3, 2]), 1, 1)


@error
def end_no_scalar(tf):
    tf.contrib.seq2seq.GreedyEmbeddingHelper(tf.zeros([3, 2]), [1], [1])


@error
def probability_matrix(tf):
    tf.contrib.seq2seq.ScheduledOutputTrainingHelper(inputs(tf, tf.float32), lengths(tf), [[0.5]])


@error
def probability_matrix_embedding(tf):
    tf.contrib.seq2seq.ScheduledEmbeddingTrainingHelper(inputs(tf, tf.float32), lengths(tf), tf.zeros([3, 2]), [[0.5]])


@error
def outputs_no_tensor(tf):
    helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(tf.zeros([3, 2]), [1], 1)
    helper.sample(0, [tf.zeros([1, 3])], None)


@error
def batch_size_too_early(tf):
    print(tf.contrib.seq2seq.CustomHelper(None, None, None).batch_size)


@error
def decode_no_decoder(tf):
    tf.contrib.seq2seq.dynamic_decode(gru(tf))


@error
def beams_imputed(tf):
    cell, start = attentive(tf, tf.float32, [MECHANISMS["luong"]], 2)
    search(tf, tf.float32, cell, start, 2, impute_finished=True)


@error
def monotonic_in_float64(tf):
    made = mechanism(tf, tf.float64, MECHANISMS["luong_monotonic"])
    made(tf.zeros([BATCH, UNITS], tf.float64), made.initial_state(BATCH, tf.float64))


@error
def iterations_no_scalar(tf):
    helper = helper_of(tf, lengths(tf))
    decode(tf, tf.float32, helper, maximum_iterations=[3])


@error
def decoder_no_cell(tf):
    tf.contrib.seq2seq.BasicDecoder(3, helper_of(tf, lengths(tf)), None)


@error
def decoder_no_helper(tf):
    tf.contrib.seq2seq.BasicDecoder(gru(tf), 3, None)


@error
def decoder_no_layer(tf):
    tf.contrib.seq2seq.BasicDecoder(gru(tf), helper_of(tf, lengths(tf)), None, 3)


@error
def abstract_helper(tf):
    tf.contrib.seq2seq.Helper()


@error
def abstract_decoder(tf):
    tf.contrib.seq2seq.Decoder()


@error
def memory_of_unknown_width(tf):
    tf.contrib.seq2seq.LuongAttention(3, tf.placeholder(tf.float32, [2, 3, None]))


@error
def probability_no_function(tf):
    module = cell_snippets.module(tf, "contrib.seq2seq.python.ops.attention_wrapper")
    module._BaseAttentionMechanism(None, tf.zeros([2, 3, 4]), 3, memory_layer=tf.layers.Dense(3))


@error
def query_layer_no_layer(tf):
    module = cell_snippets.module(tf, "contrib.seq2seq.python.ops.attention_wrapper")
    module._BaseAttentionMechanism(3, tf.zeros([2, 3, 4]), tf.nn.softmax, memory_layer=tf.layers.Dense(3))


@error
def luong_of_other_width(tf):
    made = tf.contrib.seq2seq.LuongAttention(3, tf.zeros([2, 3, 4]))
    made(tf.zeros([2, 4]), tf.zeros([2, 3]))


@error
def monotonic_mode(tf):
    tf.contrib.seq2seq.monotonic_attention(tf.zeros([2, 3]), tf.zeros([2, 3]), "soft")


@error
def clone_of_other_shape(tf):
    cell = tf.contrib.seq2seq.AttentionWrapper(gru(tf), tf.contrib.seq2seq.LuongAttention(4, tf.zeros([2, 3, 4])))
    cell.zero_state(2, tf.float32).clone(cell_state=tf.zeros([2, 5]))


def failing_wrapper(name, *arguments, **options):
    def build(tf):
        made = tf.contrib.seq2seq.LuongAttention(4, tf.zeros([2, 3, 4]))
        words = {"cell": gru(tf), "made": made, "dense": tf.layers.Dense(3)}
        values = [words.get(a, a) if isinstance(a, str) else a for a in arguments]
        more = {k: words.get(v, v) if isinstance(v, str) else v for k, v in options.items()}
        tf.contrib.seq2seq.AttentionWrapper(*values, **more)

    ERRORS["wrapper_" + name] = build


failing_wrapper("no_cell", 3, "made")
failing_wrapper("no_mechanism", "cell", 3)
failing_wrapper("no_mechanisms", "cell", [3])
failing_wrapper("no_function", "cell", "made", cell_input_fn=3)
failing_wrapper("two_sizes", "cell", "made", [3, 4])
failing_wrapper("size_and_layer", "cell", "made", 3, attention_layer="dense")
failing_wrapper("two_layers", "cell", "made", attention_layer=[1, 2])


@error
def wrapper_other_batch(tf):
    cell = tf.contrib.seq2seq.AttentionWrapper(gru(tf), tf.contrib.seq2seq.LuongAttention(4, tf.zeros([2, 3, 4])))
    cell.zero_state(3, tf.float32)


@error
def wrapper_no_state(tf):
    cell = tf.contrib.seq2seq.AttentionWrapper(gru(tf), tf.contrib.seq2seq.LuongAttention(4, tf.zeros([2, 3, 4])))
    cell(tf.zeros([2, 3]), tf.zeros([2, 4]))


def failing_beam(name, **options):
    def build(tf):
        values = dict(
            cell=gru(tf), embedding=tf.zeros([6, 3]), start_tokens=[1, 2], end_token=0,
            initial_state=tf.zeros([6, 4]), beam_width=3,
        )  # fmt: skip
        run = options.pop("run", False) if "run" in options else False
        values.update(options)
        decoder = tf.contrib.seq2seq.BeamSearchDecoder(**values)
        if run:
            tf.contrib.seq2seq.dynamic_decode(decoder)

    ERRORS["beam_" + name] = build


failing_beam("no_cell", cell=3)
failing_beam("no_layer", output_layer=3)
failing_beam("start", start_tokens=3)
failing_beam("end", end_token=[3])
failing_beam("rows", initial_state=np.zeros([2, 4], np.float32))
failing_beam("coverage", coverage_penalty_weight=0.3, run=True)


@error
def tile_scalar(tf):
    tf.contrib.seq2seq.tile_batch(tf.constant(3.0), 2)


@error
def tree_of_floats(tf):
    tf.contrib.seq2seq.gather_tree(tf.zeros([2, 2, 2]), tf.zeros([2, 2, 2]), [1, 1], 0)


@error
def tree_of_longs(tf):
    three = tf.zeros([2, 2, 2], tf.int64)
    tf.contrib.seq2seq.gather_tree(three, three, [1, 1], tf.constant(0, tf.int64))


@error
def tree_of_other_ranks(tf):
    tf.contrib.seq2seq.gather_tree(np.zeros([2, 2], np.int32), np.zeros([2, 2, 2], np.int32), [1, 1], 0)


@error
def tree_of_other_batch(tf):
    tf.contrib.seq2seq.gather_tree(np.zeros([2, 2, 2], np.int32), np.zeros([2, 2, 2], np.int32), [1, 1, 1], 0)


# measuring


def digest(value):
    return hashlib.sha1(np.ascontiguousarray(value).tobytes()).hexdigest()[:16]


def flat(result):
    """Every tensor in nested tuples, lists and dicts; arrays of steps as one tensor each."""
    if isinstance(result, dict):
        return [tensor for key in sorted(result) for tensor in flat(result[key])]
    if isinstance(result, (list, tuple)):
        return [tensor for part in result for tensor in flat(part)]
    return [result.stack() if hasattr(result, "stack") else result]


def measure(tf, name, dtype):
    """Build one case in a graph of its own and run it with fixed weights.

    Returns facts (variables: name, shape, trainable, digest of the start value; the id that the graph has
    reached) and arrays (every tensor the case returned, and the gradients).
    """
    F = getattr(tf, dtype)
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(11)
        tensors = [tensor for tensor in flat(CASES[name](tf, F)) if hasattr(tensor, "dtype")]
        facts = {"last_id": tf.get_seed(None)[1] if hasattr(tf, "get_seed") else tf.random.get_seed(None)[1]}
        variables, trained = tf.global_variables(), tf.trainable_variables()
        wanted = {"tensor/%d" % k: tensor for k, tensor in enumerate(tensors)}
        if name not in FORWARD_ONLY:
            floats = [tensor for tensor in tensors if tensor.dtype == F]
            loss = tf.add_n([tf.reduce_mean(tf.square(tensor - 0.25)) for tensor in floats])
            gradients = tf.gradients(loss, trained)
            known = [(v, g) for v, g in zip(trained, gradients) if g is not None]
            wanted.update(("gradient/" + v.name, tf.convert_to_tensor(g)) for v, g in known)
            facts["without_gradient"] = [v.name for v, g in zip(trained, gradients) if g is None]
        session.run(tf.global_variables_initializer())
        starts = session.run(variables)
        facts["variables"] = [
            [v.name, list(value.shape), bool(v in trained), digest(value)] for v, value in zip(variables, starts)
        ]
        fixed = {
            v.initializer.inputs[1]: 1.5 * cell_snippets.weights(v.op.name, value.shape, k).astype(value.dtype)
            for k, (v, value) in enumerate(zip(variables, starts))
        }
        session.run([v.initializer for v in variables], fixed)
        computed = session.run(wanted)
        arrays = collections.OrderedDict((key, np.asarray(computed[key])) for key in sorted(computed))
        return facts, arrays


def dtypes(name):
    return ("float32", "float64") if name in FLOAT64 else ("float32",)


def runs():
    """Every (case, dtype)."""
    return [name + "@" + dtype for name in CASES for dtype in dtypes(name)]


def measure_all(tf, names=None):
    """{case@dtype: facts}, {case@dtype: arrays}; one that cannot be built has the fact `failed`."""
    facts, arrays = collections.OrderedDict(), collections.OrderedDict()
    for run in runs() if names is None else names:
        try:
            facts[run], arrays[run] = measure(tf, *run.split("@"))
        except Exception as error:  # noqa: B902
            facts[run], arrays[run] = {"failed": "%s: %s" % (type(error).__name__, error)}, {}
    return facts, arrays


def unpack(layout, run, packed):
    """The arrays of one run, {key: array}, cut out of the recorded vectors of floats and whole numbers."""
    arrays, begin = collections.OrderedDict(), {"floats": 0, "ints": 0}
    for key, shape, dtype in layout:
        kind = "floats" if dtype.startswith("float") else "ints"
        end = begin[kind] + int(np.prod(shape))
        arrays[key] = packed[run + "/" + kind][begin[kind] : end].reshape(shape).astype(dtype)
        begin[kind] = end
    return arrays


# signatures

MODULES = (
    "attention_wrapper basic_decoder beam_search_decoder beam_search_ops decoder helper loss sampler"
).split()  # fmt: skip


def signature(function):
    found = inspect.getfullargspec(function)
    return [found.args, found.varargs, found.varkw, [repr(default) for default in found.defaults or ()]]


HOMES = ("tensorflow.contrib.seq2seq.", "legacy_tf1.contrib.seq2seq.")


def is_ours(value):
    return (getattr(value, "__module__", None) or "").startswith(HOMES)


def described(tf, wanted=None):
    """{module: {name: its signature; of a class its methods', properties, fields and abstract names}}.

    `wanted` has modules and names; without it, all that TF 1.15 defines in its modules.
    """
    found = collections.OrderedDict()
    for name in MODULES:
        module = cell_snippets.module(tf, "contrib.seq2seq.python.ops." + name)
        names = [key for key, value in sorted(vars(module).items()) if is_ours(value) and description(value)]
        found[name] = collections.OrderedDict(
            (key, description(getattr(module, key, None))) for key in (names if wanted is None else wanted[name])
        )
    return found


def description(value):
    if not inspect.isclass(value):
        return signature(value) if inspect.isfunction(value) else None
    members = {}
    for cls in reversed(value.__mro__):
        if not is_ours(cls) or "_fields" in vars(cls):  # the base that namedtuple() makes is Python's, not TensorFlow's
            continue
        for key, member in vars(cls).items():
            if inspect.isfunction(member) and member.__name__ != "__new__":
                members[key] = signature(member)
            elif isinstance(member, property):
                members[key] = "property"
    return {
        "members": members,
        "fields": list(getattr(value, "_fields", ())),
        "abstract": sorted(getattr(value, "__abstractmethods__", ())),
    }
