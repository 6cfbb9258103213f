"""Protocol messages that were part of TF 1.15 and exist nowhere today, made from tables.

Sources: tensorflow 1.15 contrib/training/python/training/hparam.proto; tensorboard 1.15
plugins/projector/projector_config.proto. What is written with them is what TF 1.15 wrote.
"""

from __future__ import annotations

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

__all__ = ["EmbeddingInfo", "HParamDef", "ProjectorConfig", "SpriteMetadata"]

_TYPES = {
    name: getattr(descriptor_pb2.FieldDescriptorProto, f"TYPE_{name.upper()}")
    for name in ("bool", "bytes", "float", "int64", "string", "uint32")
}

# message: {field: (number, type, repeated)}; a type that is no basic one is another message of the file
_PROJECTOR = {
    "SpriteMetadata": {"image_path": (1, "string", False), "single_image_dim": (2, "uint32", True)},
    "EmbeddingInfo": {
        "tensor_name": (1, "string", False),
        "metadata_path": (2, "string", False),
        "bookmarks_path": (3, "string", False),
        "tensor_shape": (4, "uint32", True),
        "sprite": (5, "SpriteMetadata", False),
        "tensor_path": (6, "string", False),
    },
    "ProjectorConfig": {
        "model_checkpoint_path": (1, "string", False),
        "embeddings": (2, "EmbeddingInfo", True),
        "model_checkpoint_dir": (3, "string", False),
    },
}
_HPARAMS = {
    "BytesList": {"value": (1, "bytes", True)},
    "FloatList": {"value": (1, "float", True)},
    "Int64List": {"value": (1, "int64", True)},
    "BoolList": {"value": (1, "bool", True)},
    "HParamType": {
        "int64_value": (1, "int64", False),
        "float_value": (2, "float", False),
        "bytes_value": (3, "bytes", False),
        "bool_value": (7, "bool", False),
        "int64_list": (4, "Int64List", False),
        "float_list": (5, "FloatList", False),
        "bytes_list": (6, "BytesList", False),
        "bool_list": (8, "BoolList", False),
    },
    "HparamEntry": {"key": (1, "string", False), "value": (2, "HParamType", False)},
}


def _fill(message, fields, prefix, oneof=None):
    if oneof:
        message.oneof_decl.add(name=oneof)
    for name, (number, kind, repeated) in fields.items():
        field = message.field.add(name=name, number=number, label=3 if repeated else 1)
        if kind in _TYPES:
            field.type = _TYPES[kind]
        else:
            field.type, field.type_name = field.TYPE_MESSAGE, f"{prefix}.{kind}"
        if oneof:
            field.oneof_index = 0


def _register(file) -> descriptor_pool.DescriptorPool:
    # a pool of our own: tensorboard, where it is installed, registers the projector's in the default one
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool


def _projector():
    file = descriptor_pb2.FileDescriptorProto(
        name="tensorboard/plugins/projector/projector_config.proto", package="tensorboard.projector", syntax="proto3"
    )
    for name, fields in _PROJECTOR.items():
        _fill(file.message_type.add(name=name), fields, f".{file.package}")
    pool = _register(file)
    return [message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{file.package}.{n}")) for n in _PROJECTOR]


def _hparam_def():
    file = descriptor_pb2.FileDescriptorProto(
        name="tensorflow/contrib/training/python/training/hparam.proto", package="tensorflow", syntax="proto3"
    )
    outer, prefix = file.message_type.add(name="HParamDef"), ".tensorflow.HParamDef"
    for name, fields in _HPARAMS.items():
        _fill(outer.nested_type.add(name=name), fields, prefix, oneof="kind" if name == "HParamType" else None)
    outer.nested_type[-1].options.map_entry = True
    _fill(outer, {"hparam": (1, "HparamEntry", True)}, prefix)
    return message_factory.GetMessageClass(_register(file).FindMessageTypeByName("tensorflow.HParamDef"))


SpriteMetadata, EmbeddingInfo, ProjectorConfig = _projector()
HParamDef = _hparam_def()
