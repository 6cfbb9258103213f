"""tf.train: MonitoredTrainingSession, hooks, Supervisor, Coordinator; what they write and in which order they call."""

import os
import threading

from core.harness import family, numbers

CASES, snippet = family()


def _model(tf):
    step = tf.train.get_or_create_global_step()
    weights = tf.get_variable("w", initializer=tf.constant(numbers(3)))
    # the gradient needs this sum, so the loss is never computed from weights that are already updated
    loss = tf.square(tf.reduce_sum(tf.square(weights)), name="loss")
    return tf.train.GradientDescentOptimizer(0.01).minimize(loss, global_step=step), loss, step


def _files(folder="."):
    """Names below a folder, without what a host or a moment gives them; old and new shard names read alike."""
    names = [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names]
    names = [name.split("tfevents")[0] + ("tfevents" if "tfevents" in name else "") for name in names]
    return sorted(set(os.path.relpath(name, folder) for name in names))


class _Recorder(object):
    """Which calls a hook got: mixed into SessionRunHook."""

    def __init__(self, log, tensors=None):
        self.log, self.tensors = log, tensors

    def begin(self):
        self.log.append("begin")

    def after_create_session(self, session, coord):
        self.log.append("after_create_session " + type(coord).__name__)


def _recorder(tf, log, tensors):
    class Hook(_Recorder, tf.train.SessionRunHook):
        def before_run(self, run_context):
            self.log.append("before_run %s" % sorted(t.name for t in _flat(run_context.original_args.fetches)))
            return tf.train.SessionRunArgs(self.tensors)

        def after_run(self, run_context, run_values):
            self.log.append(["after_run", run_values.results])
            if run_values.results[0] >= 3:
                run_context.request_stop()

        def end(self, session):
            self.log.append("end")

    return Hook(log, tensors)


def _flat(fetches):
    return fetches if isinstance(fetches, (list, tuple)) else [fetches]


@snippet
def monitored_session_with_a_hook(tf):
    train, loss, step = _model(tf)
    log = []
    with tf.train.MonitoredTrainingSession(hooks=[_recorder(tf, log, [step, loss])]) as session:
        while not session.should_stop():
            log.append(session.run([loss, train])[0])
    return log


@snippet
def monitored_training(tf):
    train, loss, step = _model(tf)
    tf.summary.scalar("loss", loss)
    hooks = [tf.train.StopAtStepHook(last_step=7), tf.train.NanTensorHook(loss)]
    with tf.train.MonitoredTrainingSession(
        checkpoint_dir="out", hooks=hooks, save_checkpoint_steps=3, save_checkpoint_secs=None, save_summaries_steps=2,
        log_step_count_steps=None,
    ) as session:  # fmt: skip
        while not session.should_stop():
            session.run(train)
    first = _files("out"), tf.train.latest_checkpoint("out")
    hooks = [tf.train.StopAtStepHook(num_steps=2)]
    with tf.train.MonitoredTrainingSession(checkpoint_dir="out", hooks=hooks) as session:
        at = session.run(step)
        while not session.should_stop():
            last = session.run([train, loss])[1]
    return first, at, last, tf.train.latest_checkpoint("out"), tf.get_default_graph().finalized


@snippet
def singular_and_simple_sessions(tf):
    train, loss, step = _model(tf)
    scaffold = tf.train.Scaffold(local_init_op=tf.group(tf.local_variables_initializer(), tf.tables_initializer()))
    with tf.train.SingularMonitoredSession(hooks=[tf.train.StopAtStepHook(2)], scaffold=scaffold) as session:
        raw = type(session.raw_session()).__name__
        while not session.should_stop():
            session.run(train)
            value = (
                session.run_step_fn(lambda step_context: step_context.session.run(loss))
                if not session.should_stop()
                else 0.0
            )
    return raw, value, [scaffold.saver is not None, scaffold.init_op.name, scaffold.ready_op.name]


@snippet
def checkpoint_and_summary_hooks(tf):
    train, loss, _ = _model(tf)
    tf.summary.scalar("loss", loss)
    heard = []

    class Listener(tf.train.CheckpointSaverListener):
        def begin(self):
            heard.append("begin")

        def before_save(self, session, global_step_value):
            heard.append(["before", global_step_value])

        def after_save(self, session, global_step_value):
            heard.append(["after", global_step_value])

        def end(self, session, global_step_value):
            heard.append(["end", global_step_value])

    hooks = [
        tf.train.CheckpointSaverHook("ckpt", save_steps=2, checkpoint_basename="net", listeners=[Listener()]),
        tf.train.SummarySaverHook(save_steps=2, output_dir="events", summary_op=tf.summary.merge_all()),
        tf.train.StepCounterHook(every_n_steps=2, output_dir="events"),
        tf.train.StopAtStepHook(num_steps=5),
        tf.train.FinalOpsHook(loss),
        tf.train.GlobalStepWaiterHook(0),
    ]
    with tf.train.SingularMonitoredSession(hooks=hooks) as session:
        while not session.should_stop():
            session.run(train)
    return heard, _files(), hooks[4].final_ops_values, tf.train.get_checkpoint_state("ckpt").model_checkpoint_path


