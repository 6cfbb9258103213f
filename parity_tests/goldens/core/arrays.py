"""Core functions by every spelling of their arguments that TF 1.15 accepts."""

import numpy as np

from core.harness import family, fetched, numbers

CASES, snippet = family()


def _report(tf, *outputs):
    return fetched(tf, *outputs), [t.name for t in outputs], [str(t.shape) for t in outputs]


@snippet
def reductions(tf):
    x, logical = tf.constant(numbers(2, 3)), tf.constant(numbers(2, 3) > 0)
    found = []
    for name in "sum mean max min prod logsumexp".split():
        reduce = getattr(tf, "reduce_" + name)
        found += [reduce(x), reduce(x, 1), reduce(x, axis=[0]), reduce(x, reduction_indices=[1]), reduce(x, 0, True)]
        found += [reduce(x, 1, keep_dims=True), reduce(x, axis=-1, keepdims=True, name="mine")]
    for name in ("all", "any"):
        reduce = getattr(tf, "reduce_" + name)
        found += [reduce(logical), reduce(logical, 1), reduce(logical, reduction_indices=0, keep_dims=True)]
    return _report(tf, *found)


@snippet
def counted(tf):
    x = tf.constant([[0, 1, 2], [0, 0, 3]])
    found = [tf.count_nonzero(x), tf.count_nonzero(x, 1), tf.count_nonzero(x, axis=0, keep_dims=True)]
    found += [
        tf.count_nonzero(input_tensor=x, reduction_indices=[1], dtype=tf.int32),
        tf.count_nonzero(x, keepdims=True),
    ]
    found += [
        tf.accumulate_n([x, x]),
        tf.add_n([x, x], name="n"),
        tf.bincount([1, 1, 2]),
        tf.cumsum(x, 1, exclusive=True),
    ]
    return _report(tf, *found)


@snippet
def arguments_of_the_extreme(tf):
    x = tf.constant(numbers(2, 3))
    found = [tf.argmax(x), tf.argmax(x, 1), tf.argmax(x, dimension=1), tf.argmax(x, axis=1, output_type=tf.int32)]
    return _report(tf, *(found + [tf.argmin(x, 0), tf.argmin(x, dimension=0), tf.arg_max(x, 1), tf.arg_min(x, 1)]))


@snippet
def dimensions(tf):
    x = tf.constant(numbers(1, 3, 1))
    found = [
        tf.expand_dims(x, 0), tf.expand_dims(x, dim=-1), tf.expand_dims(x, axis=1, name="e"), tf.squeeze(x),
        tf.squeeze(x, [0]), tf.squeeze(x, squeeze_dims=[2]), tf.squeeze(x, axis=0), tf.reverse(x, [1]),
        tf.reverse(x, axis=[-2]), tf.reverse_v2(x, [1]), tf.reverse_sequence(x[:, :, 0], [2], 1, 0),
        tf.reverse_sequence(x[:, :, 0], seq_lengths=[2], seq_dim=1, batch_dim=0), tf.transpose(x, perm=[2, 1, 0]),
        tf.reverse_sequence(x[:, :, 0], [2], seq_axis=1, batch_axis=0), tf.matrix_transpose(x), tf.tile(x, [2, 1, 1]),
        tf.reshape(tensor=x, shape=[-1]), tf.pad(x, [[0, 0], [1, 1], [0, 0]]), tf.pad(x[0], [[1, 1], [0, 0]], "REFLECT"),
        tf.pad(x[0], [[1, 1], [0, 0]], mode="CONSTANT", constant_values=2), tf.rank(x), tf.size(x), tf.shape(x),
        tf.shape(x, out_type=tf.int64), tf.broadcast_to(x, [2, 3, 1]), tf.stack([x, x], axis=1), tf.unstack(x, num=3, axis=1)[1],
        tf.concat([x, x], 1), tf.concat(values=[x, x], axis=0), tf.split(x, 3, 1)[2], tf.split(x, [1, 2], axis=1)[1],
        tf.split(value=x, num_or_size_splits=3, axis=1)[0], tf.slice(x, [0, 1, 0], [1, 2, 1]), tf.strided_slice(x, [0], [1]),
        tf.meshgrid([1, 2], [3, 4])[0], tf.sequence_mask([1, 2], 3), tf.sequence_mask([1, 2], maxlen=3, dtype=tf.float32),
        tf.space_to_batch(x[..., None], [[0, 1], [0, 1]], 2), tf.invert_permutation([1, 0]),
        tf.parallel_stack([x, x]), tf.roll(x, 1, 1), tf.searchsorted([1, 3], [2]), tf.required_space_to_batch_paddings([3], [2])[0],
    ]  # fmt: skip
    return _report(tf, *found)


