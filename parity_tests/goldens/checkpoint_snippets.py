"""Checkpoints of tiny programs, each in a few lines: every file format, cell and age of names that TF 1.15.5 can write.

Runs under Python 3.7 with real TensorFlow 1.15.5 only, where `record_checkpoints.py` makes the goldens. A case is a
function of the `tensorflow` module and of a folder to write into; it returns a name -> array dict: `x`, what was fed,
`y`, what came out, and every variable by its name in the checkpoint.
"""

import collections
import importlib

import numpy as np

BATCH, TIME, WIDTH, UNITS = 2, 4, 3, 4

CASES = collections.OrderedDict()


def case(function):
    CASES[function.__name__] = function
    return function


def numbers(seed, *shape):
    return np.random.RandomState(seed).uniform(-1, 1, shape).astype(np.float32)


def sequence(tf):
    return tf.constant(numbers(7, BATCH, TIME, WIDTH))


class Program:
    """A graph whose variables get fixed numbers; saved by tf.train.Saver, measured by name."""

    def __init__(self, tf, y):
        self.tf, self.y, self.session = tf, y, tf.Session()
        self.session.run(tf.global_variables_initializer())
        for seed, variable in enumerate(tf.global_variables()):
            if variable.dtype.base_dtype == tf.float32 and variable.shape.ndims:
                array = numbers(seed, *variable.shape.as_list())
                variable.load(abs(array) if "Adam_1" in variable.op.name else array, self.session)

    def save(self, folder, names=None, meta=False, version=2, step=None, **options):
        """Write folder/model.ckpt; `names` maps a variable's name to the one it is saved under."""
        variables = names and {names.get(v.op.name, v.op.name): v for v in self.tf.global_variables()}
        saver = self.tf.train.Saver(variables, write_version=version, **options)
        saver.save(self.session, str(folder / "model.ckpt"), global_step=step, write_meta_graph=meta)

    def measured(self, names=None, **more):
        found = {"x": numbers(7, BATCH, TIME, WIDTH), "y": self.session.run(self.y)}
        for variable in self.tf.global_variables():
            if variable.dtype.base_dtype != self.tf.string:
                name = variable.op.name
                found["var/" + (names or {}).get(name, name)] = self.session.run(variable)
        return dict(found, **{key.replace("__", "/"): self.session.run(value) for key, value in more.items()})


CELLS = collections.OrderedDict(
    [
        ("BasicRNNCell", lambda tf, rnn: rnn.BasicRNNCell(UNITS)),
        ("BasicLSTMCell", lambda tf, rnn: rnn.BasicLSTMCell(UNITS)),
        ("BasicLSTMCell-named", lambda tf, rnn: rnn.BasicLSTMCell(UNITS, name="mine")),
        ("LSTMCell", lambda tf, rnn: rnn.LSTMCell(UNITS)),
        ("LSTMCell-peepholes", lambda tf, rnn: rnn.LSTMCell(UNITS, use_peepholes=True, num_proj=2)),
        ("GRUCell", lambda tf, rnn: rnn.GRUCell(UNITS)),
        ("GRUBlockCell", lambda tf, rnn: rnn.GRUBlockCell(UNITS)),
        ("GRUBlockCellV2", lambda tf, rnn: rnn.GRUBlockCellV2(UNITS)),
        ("LSTMBlockCell", lambda tf, rnn: rnn.LSTMBlockCell(UNITS)),
        ("LSTMBlockCell-peephole", lambda tf, rnn: rnn.LSTMBlockCell(UNITS, use_peephole=True)),
        ("LayerNormBasicLSTMCell", lambda tf, rnn: rnn.LayerNormBasicLSTMCell(UNITS)),
        (
            "CoupledInputForgetGateLSTMCell",
            lambda tf, rnn: rnn.CoupledInputForgetGateLSTMCell(UNITS, use_peepholes=True, num_proj=2),
        ),
        ("NASCell", lambda tf, rnn: rnn.NASCell(UNITS, num_proj=2, use_bias=True)),
        ("UGRNNCell", lambda tf, rnn: rnn.UGRNNCell(UNITS)),
        ("IntersectionRNNCell", lambda tf, rnn: rnn.IntersectionRNNCell(UNITS, num_in_proj=UNITS)),
        ("CudnnCompatibleLSTMCell", lambda tf, rnn: tf.contrib.cudnn_rnn.CudnnCompatibleLSTMCell(UNITS)),
        ("CudnnCompatibleGRUCell", lambda tf, rnn: tf.contrib.cudnn_rnn.CudnnCompatibleGRUCell(UNITS)),
        (
            "LayerNormLSTMCell",
            lambda tf, rnn: importlib.import_module("tensorflow.contrib.rnn.python.ops.rnn_cell").LayerNormLSTMCell(
                UNITS, use_peepholes=True, num_proj=2, layer_norm=True
            ),
        ),
        (
            "CoupledInputForgetGateLSTMCell-norm",
            lambda tf, rnn: rnn.CoupledInputForgetGateLSTMCell(UNITS, layer_norm=True),
        ),
        ("HighwayWrapper", lambda tf, rnn: rnn.HighwayWrapper(rnn.GRUCell(WIDTH), couple_carry_transform_gates=False)),
        ("InputProjectionWrapper", lambda tf, rnn: rnn.InputProjectionWrapper(rnn.GRUCell(UNITS), 5)),
        ("OutputProjectionWrapper", lambda tf, rnn: rnn.OutputProjectionWrapper(rnn.GRUCell(UNITS), 2)),
        (
            "AttentionCellWrapper",
            lambda tf, rnn: rnn.AttentionCellWrapper(rnn.GRUCell(UNITS), 3, attn_size=3, attn_vec_size=5),
        ),
        ("MultiRNNCell", lambda tf, rnn: rnn.MultiRNNCell([rnn.BasicLSTMCell(UNITS) for _ in range(3)])),
        ("MultiRNNCell-mixed", lambda tf, rnn: rnn.MultiRNNCell([rnn.GRUCell(UNITS), rnn.LSTMCell(UNITS)])),
    ]
)


