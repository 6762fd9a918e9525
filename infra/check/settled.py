"""What checkov finds and we keep as it is, and why: a check, the resources, the reason.

A finding that is not here is a fault, and so is an entry that nothing is found for any more.
"""

SETTLED = [
    (
        "CKV_AWS_158",
        "AWS::Logs::LogGroup.*",
        "CloudWatch encrypts logs by itself, and they hold no secret and no personal detail for a key to guard.",
    ),
    (
        "CKV_AWS_119",
        "AWS::DynamoDB::Table.*",
        "The account's aws/dynamodb key shows its use in CloudTrail too, and needs no permission that could be lost.",
    ),
    (
        "CKV_AWS_173",
        "AWS::Lambda::Function.*",
        "Lambda encrypts the environment by itself, and it holds digests of tokens, never a token.",
    ),
    (
        "CKV_AWS_116",
        "AWS::Lambda::Function.*",
        "The API waits for each call: one that fails is answered with 5xx and repeated by the sender, not queued.",
    ),
    (
        "CKV_AWS_117",
        "AWS::Lambda::Function.*",
        "They call DynamoDB and S3 alone, and nothing within a VPC.",
    ),
    (
        "CKV_AWS_18",
        "AWS::S3::Bucket.ArchiveBucket",
        "S3's access logs come late and not for certain. CloudTrail's data events, the account's own, tell the same.",
    ),
    (
        "CKV_AWS_18",
        "AWS::S3::Bucket.ResultsBucket",
        "As for the archive; and Athena keeps a history of who asked for what.",
    ),
    (
        "CKV_AWS_21",
        "AWS::S3::Bucket.ResultsBucket",
        "A result can be had again, and one that expired should be gone, not an old version.",
    ),
    (
        "CKV_AWS_27",
        "AWS::SQS::Queue.DeadLetters",
        "It is encrypted with SQS's own key (SqsManagedSseEnabled), which checkov does not look for; stacks.py does.",
    ),
]