@snippet
def lookups(tf):
    x, rows = tf.constant(numbers(3, 2)), [2, 0]
    found = [
        tf.gather(x, rows), tf.gather(params=x, indices=rows, axis=0, name="g"), tf.gather(x, [1], axis=1),
        tf.gather(x, rows, validate_indices=True), tf.gather_nd(x, [[1, 1]]), tf.batch_gather(x, [[0], [1], [0]]),
        tf.boolean_mask(x, [True, False, True]), tf.boolean_mask(tensor=x, mask=[True, False], name="b", axis=1),
        tf.one_hot(rows, 3), tf.one_hot(indices=rows, depth=3, on_value=5.0, off_value=-1.0, axis=0, dtype=tf.float32),
        tf.dynamic_partition(x, [0, 1, 0], 2)[0], tf.dynamic_stitch([[0], [1]], [[1.0], [2.0]]), tf.scatter_nd([[1]], [5], [3]),
        tf.unique([1, 1, 2]).y, tf.unique_with_counts([1, 1, 2]).count, tf.setdiff1d([1, 2], [2])[0], tf.where([[True, False]]),
        tf.nn.top_k([1, 3, 2], k=2, sorted=True).indices, tf.nn.in_top_k(predictions=x, targets=[0, 1, 1], k=1),
        tf.segment_sum([1, 2, 3], [0, 0, 1]), tf.segment_mean([1.0, 2, 3], [0, 0, 1]), tf.unsorted_segment_sum([1, 2], [1, 0], 2),
        tf.unsorted_segment_max(data=[1, 2], segment_ids=[1, 0], num_segments=2), tf.nn.embedding_lookup(x, rows),
        tf.sets.set_intersection([[1, 2]], [[2, 3]]).values, tf.histogram_fixed_width([1.0, 2.0], [0.0, 5.0], nbins=3),
    ]  # fmt: skip
    return _report(tf, *found)


