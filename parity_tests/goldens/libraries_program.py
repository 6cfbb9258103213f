"""A program with what pandas, Matplotlib, scikit-learn and SciPy have removed since: it prints what it gets.

Runs unchanged under Python 3.7 with TensorFlow 1.15.5, pandas 0.25.3, Matplotlib 3.5.3, scikit-learn 1.0.2 and SciPy
1.7.3, where it makes `libraries.json`, and in the TF1 world.
"""

from __future__ import print_function

import datetime
import io
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
