"""Checks template.yaml: with the linters of SAM and CloudFormation, and for what no linter sees (assertions.py).

Run it from the root of the repository, with the packages of requirements.txt:

    python infra/check/check.py

A check of our own is worth something only if it can fail: mutations.py breaks the template in one way after another,
and each has to be noticed.
"""

import json
import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from assertions import CHECKS
from mutations import MUTATIONS
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

TEMPLATE = Path("template.yaml")
TOOLS = Path(sys.executable).parent

# For the translator here and the tools alike: no account is asked, and nothing is reported to anybody.
os.environ.update(AWS_DEFAULT_REGION="us-east-1", AWS_EC2_METADATA_DISABLED="true", SAM_CLI_TELEMETRY="0")
# It warns once a template that nobody collected its metrics.
logging.getLogger("samtranslator").setLevel(logging.ERROR)


def expand(text):
    """What CloudFormation gets to see: SAM's resources replaced by those that they stand for."""
    template = yaml_parse(text)
    # The translator takes no folder for the code, which `sam build` and `sam deploy` would have replaced by now.
    template["Globals"]["Function"]["CodeUri"] = "s3://bucket/key"
    return Translator(managed_policy_map={}, sam_parser=Parser()).translate(template, {})


# Each of these yields the names of checks with the faults that they found.


def start_linters(expanded):
    commands = {
        "sam validate": ["sam", "validate"],
        "sam validate --lint": ["sam", "validate", "--lint"],
        "cfn-lint template.yaml": ["cfn-lint", str(TEMPLATE)],
        "cfn-lint, expanded": ["cfn-lint", str(expanded)],
    }
    return {
        name: subprocess.Popen([TOOLS / tool, *rest], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for name, (tool, *rest) in commands.items()
    }


def verdicts_of_linters(linters):
    for name, linter in linters.items():
        output, _ = linter.communicate()
        yield name, [output.strip()] if linter.returncode else []


def verdicts_of_checks(template):
    for check in CHECKS:
        yield check.__name__.replace("_", " "), list(check(template))


def verdicts_of_mutations(text):
    for check, old, new in MUTATIONS:
        name = f"{check.__name__.replace('_', ' ')}: noticed {old.strip()!r} -> {new.strip()!r}"
        if old not in text:
            yield name, ["the template does not hold that text"]
        else:
            yield name, [] if list(check(expand(text.replace(old, new, 1)))) else ["not noticed"]


def main():
    text = TEMPLATE.read_text()
    template = expand(text)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        expanded = Path(folder) / "expanded.json"
        expanded.write_text(json.dumps(template))
        linters = start_linters(expanded)
        for verdicts in (verdicts_of_checks(template), verdicts_of_mutations(text), verdicts_of_linters(linters)):
            for name, faults in verdicts:
                results.append(not faults)
                print("FAIL" if faults else "ok  ", name)
                for fault in faults:
                    print("    ", fault.replace("\n", "\n      "))
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
