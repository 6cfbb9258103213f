"""What one run of a TF1 program computed, written as it goes.

A `Recorder` sits between a script and its sessions. Every `Session.run` that applies an
optimizer is one step: the recorder keeps its feeds, its fetched values and its loss, and hands
them to a sink one step at a time, so memory stays flat however long the run is.

`Folder` is the sink of `legacy-tf1 record`; `open_recording` reads it back:

    recording.json      what ran: script, versions, seed, variables, number of whole steps, status
    graph.pb            the GraphDef
    start.npz           every variable before the first step
    steps/00000000.npz  one file per whole step
    end.npz             every variable after the last step

Arrays are named `var/NAME`, `feed/TENSOR`, `fetch/K`, `loss`, `logits`, `grad/NAME`, with TF1's
own names. The file also runs under Python 3.7 with TensorFlow 1.15.5, where goldens come from.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import shutil
import time
from pathlib import Path

import numpy as np

__all__ = ["Folder", "Plans", "Recorder", "open_recording", "recording"]

FORMAT = 1
# op types that write a trainable variable from a gradient
_TRAIN_TYPES = ("Apply", "SparseApply", "ResourceApply", "ResourceSparseApply")
_INPUT_TYPES = ("IteratorGetNext", "QueueDequeue")  # batches that come from inside the graph
_LOGITS_TYPES = ("SoftmaxCrossEntropyWithLogits", "SparseSoftmaxCrossEntropyWithLogits")


@contextlib.contextmanager
def recording(tf, recorder):
    """Route the sessions and gradients of this process through `recorder` while the block runs.

    Args:
        tf: the module with TF1's API (`tensorflow` 1.15, or `tensorflow.compat.v1` of 2.x).
    """
    session_class = _owner(tf.Session, "run")
    patched = [
        (session_class, "run"),
        (session_class, "close"),
        (session_class, "make_callable"),
        (tf.train.Optimizer, "compute_gradients"),
        (tf, "gradients"),
    ]
    originals = [(owner, name, getattr(owner, name)) for owner, name in patched]
    run, close, _, compute_gradients, gradients = (original for _, _, original in originals)

    def recorded_run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        def raw(what, feed=None):
            return run(self, what, feed, options, run_metadata)

        return recorder.run(self, raw, fetches, feed_dict)

    def recorded_close(self):
        recorder.finish(self)
        return close(self)

    def recorded_callable(self, fetches, feed_list=None, accept_options=False):
        return lambda *values, **options: self.run(fetches, dict(zip(feed_list or (), values)), **options)

    def recorded_compute_gradients(self, loss, *args, **kwargs):
        pairs = compute_gradients(self, loss, *args, **kwargs)
        recorder.note_loss(loss, [gradient for gradient, _ in pairs])
        return pairs

    def recorded_gradients(ys, *args, **kwargs):
        found = gradients(ys, *args, **kwargs)
        recorder.note_loss(ys, found)
        return found

    replacements = (recorded_run, recorded_close, recorded_callable, recorded_compute_gradients, recorded_gradients)
    for (owner, name, _), replacement in zip(originals, replacements):
        setattr(owner, name, replacement)
    try:
        yield recorder
    finally:
        for owner, name, original in originals:
            setattr(owner, name, original)


class Recorder:
    """Turns the training calls of the first session that trains into a start, steps and an end.

    Args:
        tf: as for `recording`.
        sink: has `start(meta, arrays)`, `graph(bytes)`, `step(index, arrays)`, `end(meta, arrays)`.
        steps: number of steps after which `stop` is raised; None records to the script's end.
        stop: the exception class that ends the script.
        state: keep every variable after every step, not only at the start and the end.
        weights: `{variable name: array}` put in place of the initial values just before the first step.
        detailed: number of first steps that also keep logits and gradients.
        observe: called after each step with its index, `run(fetches, feed_dict)`, the Plan and the
            step's feed_dict; returns more arrays to keep with the step.
    """

    def __init__(
        self, tf, sink, *, steps=None, stop=StopIteration, state=False, weights=None, detailed=1, observe=None
    ):
        self.tf, self.sink, self.steps, self.stop = tf, sink, steps, stop
        self.state, self.weights, self.detailed, self.observe = state, weights or {}, detailed, observe
        self.done = 0
        self.status = "running"
        self.other_sessions = set()
        self._session = self._last = self._names = None
        self._plans = Plans()
        self.note_loss = self._plans.note_loss

    def run(self, session, raw, fetches, feed_dict):
        """One `Session.run` of the script: passed through, or recorded where it trains."""
        plan = self._plans.of(session, fetches) if self.status == "running" else None
        if plan is None:
            return raw(fetches, feed_dict)
        if self._session is None:
            self._begin(session, raw)
        if session is not self._session:
            self.other_sessions.add(id(session))
            return raw(fetches, feed_dict)
        return self._step(raw, plan, fetches, feed_dict)

    def finish(self, session=None):
        """Write the end, once; a session that closes or a script that ends gets here first."""
        if self.status != "running" or self._last is None or session not in (None, self._session):
            return
        self.status = "ended"
        arrays = self._variables(self._last)
        meta = dict(steps=self.done, status="complete", other_sessions=len(self.other_sessions))
        self.sink.end(meta, arrays)

    def _begin(self, session, raw):
        self._session = session
        for variable in session.graph.get_collection(self.tf.GraphKeys.GLOBAL_VARIABLES):
            if variable.op.name in self.weights:
                variable.load(self.weights[variable.op.name], session)
        arrays = self._variables(raw)
        self.sink.graph(session.graph.as_graph_def().SerializeToString())
        self.sink.start(dict(versions=versions(self.tf), variables=self._table(session.graph, arrays)), arrays)

    def _step(self, raw, plan, fetches, feed_dict):
        extra = plan.extra(self.done < self.detailed)
        clock, cpu = time.perf_counter(), time.process_time()
        fetched, extra = raw([fetches, extra], feed_dict)
        seconds = [time.perf_counter() - clock, time.process_time() - cpu]
        arrays = dict(_feeds(self.tf, feed_dict), **{name: np.asarray(value) for name, value in extra.items()})
        arrays.update(("fetch/%d" % k, value) for k, value in enumerate(_values(fetched)))
        arrays["seconds"] = np.array(seconds)
        self._last = raw
        if self.state:
            arrays.update(self._variables(raw))
        if self.observe is not None:
            arrays.update(self.observe(self.done, raw, plan, feed_dict))
        self.sink.step(self.done, arrays)
        self.done += 1
        if self.done == self.steps:
            self.finish()
            raise self.stop
        return fetched

    def _variables(self, raw):
        """Every variable that had a value when the first step began."""
        variables = self._session.graph.get_collection(self.tf.GraphKeys.GLOBAL_VARIABLES)
        named = {"var/" + v.op.name: v for v in variables}
        if self._names is None:
            everything = self._has_value(raw, list(named.values()))
            self._names = {name for name, variable in named.items() if everything or self._has_value(raw, variable)}
        return raw({name: named[name] for name in self._names})

    def _has_value(self, raw, variables):
        try:
            raw(variables)
        except self.tf.errors.FailedPreconditionError:
            return False
        return True

    def _table(self, graph, arrays):
        trainable = {v.op.name for v in graph.get_collection(self.tf.GraphKeys.TRAINABLE_VARIABLES)}
        names = [key[len("var/") :] for key in arrays]
        return {
            name: dict(
                shape=list(arrays["var/" + name].shape),
                dtype=str(arrays["var/" + name].dtype),
                trainable=name in trainable,
            )
            for name in names
        }


class Plan:
    """What to fetch along with one kind of training call: its loss, logits, gradients, inputs."""

    def __init__(self, loss, logits, gradients, inputs):
        self.loss, self.logits, self.gradients, self.inputs = loss, logits, gradients, inputs

    @classmethod
    def of(cls, ops, losses):
        """The plan of a call that fetches `ops`; None where it does not train."""
        needed = _ancestors(ops)
        train = [op for op in needed if op.type.startswith(_TRAIN_TYPES)]
        if not train:
            return None
        names = {op.name for op in needed}
        loss = next((loss for loss, gradients in losses if gradients & names), None)
        logits = None
        if loss is not None:
            logits = next((op.inputs[0] for op in _ancestors([loss.op]) if op.type in _LOGITS_TYPES), None)
        gradients = {op.inputs[0].op.name: _gradient(op) for op in train}
        inputs = [tensor for op in needed if op.type.startswith(_INPUT_TYPES) for tensor in op.outputs]
        return cls(loss, logits, gradients, inputs)

    def extra(self, detailed):
        """Fetches of our own: `{array name: tensor}`."""
        fetches = {"feed/" + tensor.name: tensor for tensor in self.inputs}
        if self.loss is not None:
            fetches["loss"] = self.loss
        if detailed:
            fetches.update(("grad/" + name, tensor) for name, tensor in self.gradients.items())
            if self.logits is not None:
                fetches["logits"] = self.logits
        return fetches


class Plans:
    """The Plan of each call, made once from the losses that its gradients came from."""

    def __init__(self):
        self._losses = []
        self._made = {}

    def note_loss(self, loss, gradients):
        """Remember which loss these gradients came from."""
        while isinstance(loss, (list, tuple)) and loss:
            loss = loss[0]
        if hasattr(loss, "op"):
            self._losses.append((loss, {g.op.name for g in gradients if g is not None}))

    def of(self, session, fetches):
        """The plan of a call that fetches these; None where it does not train."""
        ops = _fetched_ops(session.graph, fetches)
        key = (session.graph,) + tuple(sorted(op.name for op in ops))
        if key not in self._made:
            self._made[key] = Plan.of(ops, self._losses)
        return self._made[key]


class Folder:
    """A recording as a folder of `.npz` files; usable up to its last whole step at any moment."""

    def __init__(self, folder, about):
        self.folder = Path(folder).resolve()  # a script may change its working directory
        self.manifest = dict(about, format=FORMAT, status="running", steps=0)

    def prepare(self, overwrite=False):
        """Make the folder; an older recording is replaced only when told to.

        Raises:
            FileExistsError: something is there already.
        """
        if self.folder.exists() and (not self.folder.is_dir() or any(self.folder.iterdir())):
            if not overwrite or not (self.folder / "recording.json").is_file():
                raise FileExistsError(str(self.folder))
            shutil.rmtree(str(self.folder))
        (self.folder / "steps").mkdir(parents=True, exist_ok=True)
        self.note()

    def start(self, meta, arrays):
        _write_arrays(self.folder / "start.npz", arrays)
        self.manifest.update(meta)
        self.note()

    def graph(self, data):
        _write(self.folder / "graph.pb", lambda file: file.write(data))

    def step(self, index, arrays):
        _write_arrays(self.folder / "steps" / ("%08d.npz" % index), arrays)

    def end(self, meta, arrays):
        _write_arrays(self.folder / "end.npz", arrays)
        self.note(**meta)

    def note(self, **meta):
        """Bring `recording.json` up to date. The files say how many steps are whole, whenever Ctrl-C came."""
        self.manifest.update(meta, steps=_whole_steps(self.folder))
        text = json.dumps(self.manifest, indent=1, sort_keys=True).encode()
        _write(self.folder / "recording.json", lambda file: file.write(text))


class open_recording:
    """Reads a recording folder.

    Attributes:
        manifest: the content of `recording.json`.
        start, end: `{name: array}`; `end` is None where the run was interrupted.

    Iterating yields `{name: array}` of each whole step, in order.

    Raises:
        ValueError: the folder is no recording, or a file of it is damaged.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        manifest = self.folder / "recording.json"
        if not manifest.is_file():
            raise ValueError("%s is not a recording: it has no recording.json" % folder)
        self.manifest = json.loads(manifest.read_text())
        if self.manifest.get("format") != FORMAT:
            raise ValueError(
                "%s has format %s; this version reads format %d" % (manifest, self.manifest.get("format"), FORMAT)
            )
        self.start = _read_arrays(self.folder / "start.npz")
        end = self.folder / "end.npz"
        self.end = _read_arrays(end) if end.is_file() else None

    def __len__(self):
        return _whole_steps(self.folder)

    def __iter__(self):
        for index in range(len(self)):
            yield _read_arrays(self.folder / "steps" / ("%08d.npz" % index))