@snippet
def logging_hook(tf):
    train, loss, step = _model(tf)
    said = []

    def formatter(values):
        said.append({key: value for key, value in values.items()})
        return "x"

    hooks = [
        tf.train.LoggingTensorHook({"loss": loss, "at": step}, every_n_iter=2, formatter=formatter),
        tf.train.LoggingTensorHook(["loss:0"], every_n_iter=3, at_end=True, formatter=formatter),
        tf.train.FeedFnHook(lambda: {}),
        tf.train.StopAtStepHook(num_steps=5),
    ]
    with tf.train.MonitoredTrainingSession(hooks=hooks) as session:
        while not session.should_stop():
            session.run(train)
    return said


@snippet
def nan_hook(tf):
    _, _, step = _model(tf)
    bad = tf.log(tf.constant(-1.0)) + 0.0 * tf.cast(step, tf.float32)
    with tf.train.MonitoredTrainingSession(hooks=[tf.train.NanTensorHook(bad)]) as session:
        session.run(step)


@snippet
def stop_hook_of_two_kinds(tf):
    tf.train.StopAtStepHook(num_steps=1, last_step=2)


@snippet
def out_of_range_ends_the_session(tf):
    items = tf.data.Dataset.range(3).make_one_shot_iterator().get_next()
    seen = []
    tf.train.get_or_create_global_step()
    with tf.train.MonitoredTrainingSession() as session:
        while not session.should_stop():
            seen.append(session.run(items))
    return seen


@snippet
def supervisor(tf):
    train, loss, step = _model(tf)
    tf.summary.scalar("loss", loss)
    sv = tf.train.Supervisor(logdir="log", save_model_secs=0, save_summaries_secs=0, global_step=step)
    with sv.managed_session() as session:
        for _ in range(3):
            if sv.should_stop():
                break
            session.run(train)
        sv.summary_computed(session, session.run(tf.get_collection("summary_op")[0]))
        sv.saver.save(session, sv.save_path, global_step=step)
        before = session.run(loss)
    again = tf.train.Supervisor(logdir="log", global_step=step, graph=tf.get_default_graph())
    with again.managed_session() as session:
        restored = session.run([loss, step])
    return before, restored, _files("log"), sv.save_path, sv.is_chief, tf.train.latest_checkpoint("log")


@snippet
def supervisor_prepares_and_loops(tf):
    train, loss, step = _model(tf)
    sv = tf.train.Supervisor(logdir=None, init_op=tf.global_variables_initializer(), summary_op=None)
    session = sv.prepare_or_wait_for_session()
    called = []
    looper = sv.loop(0, lambda: (called.append(1), sv.request_stop()))
    looper.join()
    value = session.run(loss)
    sv.stop()
    return value, called, sv.should_stop(), [sv.init_op.type, sv.summary_op is None, sv.global_step.name]


@snippet
def session_manager(tf):
    _, loss, _ = _model(tf)
    saver = tf.train.Saver()
    manager = tf.train.SessionManager()
    session = manager.prepare_session("", init_op=tf.global_variables_initializer(), saver=saver, checkpoint_dir="c")
    os.mkdir("c")
    saver.save(session, "c/model", global_step=5)
    session.close()
    session, restored = manager.recover_session("", saver=saver, checkpoint_dir="c")
    return restored, session.run(loss)


@snippet
def coordinator(tf):
    coordinator, seen = tf.train.Coordinator(), []

    def work(number):
        while not coordinator.should_stop():
            seen.append(number)
            if len(seen) >= 3:
                coordinator.request_stop()

    threads = [threading.Thread(target=work, args=(k,)) for k in range(2)]
    for thread in threads:
        thread.start()
    coordinator.join(threads, stop_grace_period_secs=5)
    asked = coordinator.should_stop(), coordinator.joined
    coordinator.clear_stop()
    with coordinator.stop_on_exception():
        raise tf.errors.OutOfRangeError(None, None, "the end")
    return asked, coordinator.should_stop(), len(seen) >= 3


@snippet
def a_thread_that_fails(tf):
    coordinator = tf.train.Coordinator(clean_stop_exception_types=(KeyError,))

    def work():
        with coordinator.stop_on_exception():
            raise ValueError("my own")

    thread = threading.Thread(target=work)
    thread.start()
    coordinator.join([thread])


@snippet
def looper_thread(tf):
    coordinator, seen = tf.train.Coordinator(), []

    def work():
        seen.append(1)
        if len(seen) == 2:
            coordinator.request_stop()

    thread = tf.train.LooperThread.loop(coordinator, 0.01, work)
    coordinator.join([thread])
    return len(seen), thread.is_alive()


@snippet
def session_habits(tf):
    x = tf.placeholder(tf.float32, [None], name="x")
    y = x * 2.0
    session = tf.InteractiveSession(config=tf.ConfigProto(allow_soft_placement=True, log_device_placement=False))
    values = [y.eval({x: [1.0]}), session.run(y + 1, {y: [5.0]})]
    values.append(session.run({"a": y, "b": [y, y]}, feed_dict={"x:0": [2.0]}))
    call = session.make_callable(y, feed_list=[x])
    values.append(call([7.0]))
    options, metadata = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), tf.RunMetadata()
    session.run(y, {x: [1.0]}, options=options, run_metadata=metadata)
    traced = len(metadata.step_stats.dev_stats) > 0
    session.close()
    with tf.Session(graph=tf.get_default_graph()) as inner:
        same = tf.get_default_session() is inner
    return values, traced, same, session.graph is tf.get_default_graph()
