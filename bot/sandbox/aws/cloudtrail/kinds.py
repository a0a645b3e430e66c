"""Which calls are data events, and which only read.

Sources: CloudTrail's "Logging data events"; Amazon S3's "CloudTrail events".
"""

OF_DATA = {
    "dynamodb": frozenset(
        f"{verb}{noun}"
        for verb, noun in (
            *(("Batch", each) for each in ("ExecuteStatement", "GetItem", "WriteItem")),
            *(("Execute", each) for each in ("Statement", "Transaction")),
            *((each, "Item") for each in ("Delete", "Get", "Put", "Update")),
            *(("Transact", each) for each in ("GetItems", "WriteItems")),
            *((each, "") for each in ("Query", "Scan")),
        )
    ),
    "lambda": frozenset({"Invoke"}),
    "sns": frozenset({"Publish", "PublishBatch"}),
    "sqs": frozenset(
        {
            *("SendMessage", "SendMessageBatch", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch"),
            *("ChangeMessageVisibility", "ChangeMessageVisibilityBatch"),
        }
    ),
}
# Calls on a bucket that concern its objects; the stand-in names them after their IAM permission.
OF_OBJECTS = frozenset({"ListBucket", "ListBucketVersions", "ListBucketMultipartUploads"})
READING = (
    "Get", "List", "Describe", "Lookup", "Head", "Search", "Simulate", "Assume", "BatchGet", "Query", "Scan",
    "Decrypt", "Encrypt", "GenerateDataKey",  # of KMS, whose keys they leave as they are
)  # fmt: skip


def is_data(service: str, name: str) -> bool:
    if service == "s3":
        return "Bucket" not in name or name in OF_OBJECTS
    return name in OF_DATA.get(service, ())


def only_reads(name: str) -> bool:
    return name.startswith(READING)
