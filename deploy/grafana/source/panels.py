"""Panels in opsmon's manner: a Chinese title with English beside it, one unit, gaps that stay gaps.

A query that is asked over time is a `Query`; one that is asked once, for a number or a table, is marked `now`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from grafana_foundation_sdk.builders import common as look
from grafana_foundation_sdk.builders import dashboard as made
from grafana_foundation_sdk.builders import prometheus, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.models import common, dashboard
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

DATASOURCE = dashboard.DataSourceRef(type_val="prometheus", uid="${datasource}")
GREEN, AMBER, RED, GREY, BLUE = "green", "orange", "red", "#8e8e8e", "blue"
FULL, HALF, THIRD, QUARTER = 24, 12, 8, 6  # widths: a row has 24 columns

# The values of opsmon_device_up, and what stands for them in words: colour is never alone.
UP_WORDS = {"1": ("正常 up", GREEN), "0": ("故障 down", RED)}
YES_WORDS = {"1": ("正常 ok", GREEN), "0": ("异常 failed", RED)}

Panel = timeseries.Panel | stat.Panel | table.Panel | statetimeline.Panel
Steps = tuple[tuple[float | None, str], ...]  # from which value on, which colour; None is the lowest


@dataclass(frozen=True, slots=True)
class Query:
    """A PromQL expression and the name of what it gives, in Grafana's `{{label}}` form."""

    expression: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its label or `Value`, the title above it, and where a click on it leads."""

    label: str
    title: str
    unit: str = ""
    link: str = ""
    words: Mapping[str, tuple[str, str]] | None = None


def _asked(query: Query, *, now: bool = False, rows: bool = False) -> prometheus.Dataquery:
    asked = prometheus.Dataquery().expr(query.expression).datasource(DATASOURCE)
    if query.legend:
        asked.legend_format(query.legend)
    if rows:
        asked.format(PromQueryFormat.TABLE)
    return asked.instant() if now else asked.range()


def lines(title: str, unit: str, *queries: Query, width: int = HALF, help_text: str = "", top: float = 0) -> Panel:
    """Values over time. `top`: the end of the axis where a value has one, such as 1 for a ratio."""
    panel = (
        timeseries.Panel()
        .title(title)
        .description(help_text)
        .datasource(DATASOURCE)
        .unit(unit)
        .line_width(1)
        .fill_opacity(8)
        .show_points(common.VisibilityMode.AUTO)
        .span_nulls(False)  # a gap in the data is a gap in the line
        .legend(
            look.VizLegendOptions()
            .display_mode(common.LegendDisplayMode.LIST)
            .placement(common.LegendPlacement.BOTTOM)
            .show_legend(True)
        )
        .tooltip(look.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.DESCENDING))
        .height(8)
        .span(width)
    )
    if top:
        panel.min(0).max(top)
    for query in queries:
        panel.with_target(_asked(query))
    return panel


def number(
    title: str, unit: str, query: Query, *, steps: Steps = ((None, BLUE),), help_text: str = "", width: int = 4
) -> Panel:
    """One value as it is now, with its colour by `steps` and what it was as a thin line below."""
    return (
        stat.Panel()
        .title(title)
        .description(help_text)
        .datasource(DATASOURCE)
        .unit(unit)
        .graph_mode(common.BigValueGraphMode.AREA)
        .color_mode(common.BigValueColorMode.VALUE)
        .reduce_options(look.ReduceDataOptions().calcs(["lastNotNull"]))
        .thresholds(_steps(steps))
        .with_target(_asked(query))
        .height(4)
        .span(width)
    )


def states(
    title: str, query: Query, words: Mapping[str, tuple[str, str]], *, width: int = FULL, height: int = 8
) -> Panel:
    """Who was in which state, as bars over time."""
    return (
        statetimeline.Panel()
        .title(title)
        .datasource(DATASOURCE)
        .mappings([_mapping(words)])
        .color_scheme(made.FieldColor().mode(dashboard.FieldColorModeId.THRESHOLDS))
        .thresholds(_steps(((None, GREY),)))
        .merge_values(True)
        .show_value(common.VisibilityMode.NEVER)
        .row_height(0.8)
        .with_target(_asked(query))
        .height(height)
        .span(width)
    )


def listing(
    title: str, query: Query, *columns: Column, width: int = HALF, height: int = 8, help_text: str = ""
) -> Panel:
    """A table of one query as it is now; labels that are no column are left out."""
    panel = (
        table.Panel()
        .title(title)
        .description(help_text)
        .datasource(DATASOURCE)
        .filterable(True)
        .no_value("无 none")
        .with_target(_asked(query, now=True, rows=True))
        .with_transformation(_only(columns))
        .height(height)
        .span(width)
    )
    for column in columns:
        if properties := _properties(column):
            panel.override_by_name(column.title, properties)
    return panel


def _only(columns: tuple[Column, ...]) -> dashboard.DataTransformerConfig:
    names = [column.label for column in columns]
    return dashboard.DataTransformerConfig(
        id_val="organize",
        options={
            "includeByName": dict.fromkeys(names, True),
            "indexByName": {name: place for place, name in enumerate(names)},
            "renameByName": {column.label: column.title for column in columns},
        },
    )


def _properties(column: Column) -> list[dashboard.DynamicConfigValue]:
    found = []
    if column.unit:
        found.append(dashboard.DynamicConfigValue(id_val="unit", value=column.unit))
    if column.link:
        found.append(dashboard.DynamicConfigValue(id_val="links", value=[{"title": column.title, "url": column.link}]))
    if column.words:
        found.append(dashboard.DynamicConfigValue(id_val="mappings", value=[_mapping(column.words)]))
        cell = {"type": "color-text"}
        found.append(dashboard.DynamicConfigValue(id_val="custom.cellOptions", value=cell))
    return found


def _mapping(words: Mapping[str, tuple[str, str]]) -> dashboard.ValueMap:
    return dashboard.ValueMap(
        options={
            value: dashboard.ValueMappingResult(text=text, color=colour, index=place)
            for place, (value, (text, colour)) in enumerate(words.items())
        }
    )


def _steps(steps: Steps) -> made.ThresholdsConfig:
    found = [dashboard.Threshold(value=value, color=colour) for value, colour in steps]
    return made.ThresholdsConfig().mode(dashboard.ThresholdsMode.ABSOLUTE).steps(found)
