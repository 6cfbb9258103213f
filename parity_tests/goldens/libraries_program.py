"""A program with what pandas, Matplotlib, scikit-learn and SciPy have removed since: it prints what it gets.

Runs unchanged under Python 3.7 with TensorFlow 1.15.5, pandas 0.25.3, Matplotlib 3.5.3, scikit-learn 1.0.2 and SciPy
1.7.3, where it makes `libraries.json`, and in the TF1 world.
"""

from __future__ import print_function

import datetime
import io
import tempfile
import warnings

warnings.simplefilter("ignore")

import matplotlib  # noqa: E402

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from matplotlib import animation, gridspec  # noqa: E402
from scipy import integrate, linalg, misc, signal  # noqa: E402
from sklearn import metrics, preprocessing  # noqa: E402
from sklearn.feature_extraction.text import CountVectorizer  # noqa: E402


def shown(*values):
    print(
        *[
            np.round(value, 6).tolist() if isinstance(value, (np.ndarray, np.generic, float)) else value
            for value in values
        ]
    )


def frame():
    return pd.DataFrame({"a": [1.0, np.nan, 3.0], "b": [4.0, 5.0, 6.0]}, index=["x", "y", "z"])


print("pandas: rows and columns")
for dropped in (frame().drop("a", axis=1), frame().drop("a", 1), frame().drop("x"), frame().drop(["x", "y"], 0)):
    shown(dropped.values, list(dropped.columns), list(dropped.index))
kept = frame()
kept.drop("a", axis=1, inplace=True)
shown(kept.values, frame().drop(columns=["b"]).shape, frame().drop(labels="x", axis=0).shape)
longer = frame().append({"a": 7.0, "b": 8.0}, ignore_index=True).append(frame())
shown(longer.values, list(longer.index))
shown(frame().append([frame(), frame()]).shape, frame()["b"].append(frame()["a"]).values, [1].append(2))
shown(frame().ix["x", "b"], frame().ix[0].values, frame().ix[0:2, 1].values, frame().ix["x":"y", ["b"]].values)
shown(frame().get_value("z", "b"), frame()[["b"]].as_matrix(), frame().as_matrix(["b"]))
shown([(name, column.tolist()) for name, column in frame()[["b"]].iteritems()], list(frame()["b"].iteritems()))
print("pandas: what is missing")
for filled in (
    frame().fillna(method="ffill"),
    frame().fillna(method="bfill"),
    frame().fillna(0),
    frame()["a"].fillna(2),
):
    shown(filled.values)
holes = frame()
holes.fillna(method="pad", inplace=True)
shown(holes.values, pd.concat([frame(), frame()], 1).shape, pd.concat([frame(), frame()], axis=0).shape)
print("pandas: files")
text = "n,v\n1,2\n3,4,5\n6,7\n"
shown(pd.read_csv(io.StringIO(text), error_bad_lines=False, warn_bad_lines=False).values)
shown(pd.read_csv(io.StringIO("v\n1\n2\n"), squeeze=True).values)
print("pandas: written into a column")
made = pd.DataFrame(index=range(0, 3), columns=["p", "q"])
for row in range(3):
    made["p"][row] = 2.0 * row
    made["q"][row] = row + 1
made.index = ["i", "j", "k"]
made["q"]["k"] = 9
table = {"p": [1, 2], "rows": {"x": [0]}}
table["p"][1] = 5
table["rows"]["x"] = 3
shown(made.values.tolist(), table)
print("pandas: places in a series")
days = pd.Series([1.0, 2.0, 3.0], index=pd.to_datetime(["2017-01-02", "2017-01-03", "2017-01-04"]))
days[1] = 5.0
place = 2
shown(days[0], days[-1], days[place], days["2017-01-03"], days[0:2].values, len(days))
shown(pd.Series([1, 2, 3], index=[2, 1, 0])[0], frame()["b"][1], frame()["b"]["x"], pd.DataFrame({"c": [1, 2]})["c"][1])

print("pandas: names that are gone")


def mixed():
    return pd.DataFrame({"k": ["u", "v", "u"], "n": [1, 2, 4], "x": [0.5, 1.5, 2.0], "t": ["p", "q", "r"]})


def daily():
    return pd.Series([1.0, 2.0, 3.0], index=pd.to_datetime(["2017-01-01", "2017-01-20", "2017-02-02"]))


