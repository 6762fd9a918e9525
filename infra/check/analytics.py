"""What has to hold of infra/stacks/analytics.yaml. Each check yields a sentence for a fault."""

import re
from pathlib import Path

from assertions import as_text, faults_of_closure, of_type, properties

PAYLOADS = Path("shared/src/payload")
REJECTION_SOURCE = Path("shared/src/rejection.rs")
KEY_SOURCE = Path("shared/src/archive/key.rs")
# The tables, and the folders of the archive that they show.
TABLES = {"RawTable": "raw", "RejectedTable": "rejected"}


def operations():
    """Of each operation that the source has: its name and the members that its body is known to have."""
    for file in PAYLOADS.glob("*.rs"):
        source = file.read_text()
        if name := re.search(r'Operation = Operation \{\s*name: "([\w-]+)"', source):
            model = re.search(r"(\w+)::read_members", source)[1]
            members = re.search(rf"struct {model}<'a> {{(.*?)\n    }}", source, re.DOTALL)[1]
            yield name[1], re.findall(r'"(\w+)" =>', members)


def reasons():
    """The names of the reasons, in the source."""
    names = REJECTION_SOURCE.read_text().partition("fn name")[2].partition("fn title")[0]
    return re.findall(r'Self::\w+ => "([\w-]+)"', names)


def layout(folder):
    """The names in a key of the archive, in the source: `operation`, `date`, ..."""
    key = re.search(rf'"{folder}/([^"]*)/[^/"]*"', KEY_SOURCE.read_text())[1]
    return [part.partition("=")[0] for part in key.split("/")]


def table_of(stacks, name):
    return properties(stacks["analytics.yaml"], name)["TableInput"]


def text(value):
    """What a `!Join` or a `!Sub` is."""
    if isinstance(value, dict) and "Fn::Join" in value:
        return value["Fn::Join"][0].join(value["Fn::Join"][1])
    return as_text(value)


def partitions(table):
    return [key["Name"] for key in table["PartitionKeys"]]


def columns(table):
    return [column["Name"] for column in table["StorageDescriptor"]["Columns"]]


def partitions_are_projected(stacks):
    every = {
        "operation": {"type": "enum", "values": sorted(name for name, _ in operations())},
        "reason": {"type": "enum", "values": sorted(reasons())},
        "tenant": {"type": "injected"},
        "customer": {"type": "injected"},
        "day": {
            "type": "date",
            "format": "yyyy-MM-dd",
            "interval": "1",
            "interval.unit": "DAYS",
            "range": "${FirstDay},NOW",
        },
    }
    for name in TABLES:
        table = table_of(stacks, name)
        if table["Parameters"].get("projection.enabled") != "true":
            yield f"{name} projects no partitions"
        found = {}
        for parameter, value in table["Parameters"].items():
            if parameter.startswith("projection.") and parameter != "projection.enabled":
                _, key, setting = parameter.split(".", 2)
                value = text(value)
                found.setdefault(key, {})[setting] = sorted(value.split(",")) if setting == "values" else value
        expected = {key: every.get(key) for key in partitions(table)}
        if found != expected:
            yield f"{name} projects {found}, not {expected}"


def tables_stand_where_the_archive_does(stacks):
    for name, folder in TABLES.items():
        table = table_of(stacks, name)
        names = layout(folder)
        keys = ["day" if key == "date" else key for key in names]
        if partitions(table) != keys:
            yield f"{name} has the partitions {partitions(table)}, the archive {keys}"
        parts = "/".join(f"{part}=${{!{key}}}" for part, key in zip(names, keys, strict=True))
        for place, expected in [
            (table["Parameters"].get("storage.location.template"), f"s3://${{ArchiveBucket}}/{folder}/{parts}/"),
            (table["StorageDescriptor"]["Location"], f"s3://${{ArchiveBucket}}/{folder}/"),
        ]:
            if as_text(place) != expected:
                yield f"{name} stands at {as_text(place)}, not at {expected}"


def bodies_are_read_as_they_are(stacks):
    raw = table_of(stacks, "RawTable")["StorageDescriptor"]
    # "Amazon Ion Hive SerDe", Athena user guide.
    expected = {
        "SerializationLibrary": "com.amazon.ionhiveserde.IonHiveSerDe",
        "Parameters": {"ion.path_extractor.case_sensitive": "false", "ion.ignore_malformed": "true"},
    }
    formats = (raw["InputFormat"], raw["OutputFormat"])
    if raw["SerdeInfo"] != expected or formats != tuple(
        f"com.amazon.ionhiveserde.formats.Ion{way}Format" for way in ("Input", "Output")
    ):
        yield "RawTable is not read as Ion: pretty-printed bodies, or the vendor's capitals, would be lost"
    rejected = table_of(stacks, "RejectedTable")["StorageDescriptor"]
    if not rejected["SerdeInfo"]["SerializationLibrary"].endswith(".lazy.LazySimpleSerDe"):
        yield "RejectedTable is not read as text: a rejected body need not be JSON"
    for name in TABLES:
        table = table_of(stacks, name)
        for column in [*table["StorageDescriptor"]["Columns"], *table["PartitionKeys"]]:
            if column["Type"] != "string":
                yield f"{name}: {column['Name']} is no string, and may be misread"


