"""Messages as people write them, half of them with what only looks like a key; and the shapes in which keys are pasted.

`python -m tests.bench scanner` and tests/domain/leaks/test_keys_in_text.py share it. The same seed makes the same
messages.
"""

import hashlib
import random
import string
import uuid
from base64 import b32encode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

BASE32 = string.ascii_uppercase + "234567"
BASE64 = string.ascii_letters + string.digits + "+/"
WORDS = (
    "the",
    "deploy",
    "of",
    "reports",
    "failed",
    "again",
    "can",
    "you",
    "look",
    "at",
    "job",
    "is",
    "red",
    "today",
    "I",
)


Shape = Callable[[str, str, str], str]
"""Makes a message of an id, its secret and a session token."""

SHAPES: dict[str, Shape] = {
    "an id alone": lambda key, _, __: f"is {key} yours?",
    "at the end of a sentence": lambda key, secret, _: f"my key is {key}. The secret is {secret}.",
    "a code block": lambda key, secret, _: f"look:\n```\n{key}\n{secret}\n```",
    "backticks": lambda key, secret, _: f"`{key}` / `{secret}`",
    "bold and italic": lambda key, secret, _: f"*{key}* and _{secret}_",
    "a quotation": lambda key, secret, _: f"&gt; {key}\n&gt; {secret}",
    "exports": lambda key, secret, token: (
        f'export AWS_ACCESS_KEY_ID="{key}"\nexport AWS_SECRET_ACCESS_KEY="{secret}"\nexport AWS_SESSION_TOKEN="{token}"'
    ),
    "PowerShell": lambda key, secret, _: f'$Env:AWS_ACCESS_KEY_ID="{key}"\n$Env:AWS_SECRET_ACCESS_KEY="{secret}"',
    "a credentials file": lambda key, secret, _: (
        f"[default]\naws_access_key_id={key}\naws_secret_access_key = {secret}\nregion = eu-west-1"
    ),
    "aws configure": lambda key, secret, _: (
        f"AWS Access Key ID [****************K7QZ]: {key}\nAWS Secret Access Key [None]: {secret}\n"
    ),
    "the console's file": lambda key, secret, _: f"\ufeffAccess key ID,Secret access key\r\n{key},{secret}\r\n",
    "JSON of aws iam": lambda key, secret, _: (
        f'{{"AccessKey": {{"UserName": "ci", "AccessKeyId": "{key}", "SecretAccessKey": "{secret}"}}}}'
    ),
    "JSON in JSON": lambda key, secret, _: (
        f'"{{\\"AccessKeyId\\": \\"{key}\\",\\n\\"Secret\\":\\n{secret.replace("/", chr(92) + "/")}\\n}}"'
    ),
    "YAML": lambda key, secret, _: f"aws:\n  access_key: {key}\n  secret_key: '{secret}'",
    "Python": lambda key, secret, _: f"boto3.client('s3', aws_access_key_id='{key}', aws_secret_access_key='{secret}')",
    "a query": lambda key, secret, _: (
        f"https://ci.example.com/?key={quote(key)}&amp;secret={quote(secret, safe='')}&amp;x=1"
    ),
    "percent-encoded twice": lambda key, secret, _: quote(f"?a={key}&b={quote(secret, safe='')}", safe=""),
    "an address of rclone": lambda key, secret, _: f"s3://{key}:{quote(secret, safe='')}@bucket/path",
    "with a slash between": lambda key, secret, _: f"{key}/{secret}",
    "Slack's link": lambda key, _, __: f"<mailto:{key}@example.com|{key}@example.com>",
    "HTML": lambda key, secret, _: f"<td>{key}</td><td>{secret.replace('+', '&#43;').replace('/', '&#x2F;')}</td>",
    "JSON's code points": lambda key, secret, _: f'"{key}","{secret.replace("/", chr(92) + "u002F")}"',
    "a signed request": lambda key, _, __: (
        f"Authorization: AWS4-HMAC-SHA256 Credential={key}/20261129/eu-west-1/s3/aws4_request"
    ),
    "a table": lambda key, secret, _: f"| ci | {key} | {secret} |",
    "tabs": lambda key, secret, _: f"ci\t{key}\t{secret}",
    "line breaks between": lambda key, secret, _: f"{key}\n\n\n{secret}\n",
    "the secret first": lambda key, secret, _: f"{secret} {key}",
    "zero-width characters": lambda key, secret, _: f"{key[:7]}\u200b{key[7:]} {secret[:9]}\u2060{secret[9:]}\ufeff",
    "brackets": lambda key, secret, _: f"(see {key}, secret [{secret}])!",
    "curly quotes": lambda key, secret, _: f"\u201c{key}\u201d, \u201c{secret}\u201d\u2026",
    "a docker command": lambda key, secret, _: (
        f"docker run -e AWS_ACCESS_KEY_ID={key} -e AWS_SECRET_ACCESS_KEY={secret} x"
    ),
}
WITHOUT_SECRET = frozenset({"an id alone", "Slack's link", "a signed request"})