def dynamic(tf, make):
    outputs, _ = tf.nn.dynamic_rnn(make(tf, tf.contrib.rnn), sequence(tf), dtype=tf.float32)
    return Program(tf, outputs)


def cells():
    for name, make in CELLS.items():

        def run(tf, folder, make=make):
            program = dynamic(tf, make)
            program.save(folder)
            return program.measured()

        CASES["cell-" + name] = run


cells()


@case
def cell_LSTMBlockFusedCell(tf, folder):
    cell = tf.contrib.rnn.LSTMBlockFusedCell(UNITS)
    outputs, _ = cell(tf.transpose(sequence(tf), [1, 0, 2]), dtype=tf.float32)
    program = Program(tf, tf.transpose(outputs, [1, 0, 2]))
    program.save(folder)
    return program.measured()


@case
def cell_bidirectional(tf, folder):
    rnn = tf.contrib.rnn
    outputs, _ = tf.nn.bidirectional_dynamic_rnn(rnn.GRUCell(UNITS), rnn.GRUCell(UNITS), sequence(tf), dtype=tf.float32)
    program = Program(tf, tf.concat(outputs, -1))
    program.save(folder)
    return program.measured()


@case
def cell_PhasedLSTMCell(tf, folder):
    """Its input is a pair: the time (batch, time, 1) and x; the cell here takes them side by side."""
    time, x = sequence(tf)[:, :, :1], sequence(tf)[:, :, 1:]
    outputs, _ = tf.nn.dynamic_rnn(
        tf.contrib.rnn.PhasedLSTMCell(UNITS, use_peepholes=True, ratio_on=0.6), (time, x), dtype=tf.float32
    )
    program = Program(tf, outputs)
    for variable in tf.global_variables():  # lengths of time, and shares of it
        if variable.op.name.endswith(("period", "phase", "ratio_on")):
            variable.load(0.2 + abs(program.session.run(variable)), program.session)
    program.save(folder)
    return program.measured()


def of_keras():
    """tf.keras's own recurrent layers, whose variables tf.train.Saver saves as any others."""
    layers = [
        ("SimpleRNN", {}),
        ("LSTM", {}),
        ("LSTM-sigmoid", {"recurrent_activation": "sigmoid"}),
        ("GRU", {}),
        ("GRU-reset_after", {"reset_after": True, "recurrent_activation": "sigmoid"}),
    ]
    for name, options in layers:

        def run(tf, folder, name=name, options=options):
            make = getattr(tf.keras.layers, name.partition("-")[0])
            program = Program(tf, make(UNITS, return_sequences=True, name="mine", **options)(sequence(tf)))
            program.save(folder)
            return program.measured()

        CASES["cell-keras-" + name] = run


of_keras()


# names older than TF 1.2: what TF 1.15 makes, saved under what the older versions called it