@snippet
def products(tf):
    a, b = tf.constant(numbers(2, 3)), tf.constant(numbers(3, 2, seed=1))
    square = tf.constant(numbers(2, 2) + 2 * np.eye(2, dtype=np.float32))
    found = [
        tf.matmul(a, b), tf.matmul(a, a, transpose_b=True), tf.matmul(a=a, b=a, adjoint_a=True, name="m"),
        tf.tensordot(a, b, 1), tf.tensordot(a, a, axes=[[1], [1]]), tf.einsum("ij,jk->ik", a, b), tf.norm(a), tf.norm(a, axis=1),
        tf.norm(a, ord=1, axis=0, keep_dims=True), tf.norm(a, keepdims=True), tf.diag([1.0, 2.0]), tf.diag_part(square),
        tf.matrix_diag([1.0, 2.0]), tf.matrix_inverse(square), tf.matrix_determinant(square), tf.trace(square), tf.eye(2, num_columns=3),
        tf.cross([1.0, 0, 0], [0.0, 1, 0]), tf.matrix_solve(square, b[:2]), tf.matrix_band_part(square, 0, -1), tf.cholesky(tf.eye(2)),
        tf.linalg.matvec(a, [1.0, 2.0, 3.0]), tf.svd(square, compute_uv=False), tf.self_adjoint_eigvals(tf.eye(2)), tf.sparse_matmul(a, b),
        tf.squared_difference(a, a + 1.0), tf.floordiv(7, 2), tf.floormod(7, 3), tf.mod(7, 3), tf.truediv(1, 2), tf.div(7, 2),
        tf.divide(a, 2.0), tf.realdiv(1.0, 2.0), tf.truncatediv(-7, 2), tf.div_no_nan(1.0, 0.0), tf.pow(2, 3), tf.scalar_mul(2.0, a),
        tf.erf(a), tf.lgamma(a + 3.0), tf.digamma(a + 3.0), tf.rsqrt(a + 3.0), tf.round(a), tf.rint(a), tf.log1p(a + 1.5), tf.expm1(a),
        tf.clip_by_value(a, -0.1, 0.1), tf.clip_by_value(t=a, clip_value_min=-0.1, clip_value_max=0.1), tf.clip_by_norm(a, 1.0, axes=[1]),
        tf.sigmoid(a), tf.log_sigmoid(a), tf.sign(a), tf.is_nan(a), tf.is_finite(a), tf.maximum(a, 0.0), tf.logical_xor([True], [False]),
        tf.to_float([1]), tf.to_int32([1.5]), tf.to_int64([1.5]), tf.to_double([1]), tf.cast(tf.to_bfloat16([1.0]), tf.float32), tf.cast([1.7], tf.int32),
        tf.saturate_cast([300.0], tf.uint8), tf.bitcast([1.0], tf.int32), tf.complex(1.0, 2.0), tf.fft([1.0 + 0j, 2.0]), tf.igamma(1.0, 2.0),
        tf.fill([2], 3), tf.zeros([2], tf.int32), tf.ones_like(a, optimize=False), tf.zeros_like(tensor=a, dtype=tf.int32), tf.range(3),
        tf.range(1, 9, delta=3), tf.lin_space(0.0, 1.0, 3), tf.linspace(0.0, 1.0, num=3), tf.constant(1, shape=[2, 2]), tf.constant([1], verify_shape=False),
        tf.nn.l2_loss(a), tf.betainc(1.0, 2.0, 0.5), tf.cumprod(a, axis=1, reverse=True), tf.ceil(a), tf.floor(a),
    ]  # fmt: skip
    return _report(tf, *found)


@snippet
def quotient_of_python_numbers(tf):
    return tf.divide(7, 2)


@snippet
def sparse(tf):
    s = tf.SparseTensor(indices=[[0, 1], [1, 0]], values=[1.0, 2.0], dense_shape=[2, 3])
    t = tf.SparseTensor([[0, 1]], [5.0], [2, 3])
    fed = tf.sparse_placeholder(tf.float32, shape=[2, 2])
    pieces = [
        tf.sparse_add(s, t), tf.sparse_add(s, t, thresh=0.5), tf.sparse_concat(1, [s, t]), tf.sparse_concat(axis=0, sp_inputs=[s, t]),
        tf.sparse_split(axis=1, num_split=3, sp_input=s)[1], tf.sparse_reorder(s),
        tf.sparse_reshape(s, [3, 2]), tf.sparse_retain(s, [True, False]),
        tf.sparse_slice(s, [0, 0], [1, 2]), tf.sparse_softmax(s), tf.sparse_transpose(s), tf.sparse_fill_empty_rows(s, 0.0)[0],
        tf.sparse_maximum(s, t), tf.sparse_reset_shape(s), tf.sparse_reduce_sum_sparse(s, axis=0), tf.string_split(["a b", "c"]),
    ]  # fmt: skip
    dense = [
        tf.sparse_tensor_to_dense(s), tf.sparse_tensor_to_dense(s, default_value=7.0, validate_indices=False), tf.sparse_reduce_sum(s),
        tf.sparse_reduce_sum(s, axis=1, keep_dims=True), tf.sparse_reduce_sum(s, reduction_axes=0), tf.sparse_reduce_max(s, 1),
        tf.sparse_tensor_dense_matmul(s, tf.ones([3, 1])), tf.sparse_tensor_dense_matmul(s, tf.ones([2, 1]), adjoint_a=True),
        tf.sparse_to_dense([[0], [2]], [4], [1, 2]), tf.sparse_to_dense(sparse_indices=[1], output_shape=[3], sparse_values=5, default_value=-1),
        tf.sparse_to_indicator(tf.cast(s, tf.int64), 4), tf.sparse_segment_sum([[1.0], [2.0]], [0, 1], [0, 0]), s.values, tf.sparse_tensor_to_dense(fed),
        tf.convert_to_tensor(s.get_shape().as_list()), tf.sparse_segment_mean([[1.0], [2.0]], [0, 1], [0, 0]),
    ]  # fmt: skip
    tensors = [t for piece in pieces for t in (piece.indices, piece.values, piece.dense_shape)] + dense
    feed = {fed: tf.SparseTensorValue([[0, 0]], [3.0], [2, 2])}
    return fetched(tf, *tensors, feed=feed), [t.name for t in tensors], s.op.type, str(s.shape)


