"""tf.summary: the bytes of the protocol buffers and the content of the event files."""

import glob
import os

import numpy as np

from core.harness import family, fetched, keys, numbers

CASES, snippet = family()


def _events(tf, folder):
    """What the event files of a folder hold, in order, without times; graphs as counts of nodes."""
    found = []
    for name in sorted(glob.glob(os.path.join(folder, "events.out.tfevents.*"))):
        for event in tf.train.summary_iterator(name):
            kind = event.WhichOneof("what")
            found.append([event.step, kind] + _content(tf, event, kind))
    return found


def _content(tf, event, kind):
    if kind == "summary":
        return [_values(event.summary)]
    if kind == "graph_def":
        return [len(tf.GraphDef.FromString(event.graph_def).node)]
    if kind == "session_log":
        return [event.session_log.status]
    return [event.file_version] if kind == "file_version" else []


def _values(summary):
    if isinstance(summary, bytes):
        import tensorflow as tf

        summary = tf.Summary.FromString(summary) if hasattr(tf, "Summary") else tf.compat.v1.Summary.FromString(summary)
    return [_value(value) for value in summary.value]


def _value(value):
    kind, plugin = value.WhichOneof("value"), value.metadata.plugin_data.plugin_name
    found = [value.tag, kind, plugin, value.metadata.display_name, value.metadata.summary_description]
    if kind == "simple_value":
        found.append(np.float32(value.simple_value))
    elif kind == "histo":
        histogram = value.histo
        found += [histogram.min, histogram.max, histogram.num, histogram.sum, histogram.sum_squares]
        found += [list(histogram.bucket_limit), list(histogram.bucket)]
    elif kind == "image":
        found += [value.image.height, value.image.width, value.image.colorspace, len(value.image.encoded_image_string)]
        found.append(value.image.encoded_image_string[:8])
    elif kind == "audio":
        found += [
            value.audio.sample_rate,
            value.audio.num_channels,
            value.audio.length_frames,
            value.audio.content_type,
        ]
    elif kind == "tensor":
        found += [value.tensor.dtype, [bytes(text) for text in value.tensor.string_val]]
    return found


@snippet
def scalars_and_histograms(tf):
    x = tf.constant(numbers(5), name="x")
    with tf.name_scope("train"):
        scalar = tf.summary.scalar("loss", x[0])
        again = tf.summary.scalar("loss", x[1])
        mine = tf.summary.scalar("a tag with spaces", x[2], collections=["mine"])
        family_ = tf.summary.scalar("loss", x[3], family="fam")
        histogram = tf.summary.histogram("weights", x)
    merged, others = tf.summary.merge_all(), tf.summary.merge_all(key="mine")
    chosen = tf.summary.merge([scalar, histogram], collections=["chosen"], name="chosen")
    scoped = tf.summary.merge_all(scope="train/loss_1")
    none = tf.summary.merge_all("nothing")
    values = fetched(tf, scalar, again, mine, family_, histogram, merged, others, chosen, scoped)
    names = [s.name for s in (scalar, again, mine, family_, histogram, merged, others, chosen, scoped)]
    return [_values(value) for value in values], names, none, keys(tf)


@snippet
def images_audio_and_text(tf):
    found = [
        tf.summary.image("digits", tf.constant(numbers(4, 6, 5, 1)), max_outputs=2),
        tf.summary.image("one", tf.constant((numbers(1, 6, 5, 3) * 100 + 128).astype("uint8")), 1),
        tf.summary.audio("sound", tf.constant(numbers(1, 20)), sample_rate=8000),
        tf.summary.text("words", tf.constant(["some", "words"])),
        tf.summary.tensor_summary("tensor", tf.constant(["a"])),
    ]
    return [_values(value) for value in fetched(tf, *found)], [s.name for s in found], keys(tf)


@snippet
def writer(tf):
    x = tf.placeholder(tf.float32, [], name="x")
    summary = tf.summary.scalar("x", x)
    with tf.Session() as session:
        writer = tf.summary.FileWriter("log", session.graph)
        for k in range(3):
            writer.add_summary(session.run(summary, {x: k}), global_step=k)
        by_hand = tf.Summary(value=[tf.Summary.Value(tag="accuracy", simple_value=0.5)])
        writer.add_summary(by_hand, 7)
        by_hand = tf.Summary()
        by_hand.value.add(tag="more", simple_value=1.5)
        writer.add_summary(by_hand)
        writer.add_session_log(tf.SessionLog(status=tf.SessionLog.START), 1)
        writer.add_event(tf.Event(step=9, summary=by_hand))
        metadata = tf.RunMetadata()
        session.run(summary, {x: 1}, options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), run_metadata=metadata)
        writer.add_run_metadata(metadata, "step1")
        writer.flush()
        folder = writer.get_logdir()
        writer.close()
    return _events(tf, "log"), folder


@snippet
def writer_of_its_own(tf):
    with tf.summary.FileWriter("log", filename_suffix=".mine") as writer:
        writer.add_graph(tf.get_default_graph())
    names = [name.endswith(".mine") for name in os.listdir("log")]
    events = _events(tf, "log")
    cached = tf.summary.FileWriterCache.get("log") is tf.summary.FileWriterCache.get("log")  # it opens a file of its own
    return events, names, cached


@snippet
def reopened(tf):
    writer = tf.summary.FileWriter("log", graph_def=None, max_queue=1, flush_secs=1)
    writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="a", simple_value=0.5)]), 1)
    writer.close()
    writer.reopen()
    writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="b", simple_value=0.5)]), 2)
    writer.close()
    return sorted(str(row) for row in _events(tf, "log"))


@snippet
def summaries_of_a_tower(tf):
    for k in range(2):
        with tf.name_scope("tower_%d" % k):
            tf.summary.scalar("loss", 1.0 * k)
            tf.summary.scalar("with:colon", 1.0)
    merged = tf.summary.merge_all()
    description = tf.summary.get_summary_description
    return _values(fetched(tf, merged)), callable(description)
