"""Installed libraries of the TF1 days: what they ask of TensorFlow's private modules, of protobuf and of pydoc.

The libraries themselves are no dependency: what follows are the questions of tensorflow_probability 0.8, sonnet 1.36,
texar 0.2.4 and their like, answered as TF 1.15.5 answered them (`goldens/core/signatures.json`).
"""

from __future__ import annotations

import json
from pathlib import Path

from google.protobuf import descriptor_pb2

from parity_tests.processes import ROOT, python
from parity_tests.test_core import GONE, golden

GOLDENS = Path(__file__).parent / "goldens"
_SENTINEL = "`_sentinel`, which kept TF 1.15's callers from giving arguments by position, is gone"
_ALLOWED = "what had to be given may be left out"
_OTHER = "an experiment with options of today"
# functions whose arguments differ still; stale entries fail the suite
KNOWN: dict[str, str] = {
    **dict.fromkeys(("custom_gradient", "numpy_function", "py_function"), _ALLOWED),
    **{f"nn.{kind}_cross_entropy_with_logits": _SENTINEL for kind in ("sigmoid", "softmax", "sparse_softmax")},
    "config.experimental_connect_to_cluster": _OTHER,
    "errors.error_code_from_exception_type": "a method of a class, read off it",
    "function": _OTHER,
    "image.non_max_suppression_padded": _OTHER,
    "nondifferentiable_batch_function": _OTHER,
}

SPECS = """
import inspect, json, sys
import tensorflow as tf
from tensorflow.python.util import tf_inspect
sys.path.insert(0, sys.argv[1])
from core import signatures
found = {}
for name in json.load(open(sys.argv[2])):
    function = signatures.look_up(tf, name)
    if inspect.isclass(function):  # an initializer or a scope
        continue
    spec, short = tf_inspect.getfullargspec(function), tf_inspect.getargspec(function)
    assert (short.args, short.defaults) == (spec.args, spec.defaults), name
    required = len(spec.args) - len(spec.defaults or ())
    given = zip(spec.args[required:], map(signatures._default, spec.defaults or ()))
    named = spec.args[:required] + [f"{argument}={default}" for argument, default in given]
    found[name] = [named, spec.varargs, spec.varkw, spec.kwonlyargs, sorted(spec.annotations)]
json.dump(found, open(sys.argv[2], "w"))
"""


def test_the_arguments_that_tf_inspect_reports(tmp_path):
    """tensorflow_probability compares them with those of its own functions, and refuses to be imported otherwise."""
    then = {name: wanted for name, wanted in golden("signatures")["found"].items() if _is_function(name, wanted)}
    (tmp_path / "names.json").write_text(json.dumps(sorted(then)))
    (tmp_path / "specs.py").write_text(SPECS)
    done = python("-m", "legacy_tf1", "run", tmp_path / "specs.py", GOLDENS, tmp_path / "names.json")
    assert done.returncode == 0, done.stderr
    now = json.loads((tmp_path / "names.json").read_text())
    changed = {name for name, spec in now.items() if spec != [*_parts(then[name]), [], []]}
    assert len(now) > 900 and changed == KNOWN.keys(), {
        name: (then.get(name), now.get(name)) for name in changed ^ KNOWN.keys()
    }


def _is_function(name: str, parameters) -> bool:
    """Whether it is one of today's TensorFlow; of a class it is a method, and flags are absl's."""
    path = name.split(".")
    inside = any(part[0].isupper() or part.endswith(("_initializer", "identity")) for part in path[:-1])
    return (
        isinstance(parameters, list)
        and not inside
        and path[-1][0].islower()
        and path[0] != "flags"
        and name not in GONE
    )


def _parts(parameters: list[str]) -> tuple[list[str], str | None, str | None]:
    """(arguments, name behind `*`, name behind `**`)."""
    named = [one for one in parameters if not one.startswith("*")]
    star = [one[1:] for one in parameters if one.startswith("*") and not one.startswith("**")]
    return named, next(iter(star), None), next((one[2:] for one in parameters if one.startswith("**")), None)


LIBRARY = """
import gast, pydoc, sys
import tensorflow as tf
import tensorflow.compat.v1 as v1
import tensorflow.compat.v2 as v2
from tensorflow.python import pywrap_tensorflow
from tensorflow.python.autograph.core import naming
from tensorflow.python.autograph.pyct import compiler
from tensorflow.python.keras.utils import generic_utils, tf_utils
from tensorflow.python.util import tf_inspect
from tensorflow.contrib.eager.python import tfe
import inspect, song_pb2

def own(x: int, *, y=None): pass

assert tf_inspect.getfullargspec(own).annotations == {"x": int} and tf_inspect.getfullargspec(own).kwonlyargs == ["y"]
assert v1.assert_equal is tf.assert_equal and v2.Tensor is tf.Tensor
assert naming.Namer({}).new_symbol("x", ()) == "x" and issubclass(gast.Num, gast.AST) and hasattr(gast, "NodeVisitor")
real = sys.modules["tensorflow"]
assert "layout" in inspect.signature(real.ones).parameters and "layout" not in inspect.signature(v2.ones).parameters
assert inspect.signature(v2.shape).parameters["out_type"].default == tf.int32
assert sys.modules["tensorflow.python.util.tf_inspect"].getfullargspec(real.greater).annotations
assert not hasattr(sys.modules["gast"], "Num") and sys.modules["pydoc"].locate("tensorflow.contrib") is None

assert pydoc.locate("tensorflow.contrib.rnn.GRUCell") is tf.nn.rnn_cell.GRUCell
assert pydoc.locate("tensorflow.no.such.thing") is None and pydoc.locate("song_pb2.Song") is song_pb2.Song

def constant(tensor):
    return pywrap_tensorflow.TF_TryEvaluateConstant_wrapper(tensor.graph._c_graph, tensor._as_tf_output())

assert constant(tf.less(1, 2)) and constant(tf.placeholder(tf.bool)) is None
doubled = tfe.defun(lambda x: 2 * v2.ones(v2.shape(x)))(tf.zeros([2]))
with tf.Session() as session:
    assert session.run(doubled).tolist() == [2, 2] and not tfe.executing_eagerly()

song = song_pb2.Song(title="la", notes=[song_pb2.Song.Note(pitch=60, key=song_pb2.FLAT)], tempo=song_pb2.tempo__pb2.Tempo(beats=90))
song.words["do"] = 1
again = song_pb2.Song.FromString(song.SerializeToString())
assert again == song and again.tempo.beats == 90 and again.notes[0].key == song_pb2.Key.Value("FLAT") == 1
assert song_pb2.Song.Note.DESCRIPTOR is song_pb2._SONG_NOTE and song_pb2.Song.__module__ == "song_pb2"
"""

