"""tf.nn: the functions around recurrent nets that are no cells: rnn loops, CTC, attention-free decoding, embeddings."""

from core.harness import family, fetched, numbers, variables

CASES, snippet = family()


def _cell(tf, kind="BasicLSTMCell", units=3):
    return getattr(tf.nn.rnn_cell, kind)(units)


def _report(tf, *outputs):
    return fetched(tf, *outputs), [t.name for t in outputs], [str(t.shape) for t in outputs], variables(tf)


@snippet
def dynamic(tf):
    x = tf.constant(numbers(2, 4, 3))
    outputs, state = tf.nn.dynamic_rnn(_cell(tf), x, sequence_length=[2, 4], dtype=tf.float32)
    other, _ = tf.nn.dynamic_rnn(
        _cell(tf, "GRUCell"), tf.transpose(x, [1, 0, 2]), dtype=tf.float32, time_major=True, scope="mine",
        parallel_iterations=4, swap_memory=True,
    )  # fmt: skip
    gradient = tf.gradients(outputs, tf.trainable_variables())[0]
    return _report(tf, outputs, state.c, state.h, other, gradient)


@snippet
def dynamic_reused(tf):
    x = tf.constant(numbers(2, 4, 3))
    with tf.variable_scope("rnn_model") as scope:
        cell = _cell(tf, "BasicRNNCell")
        first, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
        scope.reuse_variables()
        second, _ = tf.nn.dynamic_rnn(cell, x * 2.0, dtype=tf.float32)
    return _report(tf, first, second)


@snippet
def bidirectional(tf):
    x = tf.constant(numbers(2, 4, 3))
    (forward, backward), states = tf.nn.bidirectional_dynamic_rnn(
        _cell(tf), _cell(tf, "GRUCell"), x, [2, 4], dtype=tf.float32
    )
    other, _ = tf.nn.bidirectional_dynamic_rnn(
        cell_fw=_cell(tf), cell_bw=_cell(tf), inputs=x, dtype=tf.float32, scope="second"
    )
    return _report(tf, forward, backward, states[0].c, states[1], tf.concat(other, 2))


@snippet
def static(tf):
    steps = tf.unstack(tf.constant(numbers(2, 4, 3)), 4, 1)
    outputs, state = tf.nn.static_rnn(_cell(tf), steps, dtype=tf.float32, sequence_length=[2, 4])
    both, fw, bw = tf.nn.static_bidirectional_rnn(_cell(tf), _cell(tf), steps, dtype=tf.float32)
    return _report(tf, outputs[0], outputs[-1], state.h, both[1], fw.c, bw.c)


@snippet
def raw(tf):
    x = tf.TensorArray(tf.float32, 4).unstack(tf.constant(numbers(4, 2, 3)))
    cell = _cell(tf)

    def loop(time, output, state, loop_state):
        following = cell.zero_state(2, tf.float32) if output is None else state
        finished = time >= tf.constant([3, 4])
        read = tf.cond(tf.reduce_all(finished), lambda: tf.zeros([2, 3]), lambda: x.read(time))
        return finished, read, following, output, None

    outputs, state, _ = tf.nn.raw_rnn(cell, loop)
    return _report(tf, outputs.stack(), state.c)


@snippet
def several_layers_with_a_fed_state(tf):
    x = tf.constant(numbers(2, 4, 3))
    cell = tf.nn.rnn_cell.MultiRNNCell([_cell(tf) for _ in range(2)])
    zero = cell.zero_state(2, tf.float32)
    outputs, state = tf.nn.dynamic_rnn(cell, x, initial_state=zero)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        carried, found = session.run(zero), []
        for _ in range(2):
            feed = {tensor: value for t, v in zip(zero, carried) for tensor, value in zip(t, v)}
            last, carried = session.run([outputs, state], feed)
            found.append(last)
    return found, [t.name for pair in zero for t in pair], type(carried[0]).__name__


def _ctc_inputs(tf):
    labels = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [1, 2, 0], [2, 2])
    return labels, tf.constant(numbers(5, 2, 4) * 2), tf.constant([5, 4])


@snippet
def ctc(tf):
    labels, logits, lengths = _ctc_inputs(tf)
    losses = [
        tf.nn.ctc_loss(labels, logits, lengths),
        tf.nn.ctc_loss(
            labels=labels, inputs=tf.transpose(logits, [1, 0, 2]), sequence_length=lengths, time_major=False
        ),
        tf.nn.ctc_loss(labels, logits, lengths, preprocess_collapse_repeated=True, ctc_merge_repeated=False),
        tf.nn.ctc_loss(labels, logits, lengths, ignore_longer_outputs_than_inputs=True),
        tf.nn.ctc_loss_v2(tf.constant([[1, 2], [0, 0]]), logits, tf.constant([2, 1]), lengths, blank_index=3),
    ]
    gradient = tf.gradients(losses[0], logits)[0]
    return _report(tf, *(losses + [gradient]))


@snippet
def ctc_decoders(tf):
    labels, logits, lengths = _ctc_inputs(tf)
    (greedy,), scores = tf.nn.ctc_greedy_decoder(logits, lengths)
    (unmerged,), _ = tf.nn.ctc_greedy_decoder(inputs=logits, sequence_length=lengths, merge_repeated=False)
    paths, probabilities = tf.nn.ctc_beam_search_decoder(logits, lengths, beam_width=4, top_paths=2)
    plain, _ = tf.nn.ctc_beam_search_decoder(logits, lengths, 4, merge_repeated=False)
    second, _ = tf.nn.ctc_beam_search_decoder_v2(logits, lengths, 4)
    distance = tf.edit_distance(tf.cast(greedy, tf.int32), labels)
    raw = tf.edit_distance(hypothesis=tf.cast(greedy, tf.int32), truth=labels, normalize=False)
    dense = tf.sparse_tensor_to_dense(greedy, default_value=-1)
    as_dense = tf.sparse_to_dense(greedy.indices, greedy.dense_shape, greedy.values, default_value=-1)
    tensors = [greedy.indices, greedy.values, scores, unmerged.values, paths[0].values, paths[1].values, probabilities]
    tensors += [plain[0].values, second[0].values, distance, raw, dense, as_dense]
    return _report(tf, *tensors)