@snippet
def strings(tf):
    words = tf.constant(["ab", "Cd e"])
    found = [
        tf.string_join(["a", "b"], "-"), tf.string_join(inputs=["a", "b"], separator="+", name="j"), tf.as_string([1.5], precision=2),
        tf.string_to_number(["1.5"]), tf.string_to_number(["1"], out_type=tf.int32), tf.string_to_hash_bucket(words, 10), tf.substr(words, 0, 1),
        tf.string_to_hash_bucket_fast(words, 10), tf.string_to_hash_bucket_strong(words, 10, [1, 2]), tf.regex_replace(words, "b", "x"),
        tf.reduce_join(words, 0), tf.reduce_join(inputs=[words], axis=1, separator=","), tf.reduce_join([words], reduction_indices=[1], keep_dims=True),
        tf.strings.length(words), tf.strings.upper(words), tf.strings.strip([" a "]), tf.strings.regex_full_match(words, "a.*"), tf.encode_base64(["a"]),
        tf.decode_base64(tf.encode_base64(["a"])), tf.decode_raw(["ab"], tf.uint8), tf.decode_raw(bytes=["ab"], out_type=tf.uint8), tf.string_strip(["a "]),
        tf.string_split(source=["a,b"], delimiter=",").values, tf.string_split(["a,,b"], ",", skip_empty=False).values, tf.strings.substr("hey", 1, 2),
        tf.strings.split(words).values, tf.strings.format("x {}", [3]), tf.strings.unicode_decode("a", "UTF-8"),
    ]  # fmt: skip
    with tf.Session() as session:
        return session.run(found), [t.name for t in found]


@snippet
def tables(tf):
    tf.gfile.Open("words.txt", "w").write("a\nb\nc\n")
    table = tf.lookup.StaticHashTable(
        tf.lookup.KeyValueTensorInitializer(["a", "b"], tf.constant([1, 2], tf.int64)), default_value=-1
    )
    from_file = tf.lookup.StaticVocabularyTable(
        tf.lookup.TextFileInitializer(
            "words.txt", tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER
        ),
        2,
    )
    found = table.lookup(tf.constant(["b", "z"])), from_file.lookup(tf.constant(["c", "z"])), table.size()
    with tf.Session() as session:
        session.run(tf.tables_initializer())
        session.run(tf.initialize_all_tables())
        return (
            session.run(list(found)),
            [t.name for t in found],
            len(tf.get_collection(tf.GraphKeys.TABLE_INITIALIZERS)),
        )


