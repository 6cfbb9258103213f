"""Calls that make another number of ops today than in TF 1.15: layers, losses, input, savers."""

from __future__ import annotations

import math
import numbers

from legacy_tf1.seeds.counting import Drift, is_tensor, last_id, shape_of
from legacy_tf1.seeds.gradients import note_contraction, note_dropout

__all__ = ["FORWARD"]


def _is(value, number: int) -> bool:
    return isinstance(value, int) and value == number


def _is_resource(value) -> bool:
    from tensorflow.python.ops import resource_variable_ops

    return isinstance(value, resource_variable_ops.BaseResourceVariable)


def _constants(*values) -> int:
    return sum(not is_tensor(value) for value in values)


def _of_integers(a) -> bool:
    from tensorflow.python.framework import dtypes

    return dtypes.as_dtype(a.dtype).is_integer  # scripts give it as a string, too


def _bounds(a) -> int:
    """TF 2.21 makes no tensors of bounds that are the ints 0 and 1."""
    return 2 * (not _of_integers(a) and _is(a.minval, 0) and (a.maxval is None or _is(a.maxval, 1)))


def _scaling(a) -> int:
    """Nor does it then scale the draw; where only the lower bound is the int 0, it leaves that one out."""
    return 3 if _bounds(a) else 2 * (not _of_integers(a) and _is(a.minval, 0))


def _size_of_shape(a) -> int:
    """TF 1.15 asks whether the product of the dimensions is below 1000 even where some are tensors."""
    if not isinstance(a.shape, (list, tuple)) or not any(map(is_tensor, a.shape)):
        return 0
    ops, tensor = 0, is_tensor(a.shape[0])
    for dimension in a.shape[1:]:
        other = is_tensor(dimension)
        ops += tensor + other  # a product of two tensors; or of one and a new constant
        ops -= tensor and other
        ops += tensor != other
        tensor = tensor or other
    return ops + 2


def _reduced_axes(a) -> int:
    """TF 2.21 takes a scalar for a tensor of unknown rank, TF 1.15 does so with a variable."""
    if a.axis is not None or a.made == 0:
        return 0
    if is_tensor(a.x) and not hasattr(a.x, "initializer"):
        return 1 if a.x.shape.rank is not None else a.made
    if not hasattr(a.x, "initializer"):
        return a.made
    return 4 + _is_resource(a.x)


def _is_empty(value) -> bool:
    return isinstance(value, (list, tuple)) and not value


def _reshaped_to_scalar(a) -> int:
    in_a_gradient = any("_grad:" in name for name in a.inside)  # whose own row counts it
    return -(_is_empty(a.shape) and not in_a_gradient)


def _sliced(a) -> int:
    """Where n of `x[n:]` is a tensor, TF 2.21 makes tensors of the bounds left out; TF 1.15 packs numbers."""
    spec = a.slice_spec if isinstance(a.slice_spec, (list, tuple)) else [a.slice_spec]
    spec = [part for part in spec if getattr(part, "dtype", None) not in ("bool", bool)]
    if any("_grad:" in name for name in a.inside):  # whose own row counts it
        return 0
    more = 0
    for bound in range(3):
        made = [_tensor_of_bound(part, bound) for part in spec]
        if any(made) and not any(is_tensor(_bounds_of(part)[bound]) for part in spec):
            # one constant, cast where the others are int64
            more += ("int64" in made) - len(spec)
    return more


def _bounds_of(part) -> list:
    return [part.start, part.stop, part.step] if isinstance(part, slice) else [part, part, None]


def _tensor_of_bound(part, bound: int) -> str | None:
    """The dtype of the tensor that TF 2.21 makes for a bound left out, if it does: for an index, it is in int64."""
    types = [each.dtype.name for each in _bounds_of(part) if is_tensor(each)]
    if not types or _bounds_of(part)[bound] is not None or (types[0] == "int32" and not isinstance(part, slice)):
        return None
    return types[0]


def _contraction(a) -> int:
    """TF 2.21 leaves out the transpositions and reshapes that change nothing."""
    left, right = shape_of(a.a), shape_of(a.b)
    if isinstance(a.axes, int) and None not in (left, right):
        pairs = [range(len(left) - a.axes, len(left)), range(a.axes)]
    elif isinstance(a.axes, (list, tuple)):
        pairs = [[axes] if isinstance(axes, int) else axes for axes in a.axes]
    else:
        return 0
    more, free = [], []
    for shape, axes, contracted_last in ((left, pairs[0], True), (right, pairs[1], False)):
        if shape is None or None in shape or is_tensor(axes):
            more.append(0)
            continue
        axes = [axis % len(shape) for axis in axes]
        kept = [axis for axis in range(len(shape)) if axis not in axes]
        order = kept + axes if contracted_last else axes + kept
        matrix = [math.prod(shape[axis] for axis in group) for group in (kept, axes)]
        same = [shape[axis] for axis in order] == (matrix if contracted_last else matrix[::-1])
        more.append(2 * (order == sorted(order)) + 2 * same)
        free.append([shape[axis] for axis in kept])
    whole = 2 * ([len(kept) for kept in free] == [1, 1])
    note_contraction(a.result, more, whole)
    return sum(more) + whole


