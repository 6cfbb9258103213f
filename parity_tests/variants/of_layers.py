"""The rows of keras_port.layers: each cell, wrapper and loop beside the TF1 call that it stands for."""

from __future__ import annotations

from parity_tests.variants.variant import UNITS, WIDTH, Variant, cell, lengths_of, stock

__all__ = ["LAYERS"]

SINGLE = ("float32",)
CLIPPED = dict(use_peepholes=True, cell_clip=0.3, num_proj=5, proj_clip=0.2)
NORMED = dict(norm_gain=0.7, norm_shift=0.1)
# units open and close within the seven steps of a row
RHYTHM = dict(ratio_on=0.6, leak=0.1, period_init_max=10.0)


def basic_rnn(tf, units=UNITS):
    return tf.nn.rnn_cell.BasicRNNCell(units)


def basic_lstm(tf, units=UNITS, **options):
    return tf.nn.rnn_cell.BasicLSTMCell(units, **options)


def gru(tf, units=UNITS):
    return tf.nn.rnn_cell.GRUCell(units)


def lstm(tf, units=UNITS, **options):
    return tf.nn.rnn_cell.LSTMCell(units, **options)


def gru_twin(L, units=UNITS, inputs=WIDTH):
    return L.gru_cell(units, inputs=inputs)


CELLS = (
    stock("rnn", basic_rnn, lambda L, o: L.basic_rnn(UNITS, inputs=WIDTH, **o)),
    stock("lstm", basic_lstm, lambda L, o: L.basic_lstm(UNITS, inputs=WIDTH, **o)),
    stock("gru", gru, lambda L, o: L.gru(UNITS, inputs=WIDTH, **o)),
    stock(
        "lstm_forget_bias",
        lambda tf: basic_lstm(tf, forget_bias=-0.3),
        lambda L, o: L.basic_lstm(UNITS, inputs=WIDTH, forget_bias=-0.3, **o),
        forget_bias=-0.3,
    ),
    cell("rnn_cell", basic_rnn, lambda L: L.basic_rnn_cell(UNITS, inputs=WIDTH)),
    cell("lstm_cell", basic_lstm, lambda L: L.basic_lstm_cell(UNITS, inputs=WIDTH)),
    cell("gru_cell", gru, gru_twin),
    cell(
        "lstm_block",
        lambda tf: tf.contrib.rnn.LSTMBlockCell(UNITS),
        lambda L: L.basic_lstm_cell(UNITS, inputs=WIDTH),
        dtypes=SINGLE,
    ),
    cell("gru_block", lambda tf: tf.contrib.rnn.GRUBlockCellV2(UNITS), gru_twin, dtypes=SINGLE),
    cell("lstm_plain", lstm, lambda L: L.LSTMCell(UNITS)),
    cell("lstm_peepholes", lambda tf: lstm(tf, use_peepholes=True), lambda L: L.LSTMCell(UNITS, use_peepholes=True)),
    cell(
        "lstm_block_peepholes",
        lambda tf: tf.contrib.rnn.LSTMBlockCell(UNITS, forget_bias=0.5, use_peephole=True),
        lambda L: L.LSTMCell(UNITS, forget_bias=0.5, use_peepholes=True),
        dtypes=SINGLE,
    ),
    cell("lstm_clip", lambda tf: lstm(tf, cell_clip=0.3), lambda L: L.LSTMCell(UNITS, cell_clip=0.3)),
    cell("lstm_projected", lambda tf: lstm(tf, num_proj=5), lambda L: L.LSTMCell(UNITS, num_proj=5)),
    cell(
        "lstm_everything",
        lambda tf: lstm(tf, forget_bias=0.4, **CLIPPED),
        lambda L: L.LSTMCell(UNITS, forget_bias=0.4, **CLIPPED),
    ),
    cell(
        "layer_norm_lstm",
        lambda tf: tf.contrib.rnn.LayerNormBasicLSTMCell(UNITS, **NORMED),
        lambda L: L.LayerNormLSTMCell(UNITS, **NORMED),
    ),
    cell(
        "layer_norm_lstm_everything",
        lambda tf: tf.contrib.rnn.python.ops.rnn_cell.LayerNormLSTMCell(UNITS, layer_norm=True, **NORMED, **CLIPPED),
        lambda L: L.LayerNormLSTMCell(UNITS, **NORMED, **CLIPPED),
    ),
    cell(
        "coupled_lstm",
        lambda tf: tf.contrib.rnn.CoupledInputForgetGateLSTMCell(UNITS),
        lambda L: L.CoupledInputForgetGateLSTMCell(UNITS),
    ),
    cell(
        "coupled_lstm_everything",
        lambda tf: tf.contrib.rnn.CoupledInputForgetGateLSTMCell(
            UNITS, use_peepholes=True, num_proj=5, proj_clip=0.2, layer_norm=True, **NORMED
        ),
        lambda L: L.CoupledInputForgetGateLSTMCell(
            UNITS, use_peepholes=True, num_proj=5, proj_clip=0.2, layer_norm=True, **NORMED
        ),
    ),
    cell("nas", lambda tf: tf.contrib.rnn.NASCell(UNITS), lambda L: L.NASCell(UNITS)),
    cell(
        "nas_projected",
        lambda tf: tf.contrib.rnn.NASCell(UNITS, num_proj=5, use_bias=True),
        lambda L: L.NASCell(UNITS, 5, use_bias=True),
    ),
    cell("ugrnn", lambda tf: tf.contrib.rnn.UGRNNCell(UNITS), lambda L: L.UGRNNCell(UNITS)),
    cell("intersection", lambda tf: tf.contrib.rnn.IntersectionRNNCell(WIDTH), lambda L: L.IntersectionRNNCell(WIDTH)),
    cell(
        "intersection_projected",
        lambda tf: tf.contrib.rnn.IntersectionRNNCell(UNITS, num_in_proj=UNITS),
        lambda L: L.IntersectionRNNCell(UNITS, UNITS),
    ),
)