def table_of(made):
    """All that is in a frame or series, dtypes included."""
    labels = [str(one) for one in made.index]
    if made.ndim == 1:
        return made.values.tolist(), labels, str(made.dtype)
    return made.values.tolist(), [str(one) for one in made.columns], labels, [str(one) for one in made.dtypes]


shown(pd.np.arange(2), pd.datetime(2017, 1, 2), table_of(pd.value_counts(["b", "a", "b"])))
shown(
    isinstance(pd.Index([1, 2]), pd.Int64Index), isinstance(pd.Index(["a"]), pd.Int64Index), pd.Float64Index([1]).dtype
)
shown(table_of(pd.io.json.json_normalize([{"a": {"b": 1}}])), pd.core.common.SettingWithCopyWarning.__name__)
shown(
    mixed().applymap(str).values.tolist(),
    mixed().lookup([0, 2], ["n", "x"]),
    mixed().n.mad(),
    table_of(mixed()[["n"]].mad()),
)
shown(
    mixed().get_values().shape,
    mixed().n.get_values(),
    mixed().columns.get_values().tolist(),
    table_of(mixed().get_dtype_counts()),
)
shown(mixed().n.clip_lower(2).values, mixed().n.clip_upper(2).values, mixed().n.nonzero()[0], mixed().n.ravel())
shown(mixed().n.view("float64").dtype, mixed().n.is_monotonic, mixed().index.is_monotonic, mixed().index.contains(1))
shown(mixed().k.valid().shape, mixed().n.compress([True, False, True]).values, mixed().k.asobject.dtype)
shown(
    mixed().swapaxes(0, 1).shape,
    mixed().index.format(),
    table_of(pd.DataFrame.from_items([("A", [1, 2]), ("B", [3, 4])])),
)
shown(table_of(mixed().set_value(0, "n", 9)), mixed().n.set_value(1, 7).values)
shown(daily().first("5D").values, daily().last("20D").values, daily().tshift(1, freq="D").index[0])
shown(table_of(daily().slice_shift(1)), daily().index.is_all_dates)
shown(
    list(daily().index.weekday_name),
    list(daily().index.week),
    daily().index[0].weekday_name,
    daily().index[1].weekofyear,
)
shown(pd.Series(daily().index).dt.week.tolist(), pd.Series(daily().index).dt.weekday_name.tolist())
print("pandas: by position")
shown(frame().any(1).tolist(), frame().all(0).tolist(), frame().dropna(0).values, frame().dropna(1, "any").values)
shown(
    frame().sort_values("y", 1, False).values,
    frame().b.sort_values(0, False).values,
    frame().sort_index(0, None, False).values,
)
shown(
    table_of(frame().reset_index(None, True)),
    mixed().set_index("n", False).shape,
    mixed().drop_duplicates("k", "last").n.values,
)
shown(
    frame().fillna(0, None, 1).values,
    mixed().n.where(mixed().n > 1, 0, False).values,
    mixed().n.clip(2, 3, None).values,
)
shown(mixed().pivot("k", "n", "x").shape, frame().a.interpolate("linear", 0).values, frame()[["b"]].mean(1).values)
shown(
    frame().to_csv(None, ";", "?").split(),
    mixed().n.replace(2, 5, False).values,
    mixed().groupby("k", 0).n.sum().values,
)
shown(
    pd.Series(["a b c"]).str.split(" ", 1).tolist(),
    pd.Series(["a b c"]).str.rsplit(" ", 1).tolist(),
    "a b c".split(" ", 1),
)
print("pandas: patterns")
texts = pd.Series(["a.b", "c"])
shown(
    texts.str.replace("[ab]", "z").tolist(), texts.str.replace(".", "").tolist(), texts.str.replace("a.", "").tolist()
)
shown(
    texts.str.replace(".", "", regex=True).tolist(),
    texts.str.replace("A.", "", case=False).tolist(),
    "a.b".replace(".", ""),
)
print("pandas: columns that are no numbers")
for made in (mixed().mean(), mixed().sum(), mixed().std(), mixed().median(), mixed().max(), mixed().quantile(0.5)):
    shown(made.to_dict() if made.dtype == object else table_of(made))
