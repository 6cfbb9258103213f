"""Modules that a `protoc` older than 3.20 wrote (`music_pb2.py`), which today's protobuf refuses to run.

Such a module spells its messages out twice: as calls of `FieldDescriptor`, which are refused, and as the bytes of the
whole file. The bytes say everything, so that the tree is replaced by what today's `protoc` writes around them.
"""

from __future__ import annotations

import ast

__all__ = ["rewritten"]

_TODAY = """
from google.protobuf import descriptor_pool as _descriptor_pool
from google.protobuf.internal import builder as _builder
DESCRIPTOR = _descriptor_pool.Default().AddSerializedFile({serialized})
_builder.BuildMessageAndEnumDescriptors(DESCRIPTOR, globals())
_builder.BuildTopDescriptorsAndMessages(DESCRIPTOR, __name__, globals())
"""


def rewritten(tree: ast.Module, source: str) -> ast.Module:
    """The tree as today's `protoc` writes it; the same tree where no older one wrote it."""
    serialized = _serialized(tree) if "serialized_pb" in source and "FileDescriptor" in source else None
    if serialized is None:
        return tree
    # modules of other files that this one's messages use must be there first, and so must `from __future__`
    imports = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    return ast.Module([*imports, *ast.parse(_TODAY.format(serialized=serialized)).body], tree.type_ignores)


def _serialized(tree: ast.Module) -> bytes | None:
    """The file that `FileDescriptor(..., serialized_pb=...)` is given; before Python 3 its bytes were a string."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "FileDescriptor":
            given = next((keyword.value for keyword in node.keywords if keyword.arg == "serialized_pb"), None)
            for part in ast.walk(given) if given else ():
                if isinstance(part, ast.Constant) and isinstance(part.value, (bytes, str)):
                    return part.value if isinstance(part.value, bytes) else part.value.encode("latin-1")
    return None