# wrappers


def kept(tf):
    """Dropout by tensors that say 1: the masks are drawn, and every number is kept."""
    ones = [tf.placeholder_with_default(tf.ones([], tf.get_variable_scope().dtype), []) for _ in range(3)]
    return tf.nn.rnn_cell.DropoutWrapper(basic_lstm(tf), *ones)


def kept_twin(L, rows):
    from keras import ops

    layer = L.DynamicRNN(
        L.DropoutWrapper(L.basic_lstm_cell(UNITS, inputs=WIDTH), L.FED, L.FED, L.FED), return_state=True, name="rnn"
    )
    outputs, h, c = layer(rows, keep_prob=1.0)
    return [ops.sum(outputs, axis=1), c, h]


def wide_start(tf, attention):
    """From weights between -1 and 1.

    From TF1's smaller ones the rows that the softmax weighs are hardly different, and what they have in common
    cancels in the gradient of the query: what is left carries a hundred times the rounding errors.
    """
    tf.get_variable_scope().set_initializer(tf.random_uniform_initializer(-1.0, 1.0))
    return attention


WRAPPERS = (
    cell(
        "multi_rnn",
        lambda tf: tf.nn.rnn_cell.MultiRNNCell([gru(tf), lstm(tf, 5)]),
        lambda L: L.multi_rnn_cell([gru_twin(L), L.LSTMCell(5)]),
        depth=2,
    ),
    cell(
        "multi_rnn_shared",
        lambda tf: tf.nn.rnn_cell.MultiRNNCell([basic_rnn(tf, WIDTH)] * 2),
        lambda L: L.multi_rnn_cell([L.basic_rnn_cell(WIDTH, inputs=WIDTH)] * 2),
        depth=2,
    ),
    Variant("dropout", cell("", kept, None).tf1, kept_twin),
    cell(
        "residual",
        lambda tf: tf.nn.rnn_cell.ResidualWrapper(gru(tf, WIDTH)),
        lambda L: L.ResidualWrapper(gru_twin(L, WIDTH)),
    ),
    cell(
        "highway",
        lambda tf: tf.contrib.rnn.HighwayWrapper(gru(tf, WIDTH)),
        lambda L: L.HighwayWrapper(gru_twin(L, WIDTH)),
    ),
    cell(
        "highway_uncoupled",
        lambda tf: tf.contrib.rnn.HighwayWrapper(lstm(tf, WIDTH), couple_carry_transform_gates=False),
        lambda L: L.HighwayWrapper(L.LSTMCell(WIDTH), False),
    ),
    cell(
        "input_projection",
        lambda tf: tf.contrib.rnn.InputProjectionWrapper(gru(tf), 5, activation=tf.tanh),
        lambda L: L.InputProjectionWrapper(gru_twin(L, inputs=5), 5, "tanh"),
    ),
    cell(
        "output_projection",
        lambda tf: tf.contrib.rnn.OutputProjectionWrapper(lstm(tf), 5, activation=tf.sigmoid),
        lambda L: L.OutputProjectionWrapper(L.LSTMCell(UNITS), 5, "sigmoid"),
    ),
    cell(
        "attention",
        lambda tf: wide_start(tf, tf.contrib.rnn.AttentionCellWrapper(gru(tf), 3)),
        lambda L: L.AttentionCellWrapper(gru_twin(L), 3),
        depth=2,
    ),
    cell(
        "attention_lstm",
        lambda tf: wide_start(
            tf, tf.contrib.rnn.AttentionCellWrapper(basic_lstm(tf), 2, attn_size=3, attn_vec_size=5, input_size=4)
        ),
        lambda L: L.AttentionCellWrapper(
            L.basic_lstm_cell(UNITS, inputs=4), 2, attn_size=3, attn_vec_size=5, input_size=4
        ),
        depth=2,
    ),
)