def _legacy_einsum(a) -> int:
    """TF 1.15's einsum is still there, out of use: count its ops on inputs of the same shapes."""
    from tensorflow.python.framework import ops
    from tensorflow.python.ops import array_ops, special_math_ops

    with ops.Graph().as_default() as scratch:
        inputs = [array_ops.placeholder(x.dtype.base_dtype, x.shape) for x in a.inputs]
        special_math_ops._einsum_v1(a.equation, *inputs)
        return last_id(scratch) - len(inputs)


def _copied(a) -> int:
    """TF 1.15 passes rows of a resource variable through one identity more."""
    from tensorflow.python.ops import variables

    parts = (list, tuple, variables.PartitionedVariable)
    params = a.params if isinstance(a.params, parts) else (a.params,)
    return sum(map(_is_resource, params)) if a.transform_fn is None else 0


def _looked_up(a) -> int:
    """TF 1.15 numbers the rows in int32, and looks up each id once (`embedding_ops.embedding_lookup_sparse`)."""
    if not a.ignore_weights:
        return 0
    at_once = a.made <= 2 and not _is_resource(a.params[0])  # TF 2.21 sums the table's own rows
    return 5 if at_once else 1


def _converted_once(a) -> int:
    """TF 2.21 makes a tensor of what is none, for the axes, the maximum and the difference each."""
    if is_tensor(a.input_tensor) and not hasattr(a.input_tensor, "initializer"):
        return 0
    by_an_op = not hasattr(a.input_tensor, "initializer") or _is_resource(a.input_tensor)
    return -by_an_op - (3 + by_an_op) * (a.axis is None)


def _zeros_like(a) -> int:
    """TF 1.15 reads a variable, also where its shape is known (`array_ops.zeros_like_impl`)."""
    return _is_resource(a.tensor) and a.optimize and a.tensor.shape.is_fully_defined()


def _deconvolved(a) -> int:
    """TF 1.15 computes the sizes of the output in the graph, TF 2.21 those only that depend on unknown ones."""
    sizes = shape_of(a.inputs)[1:-1] if a.self.data_format == "channels_last" else shape_of(a.inputs)[2:]
    return (5 if a.self.padding == "same" else 7) * sum(size is not None for size in sizes)


def _rates_of_ftrl(a) -> int:
    """TF 1.15 knows no beta."""
    return _constants(
        a.self._learning_rate,
        a.self._l1_regularization_strength,
        a.self._l2_regularization_strength,
        a.self._l2_shrinkage_regularization_strength,
        a.self._learning_rate_power,
    )


def _flattened(a) -> int:
    rank = a.inputs.shape.rank
    transposed = 2 * (a.self.data_format == "channels_first" and rank is not None and rank > 1)
    return transposed + (2 if rank and a.inputs.shape.as_list()[0] else 8)


def _fused_batch_norm(a) -> int:
    """TF 1.15 feeds empty statistics in training, and makes a tensor of the momentum always."""
    from tensorflow.python.framework import smart_cond

    training = smart_cond.smart_constant_value(a.training)
    return 0 if training is None else 2 if training else 1


def _renormalized(a) -> int:
    """TF 1.15 fills the ones of the branch that is for use, TF 2.21 has them as a constant."""
    from tensorflow.python.framework import smart_cond

    return 2 * (smart_cond.smart_constant_value(a.training) is None)


def _brought_in(*values) -> int:
    """The ops that bring these tensors into the branches and loops that are being built."""
    from tensorflow.python.framework import ops

    made = 0
    for value in filter(is_tensor, values):
        if _is_resource(value):
            continue  # both versions read it inside, ahead of everything
        if hasattr(value, "initializer"):
            value = value.value()
        context = ops.get_default_graph()._get_control_flow_context()
        while context is not None and value.name not in context._values:
            made, context = made + 1, context.outer_context
    return made


