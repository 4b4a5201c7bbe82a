"""What every dashboard has: its place in the set, the data source, the way to the others and to the console."""

from collections.abc import Sequence

from grafana_foundation_sdk.builders import dashboard as made
from grafana_foundation_sdk.models import dashboard

from deploy.grafana.source.panels import DATASOURCE, Panel

TAG = "opsmon"
REFRESH = "30s"

# The address of the console comes from the daemon itself (`http.public_url`), so nobody types it twice.
_CONSOLE = ("console", "控制台 console", "label_values(opsmon_console_info, url)")


def choice(name: str, label: str, query: str, *, many: bool = False) -> made.QueryVariable:
    """A list to choose from at the head of a dashboard, filled by Prometheus."""
    chosen = (
        made.QueryVariable(name)
        .label(label)
        .datasource(DATASOURCE)
        .query(query)
        .refresh(dashboard.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(dashboard.VariableSort.ALPHABETICAL_ASC)
    )
    return chosen.multi(True).include_all(True).all_value(".*") if many else chosen


SITE = choice("site", "站点 site", "label_values(opsmon_device_inventory_info, site)")
DEVICE = choice("device", "设备 device", 'label_values(opsmon_device_inventory_info{site="$site"}, instance)')
SITES = choice("site", "站点 site", "label_values(opsmon_device_inventory_info, site)", many=True)
CONTRACTS = choice("contract", "合同 contract", "label_values(opsmon_incidents_open, contract)", many=True)

Row = tuple[str, Sequence[Panel]]


def dashboard_of(
    uid: str,
    title: str,
    rows: Sequence[Row],
    *,
    variables: Sequence[made.QueryVariable] = (),
    console: str = "",
    span: str = "now-6h",
) -> made.Dashboard:
    """A dashboard with a stable `uid`. `console`: the page of the console that shows the same, from its root on."""
    built = (
        made.Dashboard(title)
        .uid(uid)
        .tags([TAG])
        .timezone("browser")
        .time(span, "now")
        .refresh(REFRESH)
        .readonly()
        .with_variable(made.DatasourceVariable("datasource").label("数据源 source").type("prometheus"))
        .with_variable(choice(*_CONSOLE).hide(dashboard.VariableHide.HIDE_VARIABLE))
    )
    for variable in variables:
        built.with_variable(variable)
    others = made.DashboardLink("opsmon").type(dashboard.DashboardLinkType.DASHBOARDS).tags([TAG]).as_dropdown(True)
    here = made.DashboardLink("控制台 Console").type(dashboard.DashboardLinkType.LINK).url("${console}" + console)
    built.links([others.include_vars(True).keep_time(True), here.icon("external link").target_blank(True)])
    for name, panels in rows:
        if name:
            built.with_row(made.Row(name))
        for panel in panels:
            built.with_panel(panel)
    return built
