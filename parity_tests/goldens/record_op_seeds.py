"""Record TF 1.15.5's op seeds and random draws: the golden `op_seeds.json`.

Needs Python 3.7 with `pip install tensorflow==1.15.5 'protobuf<3.21' 'numpy<1.19'`:

    python3.7 parity_tests/goldens/record_op_seeds.py

The differences that `legacy_tf1/seeds.py` models are found by running the same snippets on both
versions and comparing the ops that each made:

    python3.7 parity_tests/goldens/record_op_seeds.py --ops tf1.json
    python3   parity_tests/goldens/record_op_seeds.py --ops tf2.json     # in the TF1 world
    python3   parity_tests/goldens/record_op_seeds.py --diff tf1.json tf2.json
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import json
import logging
import os
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from parity_tests.goldens import golden_file  # noqa: E402
from parity_tests.goldens.op_seed_snippets import INPUTS, SNIPPETS  # noqa: E402

GRAPH_SEED = 7

# each line is fetched once in a new session, after its variables' initializers
DRAWS = """
tf.random_normal([3,4])
tf.random_normal([1000,7],mean=2.,stddev=.1)
tf.truncated_normal([500,3],stddev=.1)
tf.random_uniform([100,5])
tf.random_uniform([100,5],-1,1)
tf.random_uniform([100],0,10)
tf.random_uniform([100],0,10,dtype=tf.int32)
tf.random_uniform([100],dtype=tf.float64)
tf.random_normal([100],dtype=tf.float64)
tf.random_shuffle(tf.range(100))
tf.multinomial(tf.log([[.1,.2,.7]]),50)
tf.random_gamma([50],.7)
tf.random_poisson(3.,[50])
tf.nn.dropout(tf.ones([50,7]),.6)
tf.nn.dropout(tf.ones([50,7]),tf.constant(.6))
tf.layers.dropout(tf.ones([50,7]),.3,training=True)
tf.random.categorical(tf.log([[.1,.2,.7]]),50)
tf.get_variable("w",[13,17])
tf.get_variable("w",[13,17],initializer=tf.glorot_uniform_initializer())
tf.get_variable("w",[13,17],initializer=tf.glorot_normal_initializer())
tf.get_variable("w",[13,17],initializer=tf.orthogonal_initializer())
tf.get_variable("w",[17,13],initializer=tf.orthogonal_initializer())
tf.get_variable("w",[13,17],initializer=tf.variance_scaling_initializer())
tf.get_variable("w",[13,17],initializer=tf.variance_scaling_initializer(2.,"fan_in","uniform"))
tf.get_variable("w",[13,17],initializer=tf.random_uniform_initializer())
tf.get_variable("w",[13,17],initializer=tf.truncated_normal_initializer())
tf.get_variable("w",[13,17],initializer=tf.initializers.he_normal())
tf.get_variable("w",[13,17],initializer=tf.uniform_unit_scaling_initializer())
tf.Variable(tf.random_normal([13,17]))
tf.data.Dataset.range(100).shuffle(30).batch(100).make_one_shot_iterator().get_next()
tf.data.Dataset.range(100).shuffle(100).repeat(3).batch(300).make_one_shot_iterator().get_next()
tf.data.Dataset.range(100).shuffle(30,seed=3).batch(100).make_one_shot_iterator().get_next()
tf.data.Dataset.range(100).shuffle(40,reshuffle_each_iteration=False).repeat(3).batch(300).make_one_shot_iterator().get_next()
tf.data.Dataset.range(100).shuffle(40).repeat().batch(250).make_one_shot_iterator().get_next()
tf.data.Dataset.range(100).shuffle(40,seed=1).repeat(2).batch(200).make_one_shot_iterator().get_next()
tf.data.Dataset.range(100).shuffle(40).batch(10).repeat(2).batch(20).make_one_shot_iterator().get_next()
tf.data.Dataset.range(100).repeat(2).shuffle(40).batch(200).make_one_shot_iterator().get_next()
tf.data.Dataset.range(100).shuffle(40).map(lambda q:q+1).repeat(2).batch(200).make_one_shot_iterator().get_next()
tf.data.Dataset.range(99).apply(tf.data.experimental.shuffle_and_repeat(20,3)).batch(297).make_one_shot_iterator().get_next()
tf.data.Dataset.range(100).apply(tf.contrib.data.shuffle_and_repeat(30,3,seed=2)).batch(300).make_one_shot_iterator().get_next()
tf.data.Dataset.range(100).apply(tf.data.experimental.shuffle_and_repeat(30,1)).batch(100).make_one_shot_iterator().get_next()
tf.data.Dataset.range(100).shuffle(7).repeat(3).batch(300).make_one_shot_iterator().get_next()
tf.data.Dataset.range(1000).shuffle(300).repeat(3).batch(3000).make_one_shot_iterator().get_next()
tf.data.Dataset.range(100).shuffle(500).repeat(3).batch(300).make_one_shot_iterator().get_next()
tf.data.Dataset.range(100).shuffle(30).repeat(1).batch(100).make_one_shot_iterator().get_next()
tf.data.Dataset.range(100).shuffle(30).prefetch(0).take(-1).repeat(1).repeat(2).batch(200).make_one_shot_iterator().get_next()
tf.data.Dataset.range(100).shuffle(30).repeat(2).repeat(2).batch(400).make_one_shot_iterator().get_next()
tf.data.Dataset.range(60).shuffle(9,seed=5).repeat(2).shuffle(20).repeat(2).batch(240).make_one_shot_iterator().get_next()
tf.data.Dataset.range(60).map(lambda q:tf.random_uniform([])).shuffle(9).repeat(2).batch(120).make_one_shot_iterator().get_next()
tf.data.Dataset.range(2).flat_map(lambda q:tf.data.Dataset.range(40).shuffle(9,seed=5).repeat(2)).batch(160).make_one_shot_iterator().get_next()
tf.data.Dataset.range(0).shuffle(9).repeat().make_one_shot_iterator().get_next()
tf.data.Dataset.range(200).filter(lambda q:q%3>0).shuffle(30).repeat(2).batch(400).make_one_shot_iterator().get_next()
tf.data.TextLineDataset(license).filter(lambda q:tf.strings.length(q)>9).shuffle(30).repeat(2).map(tf.strings.length).batch(900).make_one_shot_iterator().get_next()
tf.data.Dataset.from_generator(lambda:map(np.arange,range(40)),tf.int64,[None]).shuffle(9).repeat(3).padded_batch(120,[None]).make_one_shot_iterator().get_next()
tf.data.Dataset.range(40).map(lambda q:tf.SparseTensor([[q]],[q],[40])).shuffle(9).repeat(3).map(tf.sparse.to_dense).batch(120).make_one_shot_iterator().get_next()
tf.data.Dataset.range(30).map(lambda q:tf.fill([50,50],q)).shuffle(9).repeat(2).batch(60).make_one_shot_iterator().get_next()
tf.data.Dataset.from_tensor_slices({"a":np.arange(50.),"b":(np.ones([50,2]),np.array(["7"]*50))}).shuffle(20).repeat(3).map(lambda q:q["a"]*q["b"][0]+tf.strings.to_number(q["b"][1],tf.float64)).batch(150).make_one_shot_iterator().get_next()
initialized(tf.data.Dataset.range(100).shuffle(40).repeat(2).batch(200).make_initializable_iterator())
switched(tf.data.Dataset.range(100).shuffle(40).repeat(2).batch(200))
tf.data.Dataset.range(100).shuffle(40).repeat(2).batch(200).with_options(unoptimized).make_one_shot_iterator().get_next()
tf.data.Dataset.range(9).map(lambda q:tf.random_uniform([])).batch(9).make_one_shot_iterator().get_next()
tf.equal(tf.nn.dynamic_rnn(tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.GRUCell(4),output_keep_prob=.5),tf.ones([3,9,5]),dtype=tf.float32,parallel_iterations=1)[0],0.)
tf.equal(tf.concat(tf.nn.bidirectional_dynamic_rnn(tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.GRUCell(4),output_keep_prob=.5),tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.GRUCell(4),output_keep_prob=.5),tf.ones([3,9,5]),dtype=tf.float32,parallel_iterations=1)[0],2),0.)
tf.equal(tf.nn.static_rnn(tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.GRUCell(4),output_keep_prob=.5),[tf.ones([3,5])]*4,dtype=tf.float32)[0],0.)
tf.map_fn(lambda q:tf.random_uniform([2]),tf.zeros([6,2]),parallel_iterations=1)
""".split("\n")[1:-1]


def fresh_graph(tf):
    """A new default graph with the graph seed and the inputs; the names that a snippet sees."""
    tf.reset_default_graph()
    tf.set_random_seed(GRAPH_SEED)
    names = {"tf": tf, "np": np}
    exec(INPUTS, names)
    return names


def seeds_after(tf, snippet):
    """The (graph seed, op seed) of each random op that a snippet makes, and of one made after it."""
    names = fresh_graph(tf)
    exec(snippet, names)
    tf.random_normal([1])
    graph = tf.get_default_graph().as_graph_def()
    nodes = list(graph.node)
    for function in sorted(graph.library.function, key=lambda f: str(f.signature.name)):
        nodes.extend(node for node in function.node_def if not node.name.startswith("seed"))
    return [[node.attr["seed"].i, node.attr["seed2"].i] for node in nodes if "seed2" in node.attr]


def ops_after(tf, snippet):
    """`type name` of every op that a snippet makes, in the order of making."""
    exec(snippet, fresh_graph(tf))
    return [op.type + " " + op.name for op in tf.get_default_graph().get_operations()]


def datasets(tf, names):
    """What else the snippets with datasets see."""

    def initialized(iterator):
        tf.add_to_collection("iterators", iterator.initializer)
        return iterator.get_next()

    def switched(dataset):
        iterator = tf.data.Iterator.from_structure(dataset.output_types, dataset.output_shapes)
        tf.add_to_collection("iterators", iterator.make_initializer(dataset))
        return iterator.get_next()

    unoptimized = tf.data.Options()
    unoptimized.experimental_optimization.apply_default_optimizations = False
    given = {"initialized": initialized, "switched": switched, "unoptimized": unoptimized}
    return {"license": str(HERE.parents[1] / "LICENSE"), **given, **names}


def draw(tf, snippet):
    """The SHA-256 of what two runs of a snippet compute, as little-endian bytes."""
    fetched = eval(snippet, datasets(tf, fresh_graph(tf)))
    digest = hashlib.sha256()
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.get_collection("iterators")])
        digest.update(np.ascontiguousarray(session.run(fetched)).tobytes())
        if "make_one_shot" not in snippet:
            session.run(tf.get_collection("iterators"))
            digest.update(np.ascontiguousarray(session.run(fetched)).tobytes())
    return digest.hexdigest()


def each(tf, observe, snippets):
    """`{snippet: what observe says}`; the name of the exception where it fails."""
    found = {}
    for snippet in snippets:
        try:
            found[snippet] = observe(tf, snippet)
        except Exception as error:
            found[snippet] = type(error).__name__
    tf.reset_default_graph()
    return found


@contextlib.contextmanager
def tf1():
    """The `tensorflow` of TF1: the real one under Python 3.7, the TF1 world elsewhere."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if sys.version_info < (3, 8):
        import tensorflow

        yield tensorflow
        return
    from legacy_tf1.world import activate

    with activate() as tensorflow:
        yield tensorflow


def main(arguments):
    if arguments[:1] == ["--diff"]:
        return show_differences(*(json.loads(Path(name).read_text()) for name in arguments[1:]))
    with tf1() as tf:
        logging.getLogger("tensorflow").setLevel(logging.FATAL)
        if arguments[:1] == ["--ops"]:
            Path(arguments[1]).write_text(json.dumps(each(tf, ops_after, SNIPPETS)))
        elif arguments == ["--print"]:
            print(json.dumps({"seeds": each(tf, seeds_after, SNIPPETS), "draws": each(tf, draw, DRAWS)}))
        else:
            record(tf)


def record(tf):
    about = dict(golden_file.about(tf, __file__), graph_seed=GRAPH_SEED)
    draws, seeds = each(tf, draw, DRAWS), each(tf, seeds_after, SNIPPETS)
    golden_file.write(HERE / "op_seeds.json", {"about": about, "draws": draws}, "seeds", seeds)


def show_differences(old, new):
    for snippet, ops in old.items():
        lines = list(difflib.unified_diff(ops, new[snippet], "tf1", "tf2", n=1, lineterm=""))
        if lines and len(ops) != len(new[snippet]):
            print(snippet, "%+d" % (len(ops) - len(new[snippet])), *lines, sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