def _whole_steps(folder):
    """The number of whole steps: files without a gap from the first one on."""
    names = {path.name for path in (folder / "steps").glob("*.npz")}
    return next(k for k in range(len(names) + 1) if "%08d.npz" % k not in names)


def versions(tf):
    """The versions that decide what a run computes."""
    return dict(
        python=platform.python_version(),
        tensorflow=tf.VERSION if hasattr(tf, "VERSION") else tf.version.VERSION,
        numpy=np.__version__,
    )


def _owner(cls, name):
    return next(c for c in cls.__mro__ if name in vars(c))


def _ancestors(ops):
    seen, todo = {}, list(ops)
    while todo:
        op = todo.pop()
        if op.name not in seen:
            seen[op.name] = op
            todo.extend(tensor.op for tensor in op.inputs)
            todo.extend(op.control_inputs)
    return list(seen.values())


def _gradient(op):
    position = [argument.name for argument in op.op_def.input_arg].index(
        "delta" if op.type.endswith("GradientDescent") else "grad"
    )
    return op.inputs[position]


def _fetched_ops(graph, fetches):
    if isinstance(fetches, dict):
        return [op for value in fetches.values() for op in _fetched_ops(graph, value)]
    if isinstance(fetches, (list, tuple)):
        return [op for value in fetches for op in _fetched_ops(graph, value)]
    try:
        element = graph.as_graph_element(fetches, allow_tensor=True, allow_operation=True)
    except (TypeError, ValueError, KeyError):
        return []  # composite or wrong: TensorFlow itself answers for it in the real call
    return [getattr(element, "op", element)]


