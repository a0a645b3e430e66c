"""Chapter two: the owner's click creates the key, a link reveals it once, and it has the approved permissions."""

from bot.sandbox.browser_client import SCANNER
from bot.sandbox.key_user import WORKED
from bot.sandbox.people import Cast, expect, readable


def refuse_stranger(cast: Cast) -> str:
    grant = cast.kept["grant"]
    message = cast.message(cast.alice, "grant:collect", value=grant)
    said = cast.told(
        cast.carol, lambda: cast.carol.press(message, "grant:collect", grant), "a refusal that carol can read"
    )
    expect(not cast.stage.aws.count("CreateAccessKey"), "no key created for carol", cast.stage.aws.calls)
    return f"A forged press changes nothing: “{readable(said)}”"


def collect(cast: Cast) -> str:
    cast.kept["link"] = cast.collect(cast.alice)
    made = cast.stage.aws.count("CreateAccessKey")
    expect(made == 1, "one key created", made)
    return "Only now AWS creates a key. Its link appears in the window, works once, and for ten minutes."


def look_first(cast: Cast) -> str:
    link = cast.kept["link"]
    for _ in range(3):
        page = cast.visitor.look(link, agent=SCANNER)
        expect(page.status == 200, "the page (200)", page.status)
    wrong = cast.visitor.reveal(link, "A" * 43)
    expect(wrong.status == 404, "a wrong proof refused (404)", f"{wrong.status} {wrong.body}")
    return "Three previews and a wrong guess: the link still works."


def open_link(cast: Cast) -> str:
    holder = cast.kept["first"] = cast.open(cast.kept["link"])
    cast.until(
        "the message in Slack saying where it was opened",
        lambda: any("Chrome" in each.words and "127.0.0.1" in each.words for each in cast.alice.dms()),
        lambda: [each.words for each in cast.alice.dms()],
    )
    return f"Decrypted in the browser: {holder.key}. Slack shows Alice when, with which browser and from where."


def open_again(cast: Cast) -> str:
    again = cast.visitor.reveal(cast.kept["link"])
    expect(again.status == 410, "a refusal with a reason (410)", f"{again.status} {again.body}")
    return f"“{again.json()['problem']}”"


def use(cast: Cast) -> str:
    read = cast.eventually("the report read with the key", cast.kept["first"].read, lambda answer: answer == WORKED)
    return f"s3://reports/2026/q3.csv: {read}"


def use_elsewhere(cast: Cast) -> str:
    holder = cast.kept["first"]
    tries = {
        "s3:PutObject": holder.write,
        "s3:ListAllMyBuckets": holder.list_buckets,
        "iam:ListUsers": holder.list_users,
    }
    answers = {name: attempt() for name, attempt in tries.items()}
    expect(set(answers.values()) == {"AccessDenied"}, "AccessDenied everywhere else", answers)
    return ", ".join(f"{name}: {answer}" for name, answer in answers.items())