# what protoc 3.6 and 2.6 wrote, as far as protobuf refuses it; {bytes} come from the descriptors below
OLD_PROTO = """
from google.protobuf import descriptor as _descriptor
{imports}
DESCRIPTOR = _descriptor.FileDescriptor(name="{name}.proto", package="", serialized_pb={bytes})
_FIRST = _descriptor.FieldDescriptor(name="first", full_name="first", index=0, number=1, type=9, cpp_type=9, label=1,
    has_default_value=False, default_value="", message_type=None, enum_type=None, containing_type=None,
    is_extension=False, extension_scope=None)
"""


def _messages() -> dict[str, descriptor_pb2.FileDescriptorProto]:
    tempo = descriptor_pb2.FileDescriptorProto(name="tempo.proto", syntax="proto3")
    tempo.message_type.add(name="Tempo").field.add(name="beats", number=1, type="TYPE_INT32", label="LABEL_OPTIONAL")
    song = descriptor_pb2.FileDescriptorProto(name="song.proto", syntax="proto3", dependency=["tempo.proto"])
    key = song.enum_type.add(name="Key")
    key.value.add(name="SHARP", number=0)
    key.value.add(name="FLAT", number=1)
    whole = song.message_type.add(name="Song")
    whole.field.add(name="title", number=1, type="TYPE_STRING", label="LABEL_OPTIONAL")
    whole.field.add(name="notes", number=2, type="TYPE_MESSAGE", type_name=".Song.Note", label="LABEL_REPEATED")
    whole.field.add(name="tempo", number=3, type="TYPE_MESSAGE", type_name=".Tempo", label="LABEL_OPTIONAL")
    whole.field.add(name="words", number=4, type="TYPE_MESSAGE", type_name=".Song.WordsEntry", label="LABEL_REPEATED")
    note = whole.nested_type.add(name="Note")
    note.field.add(name="pitch", number=1, type="TYPE_INT32", label="LABEL_OPTIONAL")
    note.field.add(name="key", number=2, type="TYPE_ENUM", type_name=".Key", label="LABEL_OPTIONAL")
    words = whole.nested_type.add(name="WordsEntry", options=descriptor_pb2.MessageOptions(map_entry=True))
    words.field.add(name="key", number=1, type="TYPE_STRING", label="LABEL_OPTIONAL")
    words.field.add(name="value", number=2, type="TYPE_INT32", label="LABEL_OPTIONAL")
    return {"tempo": tempo, "song": song}


def test_private_modules_and_old_protocol_buffers(tmp_path):
    tempo, song = (one.SerializeToString() for one in _messages().values())
    in_python_2 = repr(tempo.decode("latin-1"))
    sources = {
        "tempo_pb2": OLD_PROTO.format(imports="", name="tempo", bytes=in_python_2),
        "song_pb2": OLD_PROTO.format(
            imports='_b = lambda text: text.encode("latin-1")\nimport tempo_pb2 as tempo__pb2',
            name="song",
            bytes=f"_b({song.decode('latin-1')!r})",
        ),
        "main": LIBRARY,
    }
    for name, source in sources.items():
        (tmp_path / f"{name}.py").write_text(source)
    refused = python("-c", "import tempo_pb2", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert refused.returncode == 1 and "TypeError" in refused.stderr
    done = python("-m", "legacy_tf1", "run", tmp_path / "main.py")
    assert done.returncode == 0, done.stderr


def test_a_library_is_of_tf1_up_to_a_release(tmp_path):
    """tensorflow_probability 0.8 sees TF1; a later one, installed for today's TensorFlow, keeps that."""
    for release in ("0.8.0", "0.25.0"):
        installed = tmp_path / release / "site-packages"
        (installed / "tensorflow_probability").mkdir(parents=True)
        (installed / "tensorflow_probability" / "__init__.py").write_text("import tensorflow as tf")
        (installed / f"tensorflow_probability-{release}.dist-info").mkdir()
        metadata = f"Metadata-Version: 2.1\nName: tensorflow-probability\nVersion: {release}\n"
        (installed / f"tensorflow_probability-{release}.dist-info" / "METADATA").write_text(metadata)
        (tmp_path / "main.py").write_text("import tensorflow_probability as tfp; print(tfp.tf.__version__)")
        done = python("-m", "legacy_tf1", "run", tmp_path / "main.py", PYTHONPATH=f"{ROOT}:{installed}")
        assert done.stdout.startswith("1.15.5" if release == "0.8.0" else "2."), done.stdout + done.stderr
