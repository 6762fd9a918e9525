"""What has to hold of the tables and the bucket, compared as a whole. Each check yields a sentence for a fault."""

from assertions import TABLE_VARIABLES, properties
from whole import attribute, chosen, differences, ref, sub

CEILING = {name: ref(name) for name in ("MaxWriteRequestUnits", "MaxReadRequestUnits")}


def keys(**kinds):
    return [{"AttributeName": name, "KeyType": kind} for name, kind in kinds.items()]


TABLE = {
    "BillingMode": "PAY_PER_REQUEST",
    "OnDemandThroughput": CEILING,
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": "S"} for name in ("CustomerTenant", "RecordId", "WorkOrderStem")
    ],
    "KeySchema": keys(CustomerTenant="HASH", RecordId="RANGE"),
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "ByWorkOrder",
            "KeySchema": keys(CustomerTenant="HASH", WorkOrderStem="RANGE"),
            "Projection": {"ProjectionType": "ALL"},
            "OnDemandThroughput": CEILING,
        }
    ],
    "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
    "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS"},
    "DeletionProtectionEnabled": {"Fn::If": ["ProtectTables", True, False]},
}

BUCKET = {
    "VersioningConfiguration": {"Status": "Enabled"},
    "ObjectLockEnabled": chosen("ObjectLock", True),
    "ObjectLockConfiguration": chosen(
        "ObjectLock",
        {
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": ref("ObjectLockYears")}},
        },
    ),
    "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
    "PublicAccessBlockConfiguration": {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    },
    "BucketEncryption": {
        "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
    },
    "LifecycleConfiguration": {
        "Rules": [
            {
                "Id": "expire-rejected",
                "Status": "Enabled",
                "Prefix": "rejected/",
                "ExpirationInDays": ref("RejectedRetentionDays"),
            },
            {
                "Id": "expire-old-versions",
                "Status": "Enabled",
                "NoncurrentVersionExpiration": {"NoncurrentDays": ref("OldVersionRetentionDays")},
                "ExpiredObjectDeleteMarker": True,
            },
            {
                "Id": "abort-incomplete-uploads",
                "Status": "Enabled",
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
            },
        ]
    },
}

OBJECTS = sub("${ArchiveBucket.Arn}/*")


def denied(action, resource, condition):
    return {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource, "Condition": condition}


