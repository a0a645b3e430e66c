"""What a policy allows, in words: "read objects in s3://reports", one phrase for each service and set of resources.

Only the document itself is read. Names with a `*` are set between backticks, because the words stand in Slack texts.
"""

import re
from collections.abc import Iterable, Sequence

from bot.domain.policies.document import ANY, Statement, lists_names, name_of, service_of, statements

SERVICES = {
    "athena": "Athena",
    "bedrock": "Bedrock",
    "cloudformation": "CloudFormation",
    "cloudfront": "CloudFront",
    "cloudtrail": "CloudTrail",
    "cloudwatch": "CloudWatch",
    "dynamodb": "DynamoDB",
    "elasticache": "ElastiCache",
    "events": "EventBridge",
    "execute-api": "API Gateway",
    "firehose": "Firehose",
    "glue": "Glue",
    "kinesis": "Kinesis",
    "lambda": "Lambda",
    "logs": "CloudWatch Logs",
    "redshift": "Redshift",
    "route53": "Route 53",
    "secretsmanager": "Secrets Manager",
    "ssm": "Systems Manager",
    "states": "Step Functions",
}
TYPES = {"sqs": "queue", "sns": "topic", "s3": "bucket"}  # what an ARN without a type is
INSIDE = frozenset({"s3", "dynamodb", "logs", "kinesis", "glue", "athena"})  # one reads in them, and not on them
VERBS = {"get": "read", "put": "write", "batch": "", "modify": "change", "set": "set", "head": "read"}
KNOWN: dict[str, tuple[str, str]] = {
    "athena:getqueryresults": ("read", "query results"),
    "athena:startqueryexecution": ("run", "queries"),
    "dynamodb:batchgetitem": ("read", "items"),
    "dynamodb:batchwriteitem": ("write", "items"),
    "dynamodb:deleteitem": ("delete", "items"),
    "dynamodb:getitem": ("read", "items"),
    "dynamodb:putitem": ("write", "items"),
    "dynamodb:query": ("read", "items"),
    "dynamodb:scan": ("read", "items"),
    "dynamodb:updateitem": ("write", "items"),
    "kms:decrypt": ("decrypt", "data"),
    "kms:encrypt": ("encrypt", "data"),
    "lambda:invokefunction": ("run", "functions"),
    "logs:filterlogevents": ("read", "log events"),
    "logs:getlogevents": ("read", "log events"),
    "s3:abortmultipartupload": ("abort", "uploads"),
    "s3:deleteobject": ("delete", "objects"),
    "s3:deleteobjectversion": ("delete", "object versions"),
    "s3:getobject": ("read", "objects"),
    "s3:getobjectversion": ("read", "object versions"),
    "s3:listallmybuckets": ("list", "buckets"),
    "s3:listbucket": ("list", "objects"),
    "s3:putobject": ("write", "objects"),
    "secretsmanager:getsecretvalue": ("read", "secret values"),
    "sns:publish": ("publish", "messages"),
    "ssm:getparameter": ("read", "parameters"),
    "ssm:getparameters": ("read", "parameters"),
    "ssm:getparametersbypath": ("read", "parameters"),
}
UNCOUNTED = frozenset({"data", "information", "metadata"})
WORDS = re.compile(r"[A-Z]{2,}(?=[A-Z][a-z]|s?$)s?|[A-Z]?[a-z0-9]+|[A-Z0-9]+")
ONE_VERB = re.compile(r"([A-Z][a-z]+)\*")


def in_words(policy: str, account: str = "") -> tuple[str, ...]:
    """What is allowed first, then what is denied. `account` is the 12-digit id of the account that it applies to."""
    found = statements(policy)
    return (*_phrases((each for each in found if each.allows), account), *_denied(found, account))


def service_name(service: str) -> str:
    return SERVICES.get(service, service.upper() if len(service) < 5 else service.capitalize())


def _denied(found: Sequence[Statement], account: str) -> tuple[str, ...]:
    said = _phrases((each for each in found if not each.allows), account)
    return tuple(f"never {each.replace('do everything', 'do anything', 1)}" for each in said)