shown(
    np.round(mixed().corr().values, 6),
    mixed().mean(axis=1).values,
    mixed()[["n", "x"]].mean().values,
    np.arange(3.0).mean(),
)
for made in (
    mixed().groupby("k").mean(),
    mixed().groupby("k").sum(),
    mixed().groupby("k").agg("mean"),
    mixed().rolling(2).mean(),
):
    shown(table_of(made.round(6)))
shown(table_of(mixed().set_index("k").sum(level=0)), table_of(mixed().groupby("k")["n", "x"].sum()))
print("pandas: groups")
shown(
    table_of(mixed().groupby("k").apply(lambda group: group)),
    mixed().groupby("k").apply(lambda group: group["k"].iloc[0]).tolist(),
)
shown(
    table_of(mixed().groupby("k").n.apply(lambda one: one * 2)),
    table_of(mixed().groupby("k").apply(lambda group: group.head(1))),
)
shown([name for name, group in mixed().groupby(["k"])], table_of(mixed()[["n", "x"]].groupby([0, 0], axis=1).sum()))
shown(table_of(mixed().k.value_counts()), list(mixed().k.value_counts().reset_index().columns))
print("pandas: types")
shown(
    table_of(pd.get_dummies(mixed().k)),
    mixed().k.dtype == object,
    list(mixed().select_dtypes(include=["object"]).columns),
)
shown(table_of(mixed().k.replace({"u": 0, "v": 1})), table_of(pd.Series([1, None], dtype=object).fillna(0)))
shown(pd.Series(["a", None]).tolist(), pd.Series(["a", np.nan]).astype(str).tolist(), mixed().dtypes.tolist())
shown(table_of(pd.DataFrame(columns=["a", "b"]).append({"a": 1, "b": 2.5}, ignore_index=True)))
print("pandas: dates")
shown(
    daily().index.dtype,
    daily().index.astype(np.int64)[0],
    pd.Series(daily().index).astype(int)[0],
    daily().index.values.dtype,
)
shown(table_of(daily().resample("M").sum()), table_of(daily().resample("A").mean()), daily().asfreq("12H").shape)
shown(
    table_of(daily().groupby(pd.Grouper(freq="M")).sum()),
    daily().rolling("48H").sum().values,
    daily().index.floor("H")[1],
)
shown(
    [str(day) for day in pd.date_range("2017-01-01", "2017-01-03", closed="left")],
    pd.date_range("2017", periods=2, freq="H")[1],
)
shown(
    [str(one) for one in daily().index.to_period("A")], [str(one) for one in pd.period_range("2017", "2018", freq="Q")]
)
shown([str(day) for day in pd.to_datetime(pd.Series(["2017-01-01", "02/03/2017"]), infer_datetime_format=True)])
shown(
    pd.to_datetime(pd.Series(["x"]), errors="ignore").tolist(),
    pd.to_numeric(pd.Series(["1", "x"]), errors="ignore").tolist(),
)
shown(daily().to_frame("v")["2017-01"].values, pd.Series([1.0, np.nan, 4.0]).pct_change().values)
print("pandas: more files")


def read(text, *arguments, **named):
    return table_of(pd.read_csv(io.StringIO(text), *arguments, **named))


def day_of(text):
    return datetime.datetime.strptime(text, "%Y/%m/%d")


shown(read("a;b\n1;2", ";"), read("a b\n1 2", delim_whitespace=True), read("1,2", header=None, prefix="c"))
shown(read("d,v\n2017/01/02,1", parse_dates=["d"], date_parser=day_of, index_col="d"))
shown(read("d,t,v\n2017-01-01,10:00,1", parse_dates=[["d", "t"]], index_col=0), table_of(pd.read_json('[{"a": 1}]')))
shown(read("d,t,v\n2017-01-01,10:00,1", parse_dates={"when": ["d", "t"]}, infer_datetime_format=True, index_col="when"))
shown(
    table_of(pd.read_table(io.StringIO("a:b\n1:2"), ":")), pd.concat([frame(), frame()], 0, "outer", None, True).shape
)
print("pandas: a wider value, and what is done in place")


def changed(change):
    made = mixed()
    change(made)
    return table_of(made)


def wider(made):
    made.loc[1, "n"] = 2.5
    made.iloc[0:1, 2] = "text"
    made["n"][0] = 7.9


