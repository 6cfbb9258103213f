"""`tf.contrib.training.HParams`: named hyperparameters, each of one type for life.

Source: tensorflow 1.15, contrib/training/python/training/hparam.py.
"""

from __future__ import annotations

import json
import numbers
import re

from legacy_tf1.contrib.messages import HParamDef

__all__ = ["HParams", "parse_values"]

# `name=value`, `name[2]=value` or `name=[value,value]`, up to the next comma
_ASSIGNMENT = re.compile(
    r"(?P<name>[a-zA-Z][\w\.]*)(\[\s*(?P<index>\d+)\s*\])?\s*=\s*"
    r"((?P<val>[^,\[]*)|\[(?P<vals>[^\]]*)\])($|,\s*)"
)
_TRUTH = {"true": True, "True": True, "false": False, "False": False}


class HParams:
    """Hyperparameters as attributes: `HParams(rate=0.1, layers=[3, 5])`.

    Raises:
        ValueError: a name is a method's, a list is empty, or both a message and values were given.
    """

    _HAS_DYNAMIC_ATTRIBUTES = True

    def __init__(self, hparam_def=None, model_structure=None, **kwargs):
        self._hparam_types = {}
        self._model_structure = model_structure
        if hparam_def and kwargs:
            raise ValueError("hparam_def and initialization values are mutually exclusive")
        for name, value in (_from_message(hparam_def) if hparam_def else kwargs).items():
            self.add_hparam(name, value)

    def add_hparam(self, name, value):
        """Add a hyperparameter; a list's type is that of its first element."""
        if getattr(self, name, None) is not None:
            raise ValueError(f"Hyperparameter name is reserved: {name}")
        is_list = isinstance(value, (list, tuple))
        if is_list and not value:
            raise ValueError(f"Multi-valued hyperparameters cannot be empty: {name}")
        self._hparam_types[name] = (type(value[0] if is_list else value), is_list)
        setattr(self, name, value)

    def set_hparam(self, name, value):
        """Give a hyperparameter another value of its type.

        Raises:
            KeyError: there is no such hyperparameter.
            ValueError: the value is of another type, or a list for a single value, or the other way round.
        """
        kind, is_list = self._hparam_types[name]
        if isinstance(value, list) != is_list:
            wanted = "Must pass a list for multi-valued" if is_list else "Must not pass a list for single-valued"
            raise ValueError(f"{wanted} parameter: {name}")
        setattr(self, name, [_cast(name, kind, each) for each in value] if is_list else _cast(name, kind, value))

    def del_hparam(self, name):
        """Forget a hyperparameter, if there is one of that name."""
        if hasattr(self, name):
            delattr(self, name)
            del self._hparam_types[name]

    def parse(self, values):
        """Set values from text such as `rate=0.3,layers=[4,6]`; returns self.

        Raises:
            ValueError: the text cannot be read, or names what is no hyperparameter.
        """
        types = {name: kind for name, (kind, _) in self._hparam_types.items()}
        return self.override_from_dict(parse_values(values, types))

    def override_from_dict(self, values_dict):
        """Set values by name; returns self."""
        for name, value in values_dict.items():
            self.set_hparam(name, value)
        return self

    set_from_map = override_from_dict

    def parse_json(self, values_json):
        """Set values from a JSON object; returns self."""
        return self.override_from_dict(json.loads(values_json))

    def to_json(self, indent=None, separators=None, sort_keys=False):
        """All values as a JSON object."""
        return json.dumps(self.values(), indent=indent, separators=separators, sort_keys=sort_keys)

    def set_model_structure(self, model_structure):
        self._model_structure = model_structure

    def get_model_structure(self):
        return self._model_structure

    def values(self):
        """{name: value}."""
        return {name: getattr(self, name) for name in self._hparam_types}

    def get(self, key, default=None):
        """A value, or the default where there is none of that name.

        Raises:
            ValueError: the default does not fit the hyperparameter's type.
        """
        if key not in self._hparam_types:
            return default
        if default is not None:
            kind, is_list = self._hparam_types[key]
            if is_list != isinstance(default, list):
                raise ValueError(f"Hparam '{key}' is {'' if is_list else 'not '}a list: default={default}")
            for each in default if is_list else [default]:
                _cast(key, kind, each)
        return getattr(self, key)

    def __contains__(self, key):
        return key in self._hparam_types

    def __str__(self):
        return ",".join(f"{name}={value}" for name, value in self.values().items())

    def __repr__(self):
        return f"{type(self).__name__}({sorted(self.values().items())})"

    def to_proto(self, export_scope=None):
        """All values as an HParamDef message."""
        message = HParamDef()
        for name, (kind, is_list) in self._hparam_types.items():
            field, value = _field(kind), getattr(self, name)
            packed = [_bytes(each) for each in (value if is_list else [value])]
            if is_list:
                getattr(message.hparam[name], f"{field}_list").value.extend(packed)
            else:
                setattr(message.hparam[name], f"{field}_value", packed[0])
        return message

    @staticmethod
    def from_proto(hparam_def, import_scope=None):
        """The hyperparameters of an HParamDef message."""
        return HParams(hparam_def=hparam_def)