@snippet
def embeddings(tf):
    table, ids = tf.constant(numbers(6, 2)), tf.constant([[0, 5], [2, 2]])
    sparse = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], tf.constant([1, 3, 5], tf.int64), [3, 2])
    weights = tf.SparseTensor([[0, 0], [0, 1], [1, 0]], [1.0, 2.0, 0.5], [3, 2])
    with tf.variable_scope("part", partitioner=tf.fixed_size_partitioner(2)):
        parts = tf.get_variable("table", initializer=tf.constant_initializer(0.5), shape=[6, 2])
    found = [
        tf.nn.embedding_lookup(table, ids),
        tf.nn.embedding_lookup([table[:3], table[3:]], ids),
        tf.nn.embedding_lookup([table[:3], table[3:]], ids, partition_strategy="div", max_norm=0.5, name="mine"),
        tf.nn.embedding_lookup(parts, ids),
        tf.nn.embedding_lookup_sparse(table, sparse, weights, combiner="sqrtn"),
        tf.nn.embedding_lookup_sparse(table, sparse, None, combiner="sum"),
        tf.nn.safe_embedding_lookup_sparse([table], sparse, weights),
    ]
    return _report(tf, *found)


@snippet
def other_functions(tf):
    x, images = tf.constant(numbers(2, 5)), tf.constant(numbers(1, 4, 4, 2))
    kernel = tf.constant(numbers(2, 2, 2, 3))
    nn = tf.nn
    mean, variance = nn.moments(x, [0])
    found = [
        nn.softmax(x, dim=0), nn.softmax(x, axis=1, name="s"), nn.log_softmax(x, dim=-1), nn.l2_normalize(x, dim=1),
        nn.l2_normalize(x, 0, epsilon=1e-6), mean, variance, nn.moments(x, axes=[1], keep_dims=True)[1],
        nn.xw_plus_b(x, tf.constant(numbers(5, 2)), [0.5, 1.0]), nn.relu_layer(x, tf.constant(numbers(5, 2)), [0.5, 1.0]),
        nn.bias_add(images, [1.0, 2.0]), nn.conv2d(images, kernel, [1, 1, 1, 1], "SAME"),
        nn.conv2d(input=images, filter=kernel, strides=[1, 2, 2, 1], padding="VALID", use_cudnn_on_gpu=False),
        nn.conv1d(x[:, :, None], tf.constant(numbers(2, 1, 3)), stride=2, padding="SAME"),
        nn.conv1d(value=x[:, :, None], filters=tf.constant(numbers(2, 1, 3)), stride=1, padding="VALID"),
        nn.max_pool(images, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME"),
        nn.max_pool(value=images, ksize=[1, 2, 2, 1], strides=[1, 1, 1, 1], padding="VALID"),
        nn.avg_pool(value=images, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME"),
        nn.lrn(images, depth_radius=1), nn.local_response_normalization(images), nn.elu(x), nn.selu(x), nn.relu6(x),
        nn.leaky_relu(x), nn.leaky_relu(x, alpha=0.1), nn.crelu(x), nn.crelu(x, axis=0), nn.softplus(x), nn.softsign(x),
        nn.swish(x), nn.batch_normalization(x, mean, variance, None, None, 1e-3), nn.zero_fraction(x),
        nn.fused_batch_norm(images, [1.0, 1.0], [0.0, 0.0])[0], nn.in_top_k(x, [1, 2], 2), nn.top_k(x, 2).values,
        nn.atrous_conv2d(images, kernel, 2, "SAME"), nn.depthwise_conv2d(images, kernel, [1, 1, 1, 1], "SAME"),
        nn.separable_conv2d(images, kernel, tf.constant(numbers(1, 1, 6, 2)), [1, 1, 1, 1], "SAME"),
        nn.conv2d_transpose(images, tf.constant(numbers(2, 2, 3, 2)), [1, 8, 8, 3], [1, 2, 2, 1]),
        nn.convolution(images, kernel, "SAME"), nn.pool(images, [2, 2], "MAX", "VALID"),
        nn.dilation2d(images, tf.constant(numbers(2, 2, 2)), [1, 1, 1, 1], [1, 1, 1, 1], "SAME"),
        nn.sigmoid(x), nn.tanh(x),
        nn.normalize_moments(*nn.sufficient_statistics(x, [0])[:3], shift=None)[0], nn.weighted_moments(x, [0], 1.0)[1],
    ]  # fmt: skip
    return _report(tf, *found)


@snippet
def dropouts(tf):
    x, dropout = tf.ones([3, 4]), tf.nn.dropout
    found = [dropout(x, 1.0), dropout(x, keep_prob=0.5), dropout(x, rate=0.5), dropout(x, keep_prob=tf.constant(0.7))]
    found += [dropout(x, 0.5, noise_shape=[3, 1], seed=3, name="d"), dropout(x, 0.5, [1, 4], 4), dropout(x, 0.9)]
    return _report(tf, *found)