def column(made):
    made["n"].replace(4, 5, inplace=True)
    made.x.clip(1.0, 1.6, inplace=True)
    made["t"].iloc[0] = "z"
    made.k[1:2] = "w"
    made.n.loc[made.n > 4] = 0


def shared(made):
    made["x"].values[0] = 9.0
    values = made[["n"]].values
    values *= 2
    made.ix[1, "x"] = 8.0


shown(changed(wider), changed(column), changed(shared))
numbers = pd.Series([1, 2, 3])
numbers.iloc[1] = 0.5
kept = frame()
part = kept.drop("a", axis=1)
part.values[0] = 0.0
shown(table_of(numbers), table_of(kept), table_of(part.fillna(0)))
shown(table_of(pd.pivot_table(mixed(), "n", "k", "t", fill_value=0)), table_of(mixed().groupby("k").fillna(0)))
shown(
    pd.Series(daily().index).diff().astype("timedelta64[D]").tolist()[1:],
    mixed()[["n"]].append({"n": 1.5}, True).n.tolist(),
)
added = pd.DataFrame({"a": [1.0, 2.0]})
added["b"] = [3.0, 4.0]
added.values[0] *= 10
shown(table_of(added), pd.unique([2, 1, 2]), table_of(mixed().interpolate()), np.asarray(mixed().x).flags.writeable)

for parse in (lambda text: datetime.datetime.strptime(text, "%Y-%m-%d"), lambda text: forgotten(text)):  # noqa: F821
    try:
        print(pd.read_csv(io.StringIO("d,v\n2015-01-01,1\nbad,2\n"), parse_dates=["d"], date_parser=parse))
    except (NameError, ValueError) as error:
        print(error)

print("NumPy: files")
for text, options in (
    ("1, 2\n3, 4\n", dict(delimiter=", ", dtype=np.float32)),
    ("h h\n1::2 # x\n3::4\n5::6\n", dict(delimiter=b"::", skiprows=1, max_rows=2, unpack=True)),
    ("1.0,2.7\n-3,4\n", dict(delimiter=",", dtype=np.int32)),
    ("1,2\n3,4\n", dict(delimiter=",", converters={0: lambda part: len(part + b"0")}, usecols=[0, 1])),
):
    shown(np.loadtxt(io.StringIO(text), **options))
columns = {"names": ("p", "q", "r"), "formats": ("S2", "f4", "U3")}
print(np.loadtxt(io.StringIO("a||1||x # q\nb||2||y\n"), columns, delimiter="||").tolist())
with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
    file.write("1, 2\n3, 4\n")
    file.flush()
    shown(np.loadtxt(file.name, np.float64, "#", ", ", None, 0, [1]), np.loadtxt(open(file.name, "rb"), delimiter=", "))

print("Matplotlib")
figure = plt.figure()
print(hasattr(figure.gca(projection="3d"), "zaxis"), hasattr(plt.figure().gca(), "zaxis"))
shown(
    plt.pcolor(np.arange(4.0).reshape(2, 2)).get_array(),
    plt.cm.get_cmap("jet").N,
    len(plt.cm.get_cmap("hot")([0.5])[0]),
)
plt.style.use("seaborn-white")
shown(len(plt.plot_date([datetime.date(2020, 1, 1)], [1])), animation.__name__, gridspec.__name__)
plt.gcf().canvas.set_window_title("title")
plt.axes().set_facecolor("white")

print("scikit-learn and SciPy")
shown(preprocessing.OneHotEncoder(sparse=False).fit_transform([[0], [1], [0]]))
shown(
    metrics.mean_squared_error([1.0, 2.0], [2.0, 4.0], squared=False),
    metrics.mean_squared_error([1.0, 2.0], [2.0, 4.0]),
)
print(list(CountVectorizer().fit(["bb aa", "aa cc"]).get_feature_names()))
shown(signal.hanning(4), signal.hann(4), signal.gaussian(3, 1.0), linalg.pinv2(np.diag([2.0, 4.0])))
shown(integrate.simps([1.0, 2.0, 4.0]), integrate.trapz([1.0, 2.0, 4.0]), integrate.cumtrapz([1.0, 2.0, 4.0]))
shown(
    misc.derivative(lambda x: x**2, 3.0, dx=1e-3), linalg.tril(np.ones((2, 2))), linalg.kron(np.eye(2), np.ones((1, 2)))
)