# loops


def unrolled(tf, rows):
    outputs, state = tf.nn.static_rnn(
        gru(tf), tf.unstack(rows, axis=1), dtype=rows.dtype, sequence_length=lengths_of(tf, rows)
    )
    return [tf.add_n(outputs), state]


def unrolled_twin(L, rows):
    from keras import ops

    layer = L.DynamicRNN(gru_twin(L), return_state=True, unroll=True, name="rnn")
    outputs, state = layer(rows, sequence_length=lengths_of(ops, rows))
    return [ops.sum(outputs, axis=1), state]


def time_major(tf, rows):
    rows = tf.transpose(rows, [1, 0, 2])
    outputs, state = tf.nn.dynamic_rnn(lstm(tf, num_proj=5), rows, dtype=rows.dtype, time_major=True)
    return [tf.reduce_sum(outputs, 0), *state]


def time_major_twin(L, rows):
    from keras import ops

    layer = L.DynamicRNN(L.LSTMCell(UNITS, num_proj=5), return_state=True, time_major=True, name="rnn")
    outputs, h, c = layer(ops.swapaxes(rows, 0, 1))
    return [ops.sum(outputs, axis=0), c, h]


def bidirectional(tf, rows):
    outputs, states = tf.nn.bidirectional_dynamic_rnn(
        gru(tf), lstm(tf, 5), rows, sequence_length=lengths_of(tf, rows), dtype=rows.dtype
    )
    return [tf.reduce_sum(tf.concat(outputs, 2), 1), states[0], *states[1]]


def bidirectional_twin(L, rows):
    from keras import ops

    layer = L.BidirectionalRNN(gru_twin(L), L.LSTMCell(5), merge_mode="concat", return_state=True, name="rnn")
    outputs, ahead, (h, c) = layer(rows, sequence_length=lengths_of(ops, rows))
    return [ops.sum(outputs, axis=1), *ahead, c, h]


