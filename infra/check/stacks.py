"""What has to hold between template.yaml and the stacks that it nests. Each check yields a sentence for a fault."""

from assertions import as_text, of_type

FOLDER = "infra/stacks/"


def nested(template, stacks):
    """Of each nested stack that has a file: its logical id, its properties and the file's template."""
    for name, resource in of_type(template, "AWS::CloudFormation::Stack").items():
        file = resource["Properties"]["TemplateURL"].removeprefix(FOLDER)
        if file in stacks:
            yield name, resource["Properties"], stacks[file]


def attributes_read(value):
    """Every `!GetAtt` within: a logical id and an attribute."""
    if isinstance(value, list):
        for element in value:
            yield from attributes_read(element)
    elif isinstance(value, dict):
        if "Fn::GetAtt" in value:
            yield tuple(value["Fn::GetAtt"])
        for element in value.values():
            yield from attributes_read(element)


def nested_stacks_have_files(template, stacks):
    resources = of_type(template, "AWS::CloudFormation::Stack")
    named = {name: resource["Properties"]["TemplateURL"] for name, resource in resources.items()}
    for name, file in named.items():
        if file not in {FOLDER + file for file in stacks}:
            yield f"{name} is made from {file}, which does not exist"
    for file in stacks:
        if FOLDER + file not in named.values():
            yield f"{FOLDER}{file} is nested by nothing"


def nested_stacks_get_their_parameters(template, stacks):
    for name, properties, stack in nested(template, stacks):
        passed = properties.get("Parameters", {})
        known = stack.get("Parameters", {})
        for parameter in sorted(passed.keys() - known.keys()):
            yield f"{name} is passed {parameter}, which its template does not know"
        for parameter, definition in known.items():
            if parameter not in passed and "Default" not in definition:
                yield f"{name} is not passed {parameter}"
            if parameter in template["Parameters"] and passed.get(parameter) != {"Ref": parameter}:
                yield f"{name} is not handed on the template's own {parameter}"
            if parameter == "AlarmTopicArn" and passed.get(parameter) != {"Ref": "AlarmTopic"}:
                yield f"{name} tells its alarms to {as_text(passed.get(parameter))}, not to AlarmTopic"


def outputs_that_are_read_exist(template, stacks):
    outputs = {name: stack.get("Outputs", {}) for name, _, stack in nested(template, stacks)}
    for name, attribute in sorted(set(attributes_read(template))):
        if name in outputs and attribute.removeprefix("Outputs.") not in outputs[name]:
            yield f"{attribute} of {name} is read, which its template does not give"


CHECKS = [
    nested_stacks_have_files,
    nested_stacks_get_their_parameters,
]
# Gradual deployments read outputs that nothing else does.
GRADUAL_CHECKS = [outputs_that_are_read_exist]

MUTATIONS = [
    (nested_stacks_have_files, "TemplateURL: infra/stacks/downstream.yaml", "TemplateURL: infra/stacks/upstream.yaml"),
    (nested_stacks_have_files, "TemplateURL: infra/stacks/analytics.yaml", "TemplateURL: infra/stacks/alarms.yaml"),
    (nested_stacks_get_their_parameters, "        ArchiveBucket: !Ref ArchiveBucket\n        Name:", "        Name:"),
    (nested_stacks_get_their_parameters, "        BusName: !Ref", "        Bus: !Ref"),
    (nested_stacks_get_their_parameters, "        PermissionsBoundary: !Ref PermissionsBoundary\n", ""),
    (nested_stacks_get_their_parameters, "AlarmTopicArn: !Ref AlarmTopic", "AlarmTopicArn: !Ref AlarmKey"),
    (
        nested_stacks_get_their_parameters,
        "analytics.yaml",
        "  BytesScannedCutoff:\n",
        "  Owner:\n    Type: String\n\n  BytesScannedCutoff:\n",
    ),
    (outputs_that_are_read_exist, "operation-alarms.yaml", "  ErrorsAlarm:\n", "  ErrorAlarm:\n"),
]