@snippet
def images(tf):
    x = tf.constant(numbers(1, 4, 4, 3))
    small = tf.constant((numbers(4, 4, 3) * 100 + 120).astype("uint8"))
    im = tf.image
    found = [
        im.resize_images(x, [2, 2]), im.resize_images(x, (6, 6), method=im.ResizeMethod.NEAREST_NEIGHBOR), im.resize_images(images=x, size=[8, 8], align_corners=True),
        im.resize_bilinear(x, [2, 3]), im.resize_nearest_neighbor(x, [2, 3]), im.resize_bicubic(x, [3, 3]), im.resize_area(x, [2, 2]),
        im.resize_image_with_crop_or_pad(x, 3, 5), im.crop_to_bounding_box(x, 0, 1, 2, 2), im.pad_to_bounding_box(x, 1, 1, 6, 6),
        im.flip_left_right(x), im.flip_up_down(x), im.transpose_image(x[0]), im.rot90(x), im.per_image_standardization(x[0]), im.central_crop(x[0], 0.5),
        im.rgb_to_grayscale(x), im.grayscale_to_rgb(x[..., :1]), im.adjust_brightness(x, 0.1), im.adjust_contrast(x, 2.0), im.rgb_to_hsv(x * 0.5 + 0.5),
        im.convert_image_dtype(small, tf.float32), im.decode_png(im.encode_png(small), channels=3), im.random_flip_left_right(x[0], seed=1), im.total_variation(x),
        im.random_brightness(x, 0.5, seed=2), im.random_contrast(x, 0.5, 1.5, seed=2), tf.random_crop(x[0], [2, 2, 3], seed=1), im.random_flip_up_down(x[0]),
        im.crop_and_resize(x, [[0.0, 0.0, 1.0, 1.0]], [0], [2, 2]), im.crop_and_resize(image=x, boxes=[[0.0, 0, 1, 1]], box_ind=[0], crop_size=[2, 2]),
        im.non_max_suppression([[0.0, 0, 1, 1]], [0.5], 1), im.extract_glimpse(x, [2, 2], [[0.0, 0.0]]), tf.extract_image_patches(x, [1, 2, 2, 1], [1, 2, 2, 1], [1, 1, 1, 1], "VALID"),
        im.decode_image(im.encode_png(small)), im.ssim(x, x, 1.0, filter_size=3), im.psnr(x, x + 0.1, 1.0), im.resize_images(x, [2, 2], preserve_aspect_ratio=True),
        tf.extract_image_patches(images=x, ksizes=[1, 2, 2, 1], strides=[1, 1, 1, 1], rates=[1, 1, 1, 1], padding="SAME"),
    ]  # fmt: skip
    return _report(tf, *found)


@snippet
def initializers(tf):
    shape = [2, 3]
    found = [
        tf.constant_initializer(0.5)(shape), tf.constant_initializer([1.0, 2, 3, 4, 5, 6])(shape), tf.constant_initializer(value=1, dtype=tf.int32)(shape),
        tf.zeros_initializer()(shape), tf.ones_initializer(dtype=tf.float32)(shape), tf.random_normal_initializer(seed=1)(shape), tf.random_uniform_initializer(-0.1, 0.1, seed=1)(shape),
        tf.truncated_normal_initializer(stddev=0.02, seed=1)(shape), tf.uniform_unit_scaling_initializer(1.0, seed=1)(shape), tf.orthogonal_initializer(seed=1)(shape),
        tf.variance_scaling_initializer(scale=2.0, mode="fan_out", distribution="uniform", seed=1)(shape), tf.glorot_uniform_initializer(seed=1)(shape), tf.eye(2),
        tf.glorot_normal_initializer(seed=1)(shape), tf.initializers.he_normal(seed=1)(shape), tf.initializers.lecun_uniform(seed=1)(shape), tf.initializers.identity()([2, 2]),
        tf.keras.initializers.he_uniform(seed=1)(shape), tf.initializers.random_normal(0.0, 1.0, 1)(shape), tf.initializers.variance_scaling(seed=1)(shape),
    ]  # fmt: skip
    return _report(tf, *found), sorted(tf.glorot_uniform_initializer(seed=1).get_config().items())


@snippet
def random_with_seeds(tf):
    found = [
        tf.random_normal([3], seed=1), tf.random_uniform([3], seed=1), tf.random_uniform([3], 0, 10, dtype=tf.int32, seed=1), tf.truncated_normal([3], seed=1),
        tf.random_shuffle([1, 2, 3, 4], seed=1), tf.multinomial([[0.1, 0.9, 0.5]], 5, seed=1), tf.random.categorical([[0.1, 0.9]], 5, seed=1),
        tf.random_gamma([2], 1.0, seed=1), tf.random_poisson([2.0], [3], seed=1), tf.random.stateless_uniform([2], [1, 2]), tf.random_crop([1, 2, 3], [2], seed=1),
        tf.random_normal(shape=[2], mean=1.0, stddev=0.1, dtype=tf.float64, seed=3), tf.random.stateless_normal([2], [1, 2]), tf.multinomial(logits=[[0.0, 1.0]], num_samples=2, seed=3, output_dtype=tf.int32),
    ]  # fmt: skip
    return _report(tf, *found)
