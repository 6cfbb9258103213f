"""What methods of pandas objects took by position until pandas 2 and 3 let most of it be named only.

A row holds for each of its methods and kinds of owner (`old_pandas.values.kind`). A method that needs no order stands here
too, where `old_pandas.ACTS` says what it did otherwise.
"""

from __future__ import annotations

__all__ = ["BOTH", "FRAME", "ORDERS", "REDUCTIONS", "SERIES"]

FRAME, SERIES, BOTH = ("DataFrame",), ("Series",), ("DataFrame", "Series")
GROUPS = ("GroupBy", "Resampler")
_CSV = (
    "sep na_rep float_format columns header index index_label mode encoding compression quoting quotechar"
    " line_terminator chunksize date_format doublequote escapechar decimal"
)
_REDUCED = "/ axis skipna level numeric_only"
_SPREAD = "/ axis skipna level ddof numeric_only"
REDUCTIONS = ("kurt", "kurtosis", "max", "mean", "median", "min", "skew")

# (methods, kinds of owner, "arguments that may still be given by position / those that may not")
ORDERS = (
    ("all any", BOTH, "/ axis bool_only skipna level"),
    ("bfill ffill", BOTH, "/ axis inplace limit downcast"),
    ("clip", BOTH, "lower upper / axis inplace"),
    ("drop", BOTH, "labels / axis index columns level inplace errors"),
    ("drop_duplicates", FRAME, "subset / keep inplace"),
    ("drop_duplicates", SERIES, "/ keep inplace"),
    ("dropna", FRAME, "/ axis how thresh subset inplace"),
    ("dropna", SERIES, "/ axis inplace"),
    ("fillna", BOTH, "/ value method axis inplace limit downcast"),
    ("groupby", BOTH, "by / axis level as_index sort group_keys squeeze observed"),
    ("interpolate", BOTH, "method / axis limit inplace limit_direction limit_area downcast"),
    ("mask where", BOTH, "cond other / inplace axis level errors try_cast"),
    ("pivot", FRAME, "/ index columns values"),
    ("pivot_table", FRAME, "values index columns aggfunc fill_value margins dropna margins_name observed /"),
    ("query eval", FRAME, "expr / inplace"),
    ("replace", BOTH, "to_replace value / inplace limit regex method"),
    (
        "resample",
        BOTH,
        "rule / how axis fill_method closed label convention kind loffset limit base on level",
    ),
    ("reset_index", FRAME, "level / drop inplace col_level col_fill"),
    ("reset_index", SERIES, "level / drop name inplace"),
    ("set_axis", BOTH, "labels / axis inplace"),
    ("set_index", FRAME, "keys / drop append inplace verify_integrity"),
    ("sort_index", BOTH, "/ axis level ascending inplace kind na_position sort_remaining"),
    ("sort_values", FRAME, "by / axis ascending inplace kind na_position"),
    ("sort_values", SERIES, "/ axis ascending inplace kind na_position"),
    ("to_csv", BOTH, f"path_or_buf / {_CSV}"),
    ("to_excel", BOTH, "excel_writer / sheet_name na_rep float_format columns header index index_label encoding"),
    ("to_hdf", BOTH, "path_or_buf / key"),
    ("to_html", FRAME, "buf / columns col_space header index"),
    ("to_json", BOTH, "path_or_buf / orient date_format double_precision force_ascii date_unit default_handler lines"),
    ("to_parquet", FRAME, "path / engine compression"),
    ("to_pickle", BOTH, "path / compression protocol"),
    ("to_sql", BOTH, "name con / schema if_exists index index_label chunksize dtype method"),
    (" ".join(REDUCTIONS), BOTH, _REDUCED),
    ("prod product sum", BOTH, f"{_REDUCED} min_count"),
    ("sem std var", BOTH, _SPREAD),
    ("count", FRAME, "axis / level numeric_only"),
    ("count", SERIES, "/ level"),
    ("corr", FRAME, "method min_periods /"),
    ("cov", FRAME, "min_periods /"),
    ("quantile", FRAME, "q axis numeric_only interpolation /"),
    ("mean median prod std sum var", GROUPS, ""),
    ("cumprod cumsum quantile", ("GroupBy",), ""),
    ("kurt max mean median min skew std sum var", ("Rolling",), ""),
    ("apply", ("GroupBy",), ""),
    ("agg aggregate transform", ("GroupBy",), ""),
    ("apply", FRAME, "func axis / broadcast raw reduce result_type args"),
    ("apply", SERIES, "func / convert_dtype args"),
    ("corrwith", FRAME, "other axis drop method /"),
    ("take", BOTH, "indices axis / is_copy"),
    ("split rsplit", ("StringMethods",), "pat / n expand"),
    ("replace", ("StringMethods",), "/ pat repl n case flags regex"),
    ("drop_duplicates", ("Index",), "/ keep"),
    ("sort_values", ("Index",), "/ return_indexer ascending"),
    ("set_names", ("Index",), "names / level inplace"),
    ("rename", ("Index",), "name / inplace"),
    ("get_loc", ("Index",), "key / method tolerance"),
    ("value_counts", ("Series", "Index"), "normalize sort ascending bins dropna /"),
    ("between", SERIES, "left right inclusive /"),
    ("between_time", BOTH, "start_time end_time / include_start include_end axis"),
    ("pct_change", BOTH, "periods / fill_method limit freq"),
    ("rolling", BOTH, "window min_periods center win_type on / axis closed"),
    ("shift", (*BOTH, "Index"), "periods freq /"),
    ("asfreq", BOTH, "freq method /"),
    ("ceil floor round", ("Index", "Datetimes", "Timestamp"), "freq /"),
    ("to_period", (*BOTH, "Index", "Datetimes"), "freq /"),
    ("astype", (*BOTH, "Index"), "dtype /"),
    ("info", FRAME, "verbose buf max_cols memory_usage null_counts /"),
)
