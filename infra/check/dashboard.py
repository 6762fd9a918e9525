"""What the dashboard shows, and how it adds it up. Each check yields a sentence for a fault."""

from alarms import expressions, widgets
from assertions import OPERATIONS, TABLE_VARIABLES

# Metrics that are no counts and may be shown as something else than a sum.
TIMES = {"Latency", "IntegrationLatency", "SuccessfulRequestLatency"}


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
    dashboard_adds_up_what_counts,
    dashboard_names_what_it_shows,
]

MUTATIONS = [
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