def stacked_bidirectional(tf, rows):
    cells = [[basic_lstm(tf, units) for units in (UNITS, 5)] for _ in range(2)]
    outputs, *_ = tf.contrib.rnn.stack_bidirectional_dynamic_rnn(*cells, rows, dtype=rows.dtype)
    return [tf.reduce_sum(outputs, 1)]


def stacked_bidirectional_twin(L, rows):
    from keras import ops

    for k, units in enumerate((UNITS, 5)):
        pair = [L.LSTMCell(units) for _ in range(2)]
        rows = L.BidirectionalRNN(*pair, merge_mode="concat", name=f"cell_{k}")(rows)
    return [ops.sum(rows, axis=1)]


def fused(tf, rows):
    outputs, state = tf.contrib.rnn.LSTMBlockFusedCell(UNITS)(tf.transpose(rows, [1, 0, 2]), dtype=rows.dtype)
    return [tf.reduce_sum(outputs, 0), *state]


def phased(**options):
    def of_tf1(tf, rows):
        steps = tf.reshape(tf.range(WIDTH, dtype=rows.dtype), [1, WIDTH, 1])
        times = rows[:, :, :1] + steps
        phased_cell = tf.contrib.rnn.PhasedLSTMCell(UNITS, **RHYTHM, **options)
        outputs, state = tf.nn.dynamic_rnn(phased_cell, (times, rows[:, :, 1:]), dtype=rows.dtype)
        return [tf.reduce_sum(outputs, 1), *state]

    return of_tf1


def phased_twin(**options):
    def of_keras(L, rows):
        from keras import ops

        steps = ops.reshape(ops.arange(WIDTH, dtype=rows.dtype), (1, WIDTH, 1))
        timed = ops.concatenate([rows[:, :, :1] + steps, rows[:, :, 1:]], axis=-1)
        layer = L.DynamicRNN(L.PhasedLSTMCell(UNITS, **RHYTHM, **options), return_state=True, name="rnn")
        outputs, h, c = layer(timed)
        return [ops.sum(outputs, axis=1), c, h]

    return of_keras


def behind_dense(tf, rows):
    wide = tf.layers.dense(rows, 12, bias_initializer=tf.random_normal_initializer(), name="projection")
    return cell("", basic_lstm, None).tf1(tf, wide)


def behind_dense_twin(L, rows):
    wide = L.Dense(12, name="projection")(rows)
    return stock("", None, lambda L, o: L.basic_lstm(UNITS, inputs=12, **o)).keras(L, wide)


LOOPS = (
    Variant("behind_dense", behind_dense, behind_dense_twin, depth=2),
    cell("lengths", lstm, lambda L: L.LSTMCell(UNITS), masked=True),
    cell("lengths_stock", basic_rnn, lambda L: L.basic_rnn_cell(UNITS, inputs=WIDTH), masked=True),
    Variant("static", unrolled, unrolled_twin),
    Variant("time_major", time_major, time_major_twin),
    Variant("bidirectional", bidirectional, bidirectional_twin),
    Variant("stack_bidirectional", stacked_bidirectional, stacked_bidirectional_twin, depth=2),
    Variant(
        "lstm_fused",
        fused,
        stock("", None, lambda L, o: L.basic_lstm(UNITS, inputs=WIDTH, **o)).keras,
        dtypes=SINGLE,
    ),
    Variant("phased_lstm", phased(), phased_twin(), dtypes=SINGLE),
    Variant(
        "phased_lstm_peepholes",
        phased(use_peepholes=True, trainable_ratio_on=False),
        phased_twin(use_peepholes=True, trainable_ratio_on=False),
        dtypes=SINGLE,
    ),
)

LAYERS = (*CELLS, *WRAPPERS, *LOOPS)