RENAMED = [
    ("age_1_0-basic_lstm", "BasicLSTMCell", {"kernel": "weights", "bias": "biases"}),
    ("age_1_0-gru", "GRUCell", {"kernel": "weights", "bias": "biases"}),
    ("age_1_0-lstm", "LSTMCell-peepholes", {"kernel": "weights", "bias": "biases"}),
    (
        "age_0_12-basic_lstm",
        "BasicLSTMCell",
        {
            "rnn/basic_lstm_cell/kernel": "RNN/BasicLSTMCell/Linear/Matrix",
            "rnn/basic_lstm_cell/bias": "RNN/BasicLSTMCell/Linear/Bias",
        },  # noqa: E501
    ),
    (
        "age_0_12-basic_rnn",
        "BasicRNNCell",
        {
            "rnn/basic_rnn_cell/kernel": "RNN/BasicRNNCell/Linear/Matrix",
            "rnn/basic_rnn_cell/bias": "RNN/BasicRNNCell/Linear/Bias",
        },  # noqa: E501
    ),
    (
        "age_0_12-gru",
        "GRUCell",
        {
            "rnn/gru_cell/gates": "RNN/GRUCell/Gates/Linear",
            "rnn/gru_cell/candidate": "RNN/GRUCell/Candidate/Linear",
            "kernel": "Matrix",
            "bias": "Bias",
        },
    ),
    (
        "age_0_12-lstm",
        "LSTMCell-peepholes",
        {
            "rnn/lstm_cell/projection/kernel": "RNN/LSTMCell/W_P_0",
            "rnn/lstm_cell": "RNN/LSTMCell",
            "kernel": "W_0",
            "bias": "B",
            "w_f_diag": "W_F_diag",
            "w_i_diag": "W_I_diag",
            "w_o_diag": "W_O_diag",
        },
    ),
    (
        "age_0_12-multi",
        "MultiRNNCell",
        {
            "rnn/multi_rnn_cell/cell_": "RNN/MultiRNNCell/Cell",
            "basic_lstm_cell": "BasicLSTMCell/Linear",
            "kernel": "Matrix",
            "bias": "Bias",
        },  # noqa: E501
    ),
]


def ages():
    for name, cell, renames in RENAMED:

        def run(tf, folder, cell=cell, renames=renames):
            program = dynamic(tf, CELLS[cell])
            names = {}
            for variable in tf.global_variables():
                renamed = variable.op.name
                for new, old in renames.items():
                    renamed = renamed.replace(new, old)
                names[variable.op.name] = renamed
            program.save(folder, names)
            return program.measured(names)

        CASES[name] = run


ages()

# optimizers

OPTIMIZERS = collections.OrderedDict(
    [
        ("GradientDescent", lambda train: train.GradientDescentOptimizer(0.1)),
        ("Momentum", lambda train: train.MomentumOptimizer(0.1, 0.9)),
        ("Momentum-nesterov", lambda train: train.MomentumOptimizer(0.1, 0.9, use_nesterov=True)),
        ("Adagrad", lambda train: train.AdagradOptimizer(0.1)),
        ("AdagradDA", lambda train: train.AdagradDAOptimizer(0.1, train.get_global_step())),
        ("Adadelta", lambda train: train.AdadeltaOptimizer(0.5)),
        ("RMSProp", lambda train: train.RMSPropOptimizer(0.1, momentum=0.5)),
        ("RMSProp-centered", lambda train: train.RMSPropOptimizer(0.1, momentum=0.5, centered=True)),
        ("Adam", lambda train: train.AdamOptimizer(0.1)),
        ("Ftrl", lambda train: train.FtrlOptimizer(0.1, l1_regularization_strength=0.01)),
        ("ProximalGradientDescent", lambda train: train.ProximalGradientDescentOptimizer(0.1)),
        ("ProximalAdagrad", lambda train: train.ProximalAdagradOptimizer(0.1)),
        (
            "Adam-decayed",
            lambda train: train.AdamOptimizer(train.exponential_decay(0.1, train.get_global_step(), 2, 0.5)),
        ),
    ]
)


