"""What has to hold of the dashboard (infra/stacks/dashboard.yaml). Each check yields a sentence for a fault."""

import json
import re

from alarms import fault_of
from assertions import OPERATIONS, TABLE_VARIABLES

# Metrics that are no counts and may be shown as something else than a sum.
TIMES = {"Latency", "IntegrationLatency", "SuccessfulRequestLatency"}


def widgets(stacks):
    body = stacks["dashboard.yaml"]["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    return json.loads(body)["widgets"]


def plain_metrics(widget):
    """Namespace, name and dimensions of each of a widget's metrics that is no expression."""
    for line in widget["properties"].get("metrics", []):
        texts = [part for part in line if isinstance(part, str)]
        if texts:
            yield texts[0], texts[1], texts[2::2]


def expressions(widget):
    return [line[0]["expression"] for line in widget["properties"].get("metrics", []) if isinstance(line[0], dict)]


def dashboard_shows_what_is_published(stacks):
    for widget in widgets(stacks):
        title = widget["properties"].get("title", widget["type"])
        for namespace, name, dimensions in plain_metrics(widget):
            fault = fault_of(namespace, name, dimensions)
            if fault:
                yield f"{title}: {fault}"
        for expression in expressions(widget):
            for schema, name in re.findall(r"SEARCH\('\{(.*?)\} MetricName=\"(\w+)\"'", expression):
                namespace, *dimensions = schema.replace('"', "").split(",")
                fault = fault_of(namespace, name, dimensions)
                if fault:
                    yield f"{title}: {fault}"


def dashboard_fits(stacks):
    taken = set()
    for widget in widgets(stacks):
        places = {
            (x, y)
            for x in range(widget["x"], widget["x"] + widget["width"])
            for y in range(widget["y"], widget["y"] + widget["height"])
        }
        if widget["x"] + widget["width"] > 24 or places & taken:
            yield f"the widget at {widget['x']}, {widget['y']} overlaps another or the edge"
        taken |= places


def dashboard_shows_every_operation(stacks):
    for widget in widgets(stacks):
        metrics = list(plain_metrics(widget))
        shown = {label for line in widget["properties"].get("metrics", []) for label in line if isinstance(label, str)}
        own = {name for namespace, name, _ in metrics if "MetricsNamespace" in namespace}
        if own:
            for operation, _, _ in OPERATIONS.values():
                if operation not in shown:
                    yield f"{widget['properties']['title']} leaves out {operation}"


def dashboard_adds_up_what_counts(stacks):
    for widget in widgets(stacks):
        shown = widget["properties"]
        for line in shown.get("metrics", []):
            if isinstance(line[0], dict):
                continue
            options = line[-1] if isinstance(line[-1], dict) else {}
            stat = options.get("stat", shown.get("stat"))
            if (stat != "Sum") != (line[1] in TIMES):
                yield f"{shown['title']}: {line[1]} is shown as {stat}"
        for expression in expressions(widget):
            if "SEARCH" in expression and not expression.endswith(f", 'Sum', {shown['period']})"):
                yield f"{shown['title']}: {expression} is no sum of {shown['period']} seconds"
        if "day" in shown.get("title", "") and shown["period"] != 86_400:
            yield f"{shown['title']}: the period is {shown['period']} seconds"


def dashboard_names_what_it_shows(stacks):
    functions = {f"${{{prefix}Function}}": operation for prefix, (operation, _, _) in OPERATIONS.items()}
    tables = {f"${{{table}}}": table.removesuffix("Table") for table in TABLE_VARIABLES}
    names = {**functions, **tables, **{operation: operation for operation, _, _ in OPERATIONS.values()}}
    for widget in widgets(stacks):
        for line in widget["properties"].get("metrics", []):
            label = line[-1].get("label", "").split(" ")[0] if isinstance(line[-1], dict) else ""
            of = [names[part] for part in line[2:] if isinstance(part, str) and part in names]
            if label and of and of != [label]:
                yield f"{widget['properties']['title']}: {label} is {of}"
        if widget["type"] == "alarm":
            expected = ["${Alarms}", *(f"${{{prefix}Alarms}}" for prefix in OPERATIONS)]
            if widget["properties"]["alarms"] != expected:
                yield f"the dashboard shows the alarms {widget['properties']['alarms']}"


CHECKS = [
    dashboard_shows_what_is_published,
    dashboard_fits,
    dashboard_shows_every_operation,
    dashboard_adds_up_what_counts,
    dashboard_names_what_it_shows,
]

MUTATIONS = [
    (dashboard_shows_what_is_published, "dashboard.yaml", '"4xx"', '"4XXError"'),
    (dashboard_shows_what_is_published, "dashboard.yaml", ",Operation,Reason}", ",Reason}"),
    (dashboard_shows_what_is_published, "dashboard.yaml", '"Accepted"', '"Acepted"'),
    (dashboard_fits, "dashboard.yaml", '"x": 6', '"x": 5'),
    (
        dashboard_shows_every_operation,
        "dashboard.yaml",
        '["${MetricsNamespace}", "Failures", "Operation", "delete-punches", {"label": "delete-punches"}],',
        "",
    ),
    (dashboard_adds_up_what_counts, "dashboard.yaml", '"stat": "Sum"', '"stat": "Average"'),
    (dashboard_adds_up_what_counts, "dashboard.yaml", '"Drift", "stat": "Sum"', '"Drift", "stat": "p99"'),
    (dashboard_adds_up_what_counts, "dashboard.yaml", "'Sum', 300", "'Average', 300"),
    (dashboard_adds_up_what_counts, "dashboard.yaml", '"stat": "p99", "period"', '"stat": "Sum", "period"'),
    (dashboard_adds_up_what_counts, "dashboard.yaml", '"period": 86400', '"period": 300'),
    (
        dashboard_names_what_it_shows,
        "dashboard.yaml",
        '"${NotesTable}", "Operation", "PutItem", {"label": "Notes throttled"}',
        '"${PunchesTable}", "Operation", "PutItem", {"label": "Notes throttled"}',
    ),
    (
        dashboard_names_what_it_shows,
        "dashboard.yaml",
        '"${PostNotesFunction}", {"label"',
        '"${PostPunchesFunction}", {"label"',
    ),
    (dashboard_names_what_it_shows, "dashboard.yaml", '              "${PostIncidentsAlarms}",\n', ""),
]