def parse_values(values, type_map, ignore_unknown=False):
    """Read text such as `a=5,b=[1,2],c[1]=3` into `{"a": 5, "b": [1, 2], "c": {1: 3}}`.

    Args:
        values: assignments with commas between them.
        type_map: name -> type of the value, or of the list's elements.
        ignore_unknown: leave out what `type_map` does not name.

    Raises:
        ValueError: what cannot be read, is not of its type, is unknown, or is assigned twice.
    """
    found, position = {}, 0
    while position < len(values):
        match = _ASSIGNMENT.match(values, position)
        if match is None:
            raise ValueError(f"Malformed hyperparameter value: {values[position:]}")
        position = match.end()
        if match["name"] in type_map:
            _assign(found, match, type_map[match["name"]], values)
        elif not ignore_unknown:
            raise ValueError(f"Unknown hyperparameter type for {match['name']}")
    return found


def _assign(found, match, kind, values):
    name, index = match["name"], match["index"]
    texts = [match["val"]] if match["vals"] is None else list(filter(None, re.split("[ ,]", match["vals"])))
    if index is not None and match["vals"] is not None:
        raise ValueError("Assignment of a list to a list index.")
    try:
        read = [_boolean(text) if kind is bool else kind(text) for text in texts]
    except ValueError:
        raise ValueError(
            f"Could not parse hparam '{name}' of type '{kind.__name__}' with value '{','.join(texts)}' in {values}"
        ) from None
    place, key = (found, name) if index is None else (found.setdefault(name, {}), int(index))
    if not isinstance(place, dict) or key in place:
        raise ValueError(f"Multiple assignments to variable '{name}' in {values}")
    place[key] = read if match["vals"] is not None else read[0]


def _boolean(text):
    return _TRUTH[text] if text in _TRUTH else bool(int(text))


def _cast(name, kind, value):
    """The value as its hyperparameter's type: an int may become a float, a number never a bool or text."""
    if type(value) is kind or kind is type(None):
        return value
    is_text = isinstance(value, (str, bytes))
    fits = (
        (is_text or not issubclass(kind, (str, bytes)))
        and issubclass(kind, bool) == isinstance(value, bool)
        and (isinstance(value, numbers.Integral) or not issubclass(kind, numbers.Integral))
        and (isinstance(value, numbers.Number) or not issubclass(kind, numbers.Number))
    )
    if not fits:
        raise ValueError(f"Could not cast hparam '{name}' of type '{kind}' from value {value!r}")
    return kind(value)


def _field(kind):
    for types, field in ((bool, "bool"), (int, "int64"), ((str, bytes), "bytes"), (float, "float")):
        if issubclass(kind, types):
            return field
    raise ValueError(f"Unsupported parameter type: {kind}")


def _bytes(value):
    return value.encode("utf-8") if isinstance(value, str) else value


def _from_message(message):
    values = {}
    for name, entry in message.hparam.items():
        kind = entry.WhichOneof("kind")
        value = getattr(entry, kind)
        values[name] = _text(value) if kind.endswith("_value") else [_text(each) for each in value.value]
    return values


def _text(value):
    return value.decode("utf-8") if isinstance(value, bytes) else value