def _phrases(found: Iterable[Statement], account: str) -> tuple[str, ...]:
    """Statements about the same resources under the same conditions are one phrase; services stay together."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for each in found:
        condition = _condition(each.condition_keys)
        for service in each.services:
            for action in (one for one in (each.actions or each.except_actions) if service_of(one) == service):
                where = _where(action, each, account) if each.actions else _everywhere(each, account)
                groups.setdefault((service if each.actions else "", where, condition), []).append(action)
    in_order = sorted(groups, key=lambda key: [one for one, *_ in groups].index(key[0]))
    return tuple(
        f"{_except(groups[key]) if not key[0] else _does(groups[key])} {key[1]}{key[2]}".replace("  ", " ")
        for key in in_order
    )


def _except(actions: Sequence[str]) -> str:
    return f"do everything except {_list([_code(each) for each in dict.fromkeys(actions)])}"


def _does(actions: Sequence[str]) -> str:
    """Verbs with the same object are joined: "read and write objects"."""
    nouns: dict[str, list[str]] = {}
    for each in dict.fromkeys(actions):
        verb, noun = _act(each)
        if verb not in nouns.setdefault(noun, []):
            nouns[noun].append(verb)
    if "everything" in nouns and "do" in nouns["everything"]:
        return "do everything"
    return _list([f"{_list(verbs)} {noun}" for noun, verbs in nouns.items()])


def _act(action: str) -> tuple[str, str]:
    """Verb and object."""
    name = name_of(action)
    if (known := KNOWN.get(action.lower())) is not None:
        return known
    if set(name) == {ANY}:
        return "do", "everything"
    if (started := ONE_VERB.fullmatch(name)) is not None:
        return _verb(started[1].lower()) or started[1].lower(), "anything"
    if ANY in name or "?" in name:
        return "call", _code(name)
    first, *rest = WORDS.findall(name) or [name]
    if first.lower() == "batch" and rest:
        first, *rest = rest
    nouns = [each if each.isupper() else each.lower() for each in rest]
    return _verb(first.lower()), " ".join([*nouns[:-1], *(_plural(each) for each in nouns[-1:])])


def _verb(word: str) -> str:
    return VERBS.get(word, word)


def _plural(noun: str) -> str:
    if noun.endswith("s") or noun in UNCOUNTED:
        return noun
    return f"{noun[:-1]}ies" if re.search(r"[^aeiou]y$", noun) else f"{noun}s"


# --- where ----------------------------------------------------------------------------------------------------------


def _where(action: str, statement: Statement, account: str) -> str:
    service = service_of(action)
    if lists_names(action) and ANY in statement.resources:
        return f"in {service_name(service)}"
    if statement.except_resources:
        return _everywhere(statement, account)
    fitting = [each for each in statement.resources if each == ANY or _arn_service(each) in {service, ANY}]
    others = [] if fitting else statement.resources  # sts:AssumeRole, of a role that is IAM's
    named = [_resource(service, each, account) for each in fitting]
    named += [_resource(_arn_service(each), each, account) for each in others]
    return f"{'in' if service in INSIDE else 'on'} {_list(list(dict.fromkeys(named)))}"


def _everywhere(statement: Statement, account: str) -> str:
    """For NotAction and NotResource, which name no service of their own."""
    if statement.except_resources:
        but = [_resource(_arn_service(each), each, account) for each in statement.except_resources]
        return f"on everything except {_list(list(dict.fromkeys(but)))}"
    named = [_resource(_arn_service(each), each, account) for each in statement.resources]
    return f"on {_list(list(dict.fromkeys(named)))}"


def _arn_service(arn: str) -> str:
    parts = arn.split(":", 5)
    return parts[2] if len(parts) == 6 else ANY


def _resource(service: str, arn: str, account: str) -> str:
    parts = arn.split(":", 5)
    if arn == ANY or len(parts) < 6:
        return _every(service, "") if arn == ANY else _code(arn)
    region, owner, named = parts[3], parts[4], parts[5]
    if service == "s3" and parts[2] == "s3" and not owner:
        return _every("s3", "") if set(named) == {ANY} else _code(f"s3://{named.removesuffix('/*')}")
    kind, _, name = re.sub(r"[:/]", "\0", named, count=1).partition("\0")
    if not name:
        kind, name = TYPES.get(service, ""), kind
    of = f" of account {owner}" if account and owner not in {"", ANY, account, "aws"} else ""
    at = f" ({region})" if region not in {"", ANY} else ""
    if set(name) <= {ANY, "/", ":"}:
        return f"{_every(service, kind)}{at}{of}"
    return " ".join(filter(None, [service_name(service), kind, _code(name)])) + at + of


def _every(service: str, kind: str) -> str:
    if service == ANY:
        return "every resource of every service"
    return f"every {service_name(service)} {kind or TYPES.get(service, 'resource')}"


def _condition(keys: Sequence[str]) -> str:
    if not keys:
        return ""
    word = "a condition" if len(keys) == 1 else "conditions"
    return f" (only under {word} on {_list([_code(each) for each in keys])})"


def _code(name: str) -> str:
    """Between backticks where Slack would read a star, a tilde or an underscore as style."""
    clean = name.replace("`", "'")
    return f"`{clean}`" if re.search(r"[*~]|^_|_$", clean) else clean


def _list(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