def _before_the_mask(a) -> int:
    """TF 1.15 makes a tensor of the rate, and scales after the draw (`nn_ops.dropout_v2`).

    So input and rate are brought into a branch or loop after the draw too, but for an input whose shape is asked for.
    """
    if not is_tensor(a.rate) and a.rate == 0:
        return 0
    shape_is_known = a.noise_shape is not None or is_tensor(a.x) and a.x.shape.is_fully_defined()
    a.late = _brought_in(*[a.x] * shape_is_known, a.rate)
    return -(3 if is_tensor(a.rate) else 1) - a.late


def _dropped(a) -> int:
    """It compares with the tensor of the rate, and multiplies by the scale and the mask."""
    if not is_tensor(a.rate) and a.rate == 0:
        return 0
    note_dropout(a.result)
    return (5 if is_tensor(a.rate) else 4) + a.late


def _all_kept(a) -> int:
    """TF 2.21's layer passes an input of which nothing is dropped through an identity."""
    return -(not is_tensor(a.self.rate) and a.self.rate == 0 and a.training is True)


def _checked(a) -> int:
    """TF 1.15 looks at the whole shape of an image or a batch of them, TF 2.21 at the image's part of it."""
    return -4 if a.made else 22 * (not a.image.shape.is_fully_defined())


def _cropped_to_the_middle(a) -> int:
    """TF 2.21 casts the fraction, for each side whose length is unknown."""
    return -sum(size is None for size in shape_of(a.image)[-3:-1]) if a.central_fraction != 1 else 0


def _parsed(a) -> int:
    """TF 1.15 names each feature by a tensor of its own, or by an attribute where one example is parsed."""
    if any("single" in name for name in a.inside):
        return -4
    return len(a.params.sparse_keys) + len(a.params.dense_keys) - 3


def _parsed_sequence(a) -> int:
    return sum(len(part.sparse_keys) + len(part.dense_keys) for part in (a.context, a.feature_list)) - 6


def _optimized(a) -> int:
    return 1 if a.self.options().experimental_optimization.apply_default_optimizations is False else 3


def _given(*values) -> int:
    return sum(value is not None and not is_tensor(value) for value in values)


_OPS = "tensorflow.python.ops."