def columns_are_the_members_of_the_bodies(stacks):
    raw = table_of(stacks, "RawTable")
    members = {member.lower() for _, members in operations() for member in members}
    known = columns(raw) + partitions(raw)
    for column in sorted(members - set(known)):
        yield f"RawTable has no column {column}"
    for column in sorted(set(columns(raw)) - members):
        yield f"RawTable has a column {column}, which no body has"
    for column in sorted({column for column in known if known.count(column) > 1}):
        yield f"RawTable has {column} twice"


def saved_queries_name_what_exists(stacks):
    stack = stacks["analytics.yaml"]
    tables = {table_of(stacks, name)["Name"]: table_of(stacks, name) for name in TABLES}
    for name, query in of_type(stack, "AWS::Athena::NamedQuery").items():
        query = query["Properties"]
        if query["Database"] != {"Ref": "Database"} or query.get("WorkGroup") != {"Ref": "Workgroup"}:
            yield f"{name} is saved in another database or workgroup"
        asked = query["QueryString"].count("?")
        given = len(re.findall(r"'[^']*'", query["Description"]))
        if asked != given:
            yield f"{name} asks for {asked} values, its description gives {given}"

        # What is left: words of SQL in capitals, names in small letters.
        sql = re.sub(r"--.*|'[^']*'", "", query["QueryString"])
        for quoted in set(re.findall(r'"([^"]*)"', sql)) - {"$path"}:
            yield f"{name} names {quoted}"
        steps = re.findall(r"\b([a-z_]\w*) AS \(", sql)
        aliases = re.findall(r"\bAS ([a-z_]\w*)", sql)
        sources = re.findall(r"\b(?:FROM|JOIN) (\w+)", sql)
        known = {*aliases, *steps, *tables}
        for source in sources:
            if source in tables:
                known |= {*columns(tables[source]), *partitions(tables[source])}
            elif source not in steps:
                yield f"{name} reads {source}, which is no table"
        for word in sorted(set(re.findall(r'(?<!["$\w])[a-z_]\w*\b(?!\()', sql)) - known):
            yield f"{name} names {word}, which is no column of {sources}"
        if "raw" in sources:
            for injected in ("tenant", "customer"):
                if f"{injected} = ?" not in sql:
                    yield f"{name} does not say which {injected}, and would be refused"


def results_are_closed_and_end(stacks):
    stack = stacks["analytics.yaml"]
    bucket = properties(stack, "ResultsBucket")
    yield from faults_of_closure(stack, "ResultsBucket")
    rules = bucket.get("LifecycleConfiguration", {}).get("Rules", [])
    if not any(rule.get("ExpirationInDays", 1000) <= 30 and "Prefix" not in rule for rule in rules):
        yield "ResultsBucket keeps results for longer than 30 days"
    for name in ("ResultsBucket", "ResultsBucketPolicy"):
        if stack["Resources"][name].get("DeletionPolicy") != "RetainExceptOnCreate":
            yield f"{name} is not retained, and CloudFormation cannot delete a bucket that holds objects"


def workgroup_has_its_limits(stacks):
    settings = properties(stacks["analytics.yaml"], "Workgroup")["WorkGroupConfiguration"]
    if settings.get("EnforceWorkGroupConfiguration") is not True:
        yield "a client may have results written elsewhere"
    if settings.get("PublishCloudWatchMetricsEnabled") is not True:
        yield "the workgroup has no metrics"
    if settings.get("BytesScannedCutoffPerQuery") != {"Ref": "BytesScannedCutoff"}:
        yield "a query may read, and cost, without a limit"
    results = settings["ResultConfiguration"]
    if as_text(results.get("OutputLocation")) != "s3://${ResultsBucket}/results/":
        yield f"results are written to {as_text(results.get('OutputLocation'))}"
    if results.get("ExpectedBucketOwner") != {"Ref": "AWS::AccountId"} or "EncryptionConfiguration" not in results:
        yield "results are not encrypted, or may be written to a bucket of others"


CHECKS = [
    partitions_are_projected,
    tables_stand_where_the_archive_does,
    bodies_are_read_as_they_are,
    columns_are_the_members_of_the_bodies,
    saved_queries_name_what_exists,
    results_are_closed_and_end,
    workgroup_has_its_limits,
]

