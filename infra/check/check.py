"""Checks template.yaml and the stacks that it nests: with linters, and for what no linter sees.

The linters are SAM's and CloudFormation's, checkov and parliament; what the last two find and we keep is in settled.py.
Our own checks ask by the names of their arguments for what they read: `template` is template.yaml as SAM expands it,
which is what CloudFormation gets to see, and `stacks` are the files of infra/stacks by their names.

Run it from the root of the repository, with the packages of requirements.txt, and beside them, in a virtual environment
named scanners, those of scanners.txt:

    .dataconnect/tools/bin/python infra/check/check.py

A check of our own is worth something only if it can fail: mutations break a file in one way after another, and each has
to be noticed. One is the check that has to notice, the file if it is not template.yaml, a text of it, and what replaces
the text's first place.
"""

import inspect
import json
import logging
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import alarms
import analytics
import assertions
import dashboard
import data
import downstream
import mutations
import release
import running
import stacks
import watched
import wiring
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse
from settled import SETTLED

TEMPLATE = Path("template.yaml")
STACKS = Path("infra/stacks")
TOOLS = Path(sys.executable).parent
SCANNERS = TOOLS.parents[1] / "scanners" / TOOLS.name

MODULES = [release, alarms, stacks, downstream, analytics, data, wiring, running, watched, dashboard]
CHECKS = [*assertions.CHECKS, *(check for module in MODULES for check in module.CHECKS)]
# Of the template as it expands where GradualDeployment is "true", which SAM asks for when it expands it.
GRADUAL_CHECKS = [*release.GRADUAL_CHECKS, *stacks.GRADUAL_CHECKS, *running.GRADUAL_CHECKS]
MUTATIONS = [*mutations.MUTATIONS, *(mutation for module in MODULES for mutation in module.MUTATIONS)]

# For the translator here and the tools alike: no account is asked, and nothing is reported to anybody.
os.environ.update(AWS_DEFAULT_REGION="us-east-1", AWS_EC2_METADATA_DISABLED="true", SAM_CLI_TELEMETRY="0")
# It warns once a template that nobody collected its metrics.
logging.getLogger("samtranslator").setLevel(logging.ERROR)


@cache
def files():
    """The texts of template.yaml and of the nested stacks."""
    return {file.name: file.read_text() for file in (TEMPLATE, *sorted(STACKS.glob("*.yaml")))}


parse = cache(yaml_parse)


@cache
def expand(text, gradual=False):
    """What CloudFormation gets to see: SAM's resources replaced by those that they stand for."""
    template = yaml_parse(text)
    # The translator takes no folder for the code, which `sam build` and `sam deploy` would have replaced by now.
    template["Globals"]["Function"]["CodeUri"] = "s3://bucket/key"
    if gradual:
        template["Parameters"]["GradualDeployment"].update(Default="true", AllowedValues=["true"])
    return Translator(managed_policy_map={}, sam_parser=Parser()).translate(template, {})


def faults(check, texts):
    """What the check finds in the files with these texts."""
    gives = {
        "template": lambda: expand(texts[TEMPLATE.name], check in GRADUAL_CHECKS),
        "stacks": lambda: {name: parse(text) for name, text in texts.items() if name != TEMPLATE.name},
    }
    return list(check(**{name: gives[name]() for name in inspect.signature(check).parameters}))


def named(check):
    return check.__name__.replace("_", " ")


# Each of these gives the name of a check and the faults that it found, or yields several of them.


def verdict_of_check(check):
    return named(check), faults(check, files())


def verdict_of_mutation(mutation):
    check, *file, old, new = mutation
    file = file[0] if file else TEMPLATE.name
    name = f"{named(check)}: noticed {old.strip()!r} -> {new.strip()!r}"
    text = files()[file]
    if old not in text:
        return name, [f"{file} does not hold that text"]
    return name, [] if faults(check, {**files(), file: text.replace(old, new, 1)}) else ["not noticed"]


def write_expanded(folder):
    """Writes the two expansions where the linters find the nested stacks at the places that the template names."""
    (folder / STACKS.parent).symlink_to(STACKS.parent.resolve())
    for name, gradual in {"expanded.json": False, "gradual.json": True}.items():
        (folder / name).write_text(json.dumps(expand(files()[TEMPLATE.name], gradual)))
        yield folder / name


def start_linters(expanded, gradual):
    nested = sorted(STACKS.glob("*.yaml"))
    # W2001: SAM uses up the parameters of gradual deployments. W3002: `sam deploy` uploads the nested stacks. W1028: a
    # gradual deployment for certain leaves branches that are never taken.
    lint = [TOOLS / "cfn-lint", "--ignore-checks", "W2001", "W3002"]
    scan = [SCANNERS / "checkov", "--framework", "cloudformation", "--skip-download", "--compact", "--output", "json"]
    commands = {
        "checkov": [*scan, "--file", expanded, *nested],
        "parliament": [SCANNERS / "python", "-W", "ignore", "infra/check/policies.py", expanded, *nested],
        "sam validate": [TOOLS / "sam", "validate"],
        "sam validate --lint": [TOOLS / "sam", "validate", "--lint"],
        "cfn-lint template.yaml": [TOOLS / "cfn-lint", TEMPLATE],
        "cfn-lint infra/stacks": [TOOLS / "cfn-lint", *nested],
        "cfn-lint, expanded": [*lint, "--", expanded],
        "cfn-lint, expanded for gradual deployments": [*lint, "W1028", "--", gradual],
    }
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "stdin": subprocess.DEVNULL}
    return {name: subprocess.Popen(command, text=True, **streams) for name, command in commands.items()}


def faults_of_checkov(output):
    try:
        report = json.loads(output)
        results, summary = report["results"], report["summary"]
    except (ValueError, KeyError, TypeError):
        yield f"no report: {output[-2000:].strip()}"
        return
    if summary["parsing_errors"] or not summary["passed"]:
        yield f"it did not read the templates: {summary}"
    found = {(finding["check_id"], finding["resource"]): finding["check_name"] for finding in results["failed_checks"]}
    for (check, resource), what in found.items():
        if not any(check == settled and fnmatchcase(resource, pattern) for settled, pattern, _ in SETTLED):
            yield f"{check}, {resource}: {what}"
    for check, pattern, _ in SETTLED:
        if not any(check == finding and fnmatchcase(resource, pattern) for finding, resource in found):
            yield f"settled.py: {check} is found for no {pattern}"


def faults_of_parliament(output):
    try:
        yield from json.loads(output)
    except ValueError:
        yield f"no report: {output[-2000:].strip()}"


def verdicts_of_linters(linters):
    reports = {"checkov": faults_of_checkov, "parliament": faults_of_parliament}
    for name, linter in linters.items():
        output, _ = linter.communicate()
        if name in reports:
            yield name, list(reports[name](output))
        else:
            yield name, [output.strip() or f"ended with {linter.returncode}"] if linter.returncode else []


def verdicts(folder):
    linters = start_linters(*write_expanded(folder))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(verdict_of_check, [*CHECKS, *GRADUAL_CHECKS])
        yield from pool.map(verdict_of_mutation, MUTATIONS)
    yield from verdicts_of_linters(linters)


def main():
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for name, found in verdicts(Path(folder)):
            results.append(not found)
            print("FAIL" if found else "ok  ", name)
            for fault in found:
                print("    ", fault.replace("\n", "\n      "))
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
