"""Every public name of core TF1, and how it is called: read off a `tensorflow` module.

Runs unchanged under Python 3.7 with real TensorFlow 1.15.5 and in the TF1 world of today.
"""

import enum
import inspect
import re

import numpy as np

# contrib has tests of its own; compat is today's TensorFlow; keras moved to tf-keras; raw_ops are not for scripts
LEFT_OUT = set("compat contrib keras raw_ops experimental distribute tpu estimator lite xla test".split())
# names that the modules' own imports leave there
LEFT_OUT |= set("absolute_import division print_function tf_decorator pywrap_tensorflow tools python core".split())
# what Python itself gives to any class: nobody calls these by keyword
INHERITED = set(dir(enum.Enum)) | set(dir(Exception)) | set(dir(tuple)) | set(dir(dict))


def public_names(tf):
    """{dotted name: object} of the public tree."""
    found = {}
    _walk("", tf, found, {id(tf)})
    return found


def _walk(prefix, module, found, above):
    for name in sorted(dir(module)):
        if name.startswith("_") or name in LEFT_OUT:
            continue
        value = getattr(module, name, None)
        full = prefix + name
        if inspect.ismodule(value):
            if id(value) not in above and "tensorflow" in value.__name__:
                _walk(full + ".", value, found, above | {id(value)})
        else:
            found[full] = value


def record(tf):
    """{dotted name: parameters} of everything public; a name that is another's alias refers to it: `= other`."""
    table, first = {}, {}
    names = public_names(tf)
    for name in sorted(names, key=lambda name: (name.count("."), name)):
        value = names[name]
        other = first.setdefault(id(value), name) if callable(value) else name
        if other != name:
            table[name] = "= " + other
            continue
        table[name] = parameters(value)
        if inspect.isclass(value) and not hasattr(value, "DESCRIPTOR"):  # a protocol buffer's methods are its own
            for method in methods(value, names.values()):
                table[name + "." + method] = parameters(look_up(value, method))
    return table


def read(tf, names):
    """{dotted name: parameters} for those of the names that there are."""
    found = {}
    for name in names:
        above, _, last = name.rpartition(".")
        owner = look_up(tf, above) if above else tf
        if owner is not None and hasattr(owner, last):
            found[name] = parameters(look_up(tf, name))
    return found


def methods(owner, public):
    """The public methods and properties that no public base class shows too."""
    public = {id(value) for value in public}
    hidden = set(INHERITED)
    for base in owner.__mro__[1:]:
        hidden |= set(dir(base)) if id(base) in public else set()
    return [name for name in sorted(set(dir(owner)) - hidden) if not name.startswith("_")]


def look_up(owner, name):
    """The object called `name` below `owner`, None where there is none; a property counts as one."""
    for part in name.split("."):
        owner = inspect.getattr_static(owner, part, None) if inspect.isclass(owner) else getattr(owner, part, None)
        owner = getattr(owner, "__func__", owner)
    return owner


def parameters(value):
    """`["a", "b=1", "*args", "**kwargs"]`; a class is its constructor; None for what cannot be called."""
    if inspect.isclass(value):
        value = value.__init__
    if not callable(value):
        return None
    while hasattr(value, "__wrapped__"):
        value = value.__wrapped__
    try:
        spec = inspect.getfullargspec(value)
    except TypeError:
        return None
    first = len(spec.args) - len(spec.defaults or ())
    found = [
        name if k < first else "%s=%s" % (name, _default(spec.defaults[k - first]))
        for k, name in enumerate(spec.args)
        if name not in ("self", "cls") or k
    ]
    found += ["*" + spec.varargs] if spec.varargs else ["*"] if spec.kwonlyargs else []
    found += ["%s=%s" % (name, _default((spec.kwonlydefaults or {}).get(name))) for name in spec.kwonlyargs]
    return found + (["**" + spec.varkw] if spec.varkw else [])


def _default(value):
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, np.generic):
        value = value.item()
    if callable(value):
        return getattr(value, "__name__", type(value).__name__)
    return re.sub(r"<?([\w.]*\.)?(\w+) object at 0x\w+>", r"<\2>", repr(value)).replace("tf.", "")


def differences(then, now):
    """What a caller of `then` would find changed in `now`: new options at the end do no harm.

    A number's type does not count (`0` and `0.0`), nor does what may be left out now and had to be given then.
    """
    if then is None or now is None:
        return [] if then is None else ["was callable"]
    catch_all = any(name.startswith("**") for name in now)
    rows = []
    positional = [name for name in now[: now.index("*") if "*" in now else None] if not name.startswith("*")]
    by_name = {name.partition("=")[0]: name for name in now}
    for k, wanted in enumerate(name for name in then if not name.startswith("*")):
        name, _, default = wanted.partition("=")
        if name not in by_name:
            if not catch_all:
                rows.append("no " + name)
        else:
            if k >= len(positional) or positional[k].partition("=")[0] != name:
                rows.append(name + " elsewhere")
            if not _same(default, by_name[name].partition("=")[2]):
                rows.append("%s, now %s" % (wanted, by_name[name]))
    known = {name.partition("=")[0] for name in then}
    rows += ["asks for " + name for name in positional if "=" not in name and name not in known]
    return rows


def _same(then, now):
    try:
        return not then or float(then) == float(now)
    except ValueError:
        return then == now