FILE = "analytics.yaml"
MUTATIONS = [
    (partitions_are_projected, FILE, "post-punches,delete-punches", "post-punches"),
    (partitions_are_projected, FILE, "              - too-many-values\n", ""),
    (partitions_are_projected, FILE, "              - invalid-json\n", "              - no-json\n"),
    (partitions_are_projected, FILE, "projection.customer.type: injected", "projection.customer.type: enum"),
    (partitions_are_projected, FILE, "          projection.day.type: date\n", ""),
    (partitions_are_projected, FILE, "projection.day.format: yyyy-MM-dd", "projection.day.format: yyyy-mm-dd"),
    (partitions_are_projected, FILE, "${FirstDay},NOW", "2026-01-01,2026-12-31"),
    (partitions_are_projected, FILE, 'projection.enabled: "true"', 'projection.enabled: "false"'),
    (tables_stand_where_the_archive_does, FILE, "/date=${!day}/", "/day=${!day}/"),
    (
        tables_stand_where_the_archive_does,
        FILE,
        "tenant=${!tenant}/customer=${!customer}",
        "customer=${!customer}/tenant=${!tenant}",
    ),
    (tables_stand_where_the_archive_does, FILE, "${!reason}", "${!operation}"),
    (tables_stand_where_the_archive_does, FILE, "          - {Name: tenant, Type: string}\n", ""),
    (
        tables_stand_where_the_archive_does,
        FILE,
        "Location: !Sub s3://${ArchiveBucket}/raw/",
        "Location: !Sub s3://${ArchiveBucket}/",
    ),
    (bodies_are_read_as_they_are, FILE, "com.amazon.ionhiveserde.IonHiveSerDe", "org.openx.data.jsonserde.JsonSerDe"),
    (bodies_are_read_as_they_are, FILE, "formats.IonInputFormat", "IonInputFormat"),
    (bodies_are_read_as_they_are, FILE, 'case_sensitive: "false"', 'case_sensitive: "true"'),
    (bodies_are_read_as_they_are, FILE, "hive.serde2.lazy.LazySimpleSerDe", "hive.hcatalog.data.JsonSerDe"),
    (bodies_are_read_as_they_are, FILE, "{Name: costrecovery, Type: string}", "{Name: costrecovery, Type: double}"),
    (columns_are_the_members_of_the_bodies, FILE, "{Name: guardid, Type", "{Name: guard, Type"),
    (columns_are_the_members_of_the_bodies, FILE, "{Name: punchid, Type: string}", "{Name: customerid, Type: string}"),
    (saved_queries_name_what_exists, FILE, "punchid, guardid,", "punchid, guard,"),
    (saved_queries_name_what_exists, FILE, "FROM rejected", "FROM rejections"),
    (saved_queries_name_what_exists, FILE, "FROM files", "FROM file"),
    (saved_queries_name_what_exists, FILE, "tenant = ? AND customer = ? AND day", "day"),
    (saved_queries_name_what_exists, FILE, 'count(DISTINCT "$path")', 'count(DISTINCT "$file")'),
    (saved_queries_name_what_exists, FILE, "'T49098.34277', ", ""),
    (saved_queries_name_what_exists, FILE, "      WorkGroup: !Ref Workgroup\n", ""),
    (results_are_closed_and_end, FILE, "IgnorePublicAcls: true", "IgnorePublicAcls: false"),
    (results_are_closed_and_end, FILE, "BucketOwnerEnforced", "ObjectWriter"),
    (results_are_closed_and_end, FILE, "ExpirationInDays: 30", "ExpirationInDays: 365"),
    (results_are_closed_and_end, FILE, "    DeletionPolicy: RetainExceptOnCreate\n", ""),
    (results_are_closed_and_end, FILE, 's3:TlsVersion: "1.2"', 's3:TlsVersion: "1.0"'),
    (results_are_closed_and_end, FILE, "              - !Sub ${ResultsBucket.Arn}/*\n", ""),
    (workgroup_has_its_limits, FILE, "EnforceWorkGroupConfiguration: true", "EnforceWorkGroupConfiguration: false"),
    (workgroup_has_its_limits, FILE, "        BytesScannedCutoffPerQuery: !Ref BytesScannedCutoff\n", ""),
    (workgroup_has_its_limits, FILE, "PublishCloudWatchMetricsEnabled: true", "PublishCloudWatchMetricsEnabled: false"),
    (workgroup_has_its_limits, FILE, "s3://${ResultsBucket}/results/", "s3://${ArchiveBucket}/results/"),
    (workgroup_has_its_limits, FILE, "          ExpectedBucketOwner: !Ref AWS::AccountId\n", ""),
]