def optimizers():
    for name, make in OPTIMIZERS.items():

        def run(tf, folder, make=make):
            step = tf.train.get_or_create_global_step()
            gap = tf.layers.dense(sequence(tf)[:, 0], UNITS) - tf.constant(numbers(9, BATCH, UNITS))
            loss = tf.reduce_mean(tf.square(gap))
            train = make(tf.train).minimize(loss, step)
            session = tf.Session()
            session.run(tf.global_variables_initializer())
            for seed, variable in enumerate(tf.trainable_variables()):
                variable.load(numbers(seed, *variable.shape.as_list()), session)
            for _ in range(3):
                session.run(train)
            tf.train.Saver().save(session, str(folder / "model.ckpt"), write_meta_graph=False)
            found = {"var/" + v.op.name: session.run(v) for v in tf.global_variables()}
            losses = [session.run([loss, train])[0] for _ in range(5)]
            return dict(found, x=numbers(7, BATCH, TIME, WIDTH)[:, 0], y=numbers(9, BATCH, UNITS), losses=losses)

        CASES["optimizer-" + name] = run


optimizers()

# file formats


def classifier(tf, forget_bias=1.0):
    """An LSTM and a linear layer, one step of Adam made, with a global step."""
    cell = tf.contrib.rnn.BasicLSTMCell(UNITS, forget_bias=forget_bias)
    _, state = tf.nn.dynamic_rnn(cell, sequence(tf), dtype=tf.float32)
    logits = tf.layers.dense(state.h, 3)
    step = tf.train.get_or_create_global_step()
    train = tf.train.AdamOptimizer(0.01).minimize(tf.reduce_sum(tf.square(logits)), step)
    program = Program(tf, logits)
    program.session.run(train)
    return program


@case
def v2(tf, folder):
    program = classifier(tf)
    program.save(folder, step=7)
    return program.measured()


@case
def v2_sharded(tf, folder):
    with tf.device("/cpu:0"):
        program = classifier(tf)
    program.save(folder, sharded=True)
    return program.measured()


@case
def v2_meta(tf, folder):
    program = classifier(tf, forget_bias=0.25)
    program.save(folder, meta=True)
    return program.measured()


@case
def forget_biases(tf, folder):
    """One for each cell: stacked in a loop, in two directions and in blocks, in parts, unrolled, of resource variables."""
    rnn = tf.contrib.rnn
    stacked = rnn.MultiRNNCell([rnn.BasicLSTMCell(UNITS, forget_bias=bias) for bias in (0.0, 2.0)])
    x, _ = tf.nn.dynamic_rnn(stacked, sequence(tf), dtype=tf.float32)
    ways = [rnn.LSTMCell(3, forget_bias=0.25), rnn.LSTMBlockCell(3, forget_bias=0.5)]
    both, _ = tf.nn.bidirectional_dynamic_rnn(ways[0], ways[1], x, dtype=tf.float32)
    with tf.variable_scope("parts", partitioner=tf.fixed_size_partitioner(2)):
        x, _ = tf.nn.dynamic_rnn(rnn.BasicLSTMCell(UNITS, forget_bias=0.75), tf.concat(both, -1), dtype=tf.float32)
    with tf.variable_scope("unrolled", use_resource=True):
        steps, _ = rnn.static_rnn(rnn.BasicLSTMCell(2, forget_bias=1.5), tf.unstack(x, axis=1), dtype=tf.float32)
    program = Program(tf, tf.stack(steps, 1))
    program.save(folder, meta=True)
    whole = {"var__parts__rnn__basic_lstm_cell__" + leaf: _whole(tf, leaf) for leaf in ("kernel", "bias")}
    return {key: array for key, array in program.measured(**whole).items() if "/part_" not in key}


def _whole(tf, leaf):
    return tf.concat(tf.get_collection(tf.GraphKeys.GLOBAL_VARIABLES, "parts/.*/%s/part_.:0$" % leaf), 0)


@case
def v1(tf, folder):
    program = classifier(tf)
    program.save(folder, version=1)
    return program.measured()


@case
def v1_sharded(tf, folder):
    program = classifier(tf)
    program.save(folder, version=1, sharded=True)
    return program.measured()


@case
def saved_model(tf, folder):
    program = classifier(tf, forget_bias=0.5)
    x = tf.placeholder(tf.float32, [None, 3], name="anything")
    tf.saved_model.simple_save(program.session, str(folder / "export"), {"images": x}, {"logits": program.y})
    return program.measured()


@case
def frozen(tf, folder):
    program = classifier(tf, forget_bias=0.75)
    graph = tf.graph_util.convert_variables_to_constants(
        program.session, tf.get_default_graph().as_graph_def(), [program.y.op.name]
    )
    (folder / "frozen.pb").write_bytes(graph.SerializeToString())
    return program.measured()


