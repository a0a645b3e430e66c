"""Chapter two: the owner's click creates the key, a link reveals it once, and it has the approved permissions."""

from bot.sandbox.browser_client import SCANNER
from bot.sandbox.key_user import WORKED
from bot.sandbox.people import People, expect, readable


def refuse_stranger(people: People) -> str:
    grant = people.kept["grant"]
    message = people.message(people.alice, "grant:collect", value=grant)
    said = people.told(
        people.carol, lambda: people.carol.press(message, "grant:collect", grant), "a refusal that carol can read"
    )
    expect(
        not people.environment.aws.count("CreateAccessKey"), "no key created for carol", people.environment.aws.calls
    )
    return f"A forged press changes nothing: “{readable(said)}”"


def collect(people: People) -> str:
    people.kept["link"] = people.collect(people.alice)
    made = people.environment.aws.count("CreateAccessKey")
    expect(made == 1, "one key created", made)
    return "Only now AWS creates a key. Its link appears in the window, works once, and for ten minutes."


def look_first(people: People) -> str:
    link = people.kept["link"]
    for _ in range(3):
        page = people.visitor.look(link, agent=SCANNER)
        expect(page.status == 200, "the page (200)", page.status)
    wrong = people.visitor.reveal(link, "A" * 43)
    expect(wrong.status == 404, "a wrong proof refused (404)", f"{wrong.status} {wrong.body}")
    return "Three previews and a wrong guess: the link still works."


def open_link(people: People) -> str:
    holder = people.kept["first"] = people.open(people.kept["link"])
    people.until(
        "the message in Slack saying where it was opened",
        lambda: any("Chrome" in each.words and "127.0.0.1" in each.words for each in people.alice.dms()),
        lambda: [each.words for each in people.alice.dms()],
    )
    return f"Decrypted in the browser: {holder.key}. Slack shows Alice when, with which browser and from where."


def open_again(people: People) -> str:
    again = people.visitor.reveal(people.kept["link"])
    expect(again.status == 410, "a refusal with a reason (410)", f"{again.status} {again.body}")
    return f"“{again.json()['problem']}”"


def use(people: People) -> str:
    read = people.eventually("the report read with the key", people.kept["first"].read, lambda answer: answer == WORKED)
    return f"s3://reports/2026/q3.csv: {read}"


def use_elsewhere(people: People) -> str:
    holder = people.kept["first"]
    tries = {
        "s3:PutObject": holder.write,
        "s3:ListAllMyBuckets": holder.list_buckets,
        "iam:ListUsers": holder.list_users,
    }
    answers = {name: attempt() for name, attempt in tries.items()}
    expect(set(answers.values()) == {"AccessDenied"}, "AccessDenied everywhere else", answers)
    return ", ".join(f"{name}: {answer}" for name, answer in answers.items())