POLICY = {
    "DenyWithoutTls": denied("s3:*", [attribute("ArchiveBucket"), OBJECTS], {"Bool": {"aws:SecureTransport": "false"}}),
    "DenyOldTls": denied("s3:*", [attribute("ArchiveBucket"), OBJECTS], {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
    # Without "Null" it would meet the functions themselves, who leave the encryption to the bucket.
    "DenyOtherEncryption": denied(
        "s3:PutObject",
        OBJECTS,
        {
            "Null": {"s3:x-amz-server-side-encryption": "false"},
            "StringNotEquals": {"s3:x-amz-server-side-encryption": "AES256"},
        },
    ),
    "DenyCustomerKeys": denied(
        "s3:PutObject", OBJECTS, {"Null": {"s3:x-amz-server-side-encryption-customer-algorithm": "false"}}
    ),
}


def tables_are_as_they_were_decided(template):
    for name in TABLE_VARIABLES:
        yield from differences(name, properties(template, name), TABLE)


def archive_is_as_it_was_decided(template):
    bucket = dict(properties(template, "ArchiveBucket"))
    rules = {rule["Id"]: rule for rule in bucket.pop("LifecycleConfiguration", {}).get("Rules", [])}
    expected = {name: value for name, value in BUCKET.items() if name != "LifecycleConfiguration"}
    yield from differences("ArchiveBucket", bucket, expected)
    decided = {rule["Id"]: rule for rule in BUCKET["LifecycleConfiguration"]["Rules"]}
    yield from differences("ArchiveBucket's lifecycle", rules, decided)


def archive_policy_is_as_it_was_decided(template):
    policy = properties(template, "ArchiveBucketPolicy")
    if policy.get("Bucket") != ref("ArchiveBucket"):
        yield f"ArchiveBucketPolicy is of {policy.get('Bucket')}"
    document = policy["PolicyDocument"]
    if document["Version"] != "2012-10-17":
        yield f"ArchiveBucketPolicy has the version {document['Version']}"
    statements = {statement.pop("Sid"): statement for statement in map(dict, document["Statement"])}
    if len(statements) != len(document["Statement"]):
        yield "two statements of ArchiveBucketPolicy have one name"
    yield from differences("ArchiveBucketPolicy", statements, POLICY)


CHECKS = [
    tables_are_as_they_were_decided,
    archive_is_as_it_was_decided,
    archive_policy_is_as_it_was_decided,
]

ENCRYPTION = "DenyOtherEncryption\n            Effect: Deny"
MUTATIONS = [
    (
        tables_are_as_they_were_decided,
        "      DeletionProtectionEnabled: !If [ProtectTables, true, false]\n",
        "",
    ),
    (tables_are_as_they_were_decided, "!If [ProtectTables, true, false]", "!If [ProtectTables, false, true]"),
    (
        tables_are_as_they_were_decided,
        "      StreamSpecification:\n        StreamViewType: NEW_AND_OLD_IMAGES\n",
        "",
    ),
    (tables_are_as_they_were_decided, "StreamViewType: NEW_AND_OLD_IMAGES", "StreamViewType: KEYS_ONLY"),
    (
        tables_are_as_they_were_decided,
        "      OnDemandThroughput:\n"
        "        MaxWriteRequestUnits: !Ref MaxWriteRequestUnits\n"
        "        MaxReadRequestUnits: !Ref MaxReadRequestUnits\n",
        "",
    ),
    (
        tables_are_as_they_were_decided,
        "          OnDemandThroughput:\n"
        "            MaxWriteRequestUnits: !Ref MaxWriteRequestUnits\n"
        "            MaxReadRequestUnits: !Ref MaxReadRequestUnits\n",
        "",
    ),
    (
        tables_are_as_they_were_decided,
        "MaxWriteRequestUnits: !Ref MaxWriteRequestUnits",
        "MaxWriteRequestUnits: !Ref MaxReadRequestUnits",
    ),
    (tables_are_as_they_were_decided, "        SSEType: KMS\n", ""),
    (archive_is_as_it_was_decided, "SSEAlgorithm: AES256", "SSEAlgorithm: aws:kms"),
    (archive_is_as_it_was_decided, "Mode: COMPLIANCE", "Mode: GOVERNANCE"),
    (archive_is_as_it_was_decided, "Years: !Ref ObjectLockYears", "Days: !Ref ObjectLockYears"),
    (archive_is_as_it_was_decided, "ObjectLockEnabled: !If [ObjectLock,", "ObjectLockEnabled: !If [Email,"),
    (archive_is_as_it_was_decided, "Days: !Ref RejectedRetentionDays", "Days: !Ref OldVersionRetentionDays"),
    (archive_is_as_it_was_decided, "Days: !Ref OldVersionRetentionDays", "Days: !Ref RejectedRetentionDays"),
    (
        archive_is_as_it_was_decided,
        "          - Id: abort-incomplete-uploads\n"
        "            Status: Enabled\n"
        "            AbortIncompleteMultipartUpload:\n"
        "              DaysAfterInitiation: 7\n",
        "",
    ),
    (archive_is_as_it_was_decided, "            ExpiredObjectDeleteMarker: true\n", ""),
    (archive_policy_is_as_it_was_decided, "StringNotEquals:", "StringEquals:"),
    (
        archive_policy_is_as_it_was_decided,
        '              "Null":\n                s3:x-amz-server-side-encryption: "false"\n',
        "",
    ),
    (archive_policy_is_as_it_was_decided, ENCRYPTION, ENCRYPTION.replace("Effect: Deny", "Effect: Allow")),
    (
        archive_policy_is_as_it_was_decided,
        's3:x-amz-server-side-encryption-customer-algorithm: "false"',
        's3:x-amz-server-side-encryption-customer-algorithm: "true"',
    ),
    (
        archive_policy_is_as_it_was_decided,
        "Action: s3:PutObject\n            Resource: !Sub ${ArchiveBucket.Arn}/*",
        "Action: s3:PutObject\n            Resource: !GetAtt ArchiveBucket.Arn",
    ),
    (archive_policy_is_as_it_was_decided, "      Bucket: !Ref ArchiveBucket\n", "      Bucket: another\n"),
]