@case
def partitioned(tf, folder):
    with tf.variable_scope("", partitioner=tf.fixed_size_partitioner(3)):
        program = classifier(tf)
    program.save(folder)
    kernel = tf.get_collection(tf.GraphKeys.GLOBAL_VARIABLES, "rnn/basic_lstm_cell/kernel/part_.:0$")
    slots = tf.get_collection(tf.GraphKeys.GLOBAL_VARIABLES, "rnn/basic_lstm_cell/kernel/part_./Adam:0$")
    assert len(kernel) == len(slots) == 3
    return program.measured(
        **{
            "var__rnn__basic_lstm_cell__kernel": tf.concat(kernel, 0),
            "var__rnn__basic_lstm_cell__kernel__Adam": tf.concat(slots, 0),
        }  # noqa: E501
    )


@case
def frozen_partitioned(tf, folder):
    with tf.variable_scope("", partitioner=tf.fixed_size_partitioner(3)):
        program = classifier(tf)
    graph = tf.graph_util.convert_variables_to_constants(
        program.session, tf.get_default_graph().as_graph_def(), [program.y.op.name]
    )
    (folder / "frozen.pb").write_bytes(graph.SerializeToString())
    return program.measured()


@case
def averages(tf, folder):
    cell = tf.contrib.rnn.BasicLSTMCell(UNITS)
    _, state = tf.nn.dynamic_rnn(cell, sequence(tf), dtype=tf.float32)
    logits = tf.layers.dense(state.h, 3)
    tf.train.ExponentialMovingAverage(0.9).apply(tf.trainable_variables())
    program = Program(tf, logits)
    program.save(folder)
    return program.measured()


@case
def scoped_slots(tf, folder):
    """The optimizer made inside a scope: its slots' names begin with that."""
    logits = tf.layers.dense(sequence(tf)[:, 0], 3)
    with tf.variable_scope("training"):
        train = tf.train.AdamOptimizer(0.01).minimize(tf.reduce_sum(tf.square(logits)))
    program = Program(tf, logits)
    program.session.run(train)
    program.save(folder)
    return program.measured()


@case
def layers(tf, folder):
    """Embedding, convolution, batch normalization, two dense layers of the same shape, plain variables."""
    table = tf.get_variable("embedding", [5, WIDTH])
    x = sequence(tf) + tf.nn.embedding_lookup(table, [0, 1, 2, 4])
    x = tf.layers.conv1d(x, UNITS, 2, padding="same")
    x = tf.layers.batch_normalization(x)
    x = tf.layers.dense(tf.layers.dense(x[:, -1], UNITS), UNITS)
    program = Program(tf, tf.matmul(x, tf.Variable(numbers(3, UNITS, 2))) + tf.Variable(numbers(4, 2)))
    program.session.run([v.assign(tf.abs(v)) for v in tf.global_variables() if "moving_variance" in v.op.name])
    program.save(folder)
    return program.measured()


@case
def latest(tf, folder):
    """Two checkpoints in one folder; its `checkpoint` file names the newer one."""
    program = classifier(tf)
    program.save(folder, step=1)
    program.session.run(tf.get_default_graph().get_operation_by_name("Adam"))
    program.save(folder, step=2)
    return program.measured()


def typed(tf, names):
    random = np.random.RandomState(0)
    for name in names:
        dtype = getattr(tf, name)
        if name == "string":
            tf.Variable(["a", "bc"], name="v_string")
        elif name == "bool":
            tf.Variable([True, False, True], name="v_bool")
        else:
            low = 0 if name.startswith("u") else -100
            tf.Variable(tf.cast(tf.constant(random.randint(low, 100, (3, 2))), dtype), name="v_" + name)
    return Program(tf, tf.constant(0.0))


EVERYWHERE = ("float32", "float64", "int8", "uint8", "int16", "int32", "int64", "complex64", "complex128", "bool")


@case
def dtypes(tf, folder):
    program = typed(tf, EVERYWHERE + ("float16", "bfloat16", "uint16", "string"))
    program.save(folder)
    return program.measured()


@case
def v1_dtypes(tf, folder):
    program = typed(tf, EVERYWHERE)
    program.save(folder, version=1)
    return program.measured()


@case
def opaque(tf, folder):
    """The name under which a CudnnLSTM's parameters are saved where its own saver is not used."""
    with tf.variable_scope("cudnn_lstm"):
        tf.get_variable("opaque_kernel", [144])
    program = Program(tf, tf.constant(0.0))
    program.save(folder)
    return program.measured()