# TF 2.21's function -> the difference. A random op's own arguments come before its seed.
FORWARD: dict[str, Drift] = {
    _OPS + "random_ops:random_uniform": Drift(before=_bounds, after=_scaling),
    _OPS + "random_ops:random_gamma": Drift(before=-2),
    **{_OPS + f"stateless_random_ops:stateless_random_{name}": Drift(after=-2) for name in ("normal", "uniform")},
    _OPS + "stateless_random_ops:stateless_truncated_normal": Drift(after=-2),
    _OPS + "nn_ops:_dropout": Drift(before=_before_the_mask, after=_dropped),
    # the number of parts became a tensor, used or not
    _OPS + "array_ops:split": Drift(after=lambda a: isinstance(a.num_or_size_splits, numbers.Integral)),
    _OPS + "tensor_getitem_override:_slice_helper": Drift(after=_sliced),
    # an empty list is converted twice: first to floats, which no shape and no axis is made of
    _OPS + "array_ops:reshape": Drift(after=_reshaped_to_scalar),
    _OPS + "array_ops:fill": Drift(after=lambda a: -_is_empty(a.dims)),
    **{
        _OPS + f"math_ops:reduce_{name}": Drift(after=lambda a: -_is_empty(a.axis))
        for name in ("sum_with_dims", "mean", "prod", "max_with_dims", "min", "any", "all")
    },
    _OPS + "array_ops:_constant_if_small": Drift(after=_size_of_shape),
    _OPS + "array_ops:zeros_like_impl": Drift(after=_zeros_like),
    _OPS + "array_ops:one_hot": Drift(after=lambda a: _given(a.on_value, a.off_value)),
    _OPS + "array_ops:matrix_diag": Drift(after=-4),
    _OPS + "array_ops:matrix_diag_part": Drift(after=-2),
    _OPS + "array_ops:matrix_set_diag": Drift(after=-1),
    _OPS + "array_ops:sparse_placeholder": Drift(after=lambda a: -(a.shape is not None)),
    _OPS + "math_ops:_ReductionDims": Drift(total=_reduced_axes),
    _OPS + "math_ops:reduce_logsumexp": Drift(after=_converted_once),
    _OPS + "math_ops:linspace_nd": Drift(total=lambda a: 1 + _constants(a.start, a.stop, a.num)),
    _OPS + "math_ops:tensordot": Drift(after=_contraction),
    _OPS + "math_ops:saturate_cast": Drift(after=1),
    _OPS + "special_math_ops:einsum": Drift(total=_legacy_einsum),
    _OPS + "parsing_ops:parse_single_example": Drift(),
    _OPS + "parsing_ops:_parse_example_raw": Drift(after=_parsed),
    _OPS + "parsing_ops:_parse_single_sequence_example_raw": Drift(after=_parsed_sequence),
    _OPS + "clip_ops:clip_by_global_norm": Drift(after=1),
    _OPS + "confusion_matrix:confusion_matrix": Drift(after=lambda a: 3 if a.num_classes is None else 2),
    _OPS + "metrics_impl:_streaming_confusion_matrix": Drift(after=1),
    _OPS + "embedding_ops:_embedding_lookup_and_transform": Drift(after=_copied),
    _OPS + "embedding_ops:embedding_lookup_sparse_impl": Drift(after=_looked_up),
    _OPS + "nn_impl:swish": Drift(after=-2),
    _OPS + "nn_impl:sufficient_statistics": Drift(after=-1),
    _OPS + "nn_impl:weighted_moments": Drift(after=1),
    _OPS + "image_ops_impl:per_image_standardization": Drift(after=1),
    _OPS + "image_ops_impl:_CheckAtLeast3DImage": Drift(after=_checked),
    _OPS + "image_ops_impl:central_crop": Drift(after=_cropped_to_the_middle),
    # TF 1.15 crops to -1 of what stays whole, TF 2.21 to its size
    _OPS + "image_ops_impl:crop_to_bounding_box": Drift(
        after=lambda a: -8 if is_tensor(a.target_height) or is_tensor(a.target_width) else -12
    ),
    _OPS + "tensor_array_ops:_GraphTensorArray.size": Drift(total=1),
    _OPS + "tensor_array_ops:_GraphTensorArray.concat": Drift(total=1),
    # TF 2.21 calls the regularizer once more, to see whether it gives a loss
    _OPS + "variable_scope:_LazyEvalTensor.__init__": Drift(after=lambda a: -a.made),
    "tensorflow.python.training.saver:BaseSaverBuilder._AddShardedSaveOps": Drift(after=-3),
    "tensorflow.python.keras.optimizer_v2.legacy_learning_rate_decay:polynomial_decay": Drift(
        after=lambda a: 5 if a.cycle else 1
    ),
    # TF 2.21 makes one tensor of the rate
    "tensorflow.python.training.gradient_descent:"
    "GradientDescentOptimizer._resource_apply_sparse_duplicate_indices": Drift(
        after=lambda a: _given(a.self._learning_rate)
    ),
    "tensorflow.python.training.ftrl:FtrlOptimizer._prepare": Drift(total=_rates_of_ftrl),
    # TF 1.15 fills the accumulators with one constant
    "tensorflow.python.training.ftrl:FtrlOptimizer._create_slots": Drift(after=lambda a: -2 * len(a.var_list)),
    # the datasets that optimize the pipeline are ops of TF 1.15's graph
    "tensorflow.python.data.ops.dataset_ops:DatasetV1._make_initializable_iterator": Drift(after=_optimized),
    # options became an op, and the columns to leave out a tensor
    "tensorflow.python.data.ops.dataset_ops:_OptionsDataset.__init__": Drift(after=-1),
    "tensorflow.python.data.experimental.ops.readers:CsvDatasetV2.__init__": Drift(after=-1),
    # one op of contrib's own library
    "legacy_tf1.contrib.seq2seq.gather_tree:gather_tree": Drift(
        total=lambda a: 1 + _constants(a.step_ids, a.parent_ids, a.max_sequence_lengths, a.end_token)
    ),
    # the dilation became a tensor, used or not
    "tf_keras.src.layers.convolutional.base_conv:Conv.convolution_op": Drift(
        after=lambda a: all(rate == 1 for rate in a.self.dilation_rate)
    ),
    "tf_keras.src.layers.convolutional.conv2d_transpose:Conv2DTranspose.call": Drift(after=_deconvolved),
    "tf_keras.src.layers.reshaping.flatten:Flatten.call": Drift(total=_flattened),
    "tf_keras.src.layers.regularization.dropout:Dropout.call": Drift(after=_all_kept),
    # tf-slim's layers are Keras's of another folder
    "tensorflow.python.keras.layers.convolutional:Conv.call": Drift(
        after=lambda a: all(rate == 1 for rate in a.self.dilation_rate)
    ),
    "tensorflow.python.keras.layers.core:Flatten.call": Drift(total=_flattened),
    "tf_keras.src.layers.normalization.batch_normalization:BatchNormalizationBase._fused_batch_norm": Drift(
        after=_fused_batch_norm
    ),
    "tf_keras.src.layers.normalization.batch_normalization:BatchNormalizationBase._renorm_correction_and_moments": Drift(
        after=_renormalized
    ),
}