def _values(fetched):
    """Fetched values as arrays, operations (None) left out."""
    if isinstance(fetched, dict):
        fetched = list(fetched.values())
    if isinstance(fetched, (list, tuple)):
        return [array for value in fetched for array in _values(value)]
    if isinstance(fetched, bytes):  # a summary
        return [np.frombuffer(fetched, np.uint8)]
    return [] if fetched is None else [_plain(fetched)]


def _plain(value):
    array = np.asarray(value)
    return array.astype(str) if array.dtype == object else array  # no pickles in a recording


def _feeds(tf, feed_dict):
    arrays = {}
    for key, value in (feed_dict or {}).items():
        pairs = zip(_leaves(key), _leaves(value)) if isinstance(key, tuple) else [(key, value)]
        for tensor, fed in pairs:
            if isinstance(tensor, tf.SparseTensor):
                arrays.update(
                    ("feed/%s/%s" % (tensor.values.name, part), np.asarray(x))
                    for part, x in zip(("indices", "values", "shape"), fed)
                )
            elif hasattr(tensor, "dtype") and tensor.dtype != tf.string:
                arrays["feed/" + tensor.name] = np.asarray(fed, tensor.dtype.as_numpy_dtype)
            else:
                arrays["feed/" + getattr(tensor, "name", str(tensor))] = _plain(fed)
    return arrays


def _leaves(value):
    if isinstance(value, (list, tuple)):
        return [leaf for part in value for leaf in _leaves(part)]
    return [value]


def _write(path, fill):
    # a reader never sees half a file: complete it under another name, then rename
    temporary = path.with_name(path.name + ".part")
    with open(str(temporary), "wb") as file:
        fill(file)
    os.replace(str(temporary), str(path))


def _write_arrays(path, arrays):
    _write(path, lambda file: np.savez(file, **arrays))


def _read_arrays(path):
    try:
        with np.load(str(path), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except FileNotFoundError:
        raise ValueError("%s is missing: the recording ended before its first step" % path) from None
    except Exception as error:  # zipfile, zlib and NumPy each have errors of their own for damage
        raise ValueError("%s is damaged: %s" % (path, error)) from error