@dataclass(frozen=True, slots=True)
class Message:
    text: str
    key: str | None = None
    secret: str | None = None  # None too where the shape has none
    shape: str = ""


def id_of(chance: random.Random, prefix: str = "AKIA") -> str:
    return prefix + "".join(chance.choices(BASE32, k=16))


def id_in(account: str, number: int = 0, prefix: str = "AKIA") -> str:
    """An id that carries this account's number."""
    first = (1 << 47 | int(account) << 7).to_bytes(6, "big")
    return prefix + b32encode(first + number.to_bytes(4, "big")).decode()


def secret_of(chance: random.Random) -> str:
    return "".join(chance.choices(BASE64, k=40))


def decoys(chance: random.Random) -> tuple[str, ...]:
    """What looks like a key and isn't one."""
    blob = chance.randbytes(90)
    return (
        f"commit {hashlib.sha1(blob).hexdigest()}",
        f"sha1: {hashlib.sha1(blob).hexdigest().upper()}",
        f"sha256:{hashlib.sha256(blob).hexdigest()}",
        str(uuid.UUID(bytes=blob[:16], version=4)),
        b64encode(blob).decode(),
        f"sha512-{b64encode(hashlib.sha512(blob).digest()).decode()}",
        "AKIAIOSFODNN7EXAMPLE and wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "ASIAIOSFODNN7EXAMPLE",
        "AKIAXXXXXXXXXXXXXXXX",
        "an id begins with AKIA or ASIA",
        "THE ASIAN MARKETS AND SLOVAKIAN TEAM",
        f"akia{chance.randrange(10**16):016d}",
        f"XAKIA{id_of(chance)[4:]}",
        f"{id_of(chance)}abc",
        f"AROA{id_of(chance)[4:]} AIDA{id_of(chance)[4:]}",
        f"arn:aws:iam::{chance.randrange(10**12):012d}:user/ci",
        f"<https://git.example.com/a/b/commit/{hashlib.sha1(blob).hexdigest()}|b>",
        secret_of(chance),  # nobody can say whose a secret without an id is
    )


def corpus(messages: int, planted: int, seed: int = 12) -> Iterator[Message]:
    """Every shape in turn, spread over the messages; a third of the others hold a decoy."""
    chance = random.Random(seed)
    shapes = list(SHAPES)
    places = {at: nth for nth, at in enumerate(sorted(chance.sample(range(messages), planted)))}
    for at in range(messages):
        said = " ".join(chance.choices(WORDS, k=chance.randint(3, 40)))
        if at % 9 == 0:
            said += " \U0001f680 caf\u00e9"
        if at not in places:
            yield Message(f"{said} {chance.choice(decoys(chance))}" if at % 3 == 0 else said)
            continue
        shape = shapes[places[at] % len(shapes)]
        key, secret = id_of(chance, chance.choice(("AKIA", "AKIA", "ASIA"))), secret_of(chance)
        token = b64encode(chance.randbytes(240)).decode()
        text = f"{said}\n{SHAPES[shape](key, secret, token)}\n{said}"
        yield Message(text, key, None if shape in WITHOUT_SECRET else secret, shape)
