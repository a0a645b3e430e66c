"""A story of kills: workers are killed while many mints are each at a different step; others go on."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.browser_client import Link
from bot.sandbox.key_user import Holder
from tests.whole.people import KEY, USER, Company
from tests.whole.proxy import Held, Sent, shows_link

AT_ONCE = 8  # mints of one worker
WITHIN = 75  # seconds: the limit is a minute, the rest is for a busy machine
LOOK_EVERY = 0.25
REST = 5  # seconds between two presses of the same person
OVER = ("failed", "discarded")
MADE = "CreateAccessKey"
OF_A_CLOCK = (  # calls of concurrent sweeps
    *("GetAccountSummary", "ListUsers", "GetAccessKeyLastUsed", "ListAccessKeys"),
    *("GenerateCredentialReport", "GetCredentialReport", "GetAccountAuthorizationDetails"),
)
SHOWN = "views.update"
UNHEARD = "nobody's claim"


@dataclass(repr=False)
class Cut:
    """One grant, and the step at which its mint is killed."""

    grant: str
    step: str
    index: int
    after: bool
    had: Holder | None = None  # the key that a rotation replaces
    pressed: int = 0  # number of presses after the kill
    pressed_at: float = 0.0
    link: Link | None = None
    got: Holder | None = None
    state: str = ""  # state of the killed credential when the owner acted

    def __str__(self) -> str:
        return f"{'after' if self.after else 'before'} {self.step} ({self.index})"

    def rested(self) -> bool:
        """People don't press continuously."""
        return time.monotonic() - self.pressed_at > REST

    def press_again(self) -> None:
        self.pressed += 1
        self.pressed_at = time.monotonic()

    @property
    def sent(self) -> bool:
        """Whether its first intent reached CreateAccessKey."""
        return self.step in (MADE, SHOWN, UNHEARD)


@dataclass(repr=False)
class Story:
    company: Company
    rotating: bool
    what: str = KEY
    cuts: list[Cut] = field(default_factory=list)
    spare: tuple[str, Holder | None] = ("", None)
    seconds: float = 0.0  # from the new worker's start until every owner had a key, and AWS no other

    def play(self) -> None:
        steps = self._rehearse()
        points = [(step, index, after) for index, step in enumerate(steps) for after in (False, True)]
        points += [(SHOWN, 0, after) for after in (False, True)]
        self._cast(points)
        workers = [self.company.house.running[-1]]
        workers += [self.company.house.worker() for _ in range((len(points) - 1) // AT_ONCE)]
        held = [self._stop_at(each) for each in self.cuts]
        for each in workers:
            each.process.kill()
        for each in workers:
            each.process.wait()
        for call in held:
            call.lose()
        self._press_unheard()
        self._go_on()

    def _rehearse(self) -> list[str]:
        """The AWS calls of one such mint, up to the key."""
        house, company = self.company.house, self.company
        house.web()
        house.worker()
        holder = company.held() if self.rotating else None
        [grant] = holder or company.granted(what=self.what)
        before = len(house.aws_door.sent)
        self._press(Cut(grant, "", 0, after=False, had=holder[grant] if holder else None))
        company.links_of([grant])
        calls = [each.name for each in house.aws_door.sent[before:] if self._of_mint(each, grant)]
        company.close(grant)
        return calls[: calls.index(MADE) + 1]

    def _cast(self, points: list[tuple[str, int, bool]]) -> None:
        company = self.company
        holders = company.held(len(points) + 1) if self.rotating else {}
        grants = list(holders) or company.granted(len(points) + 1, self.what)
        for grant, (step, index, after) in zip(grants, points, strict=False):
            self.cuts.append(Cut(grant, step, index, after, holders.get(grant)))
        self.spare = grants[-1], holders.get(grants[-1])

    def _press(self, cut: Cut) -> None:
        if cut.had:
            self.company.rotate(cut.had.key)
        else:
            self.company.collect(cut.grant)

    @staticmethod
    def _of_mint(sent: Sent, grant: str) -> bool:
        """About the grant's own user or device: sweeps assume roles and read policies meanwhile, too."""
        own = sent.user == USER + grant and sent.name not in OF_A_CLOCK
        return own or sent.name == "CreateVirtualMFADevice"

    def _stop_at(self, cut: Cut) -> Held:
        house = self.company.house
        if cut.step == SHOWN:
            held = house.slack_door.hold(shows_link, after=cut.after)
        else:
            held = house.aws_door.hold(lambda sent: self._of_mint(sent, cut.grant), skip=cut.index, after=cut.after)
        self._press(cut)
        held.here()
        return held

    def _press_unheard(self) -> None:
        """No worker runs, and its last heartbeat is still recent: the intent waits for the next worker."""
        grant, holder = self.spare
        self.cuts.append(Cut(grant, UNHEARD, 0, after=False, had=holder))
        self._press(self.cuts[-1])

    def _go_on(self) -> None:
        """Another worker; every owner takes what is offered, as soon as it is."""
        began = time.monotonic()
        self.company.house.worker(wait=False)
        self._until(self._all_served, began)
        self._until(lambda: all(self.company.agrees(each.grant) for each in self.cuts), began)
        self.seconds = time.monotonic() - began

    def _until(self, done: Callable[[], bool], began: float) -> None:
        while not done() and time.monotonic() - began < WITHIN:
            time.sleep(LOOK_EVERY)

    def _all_served(self) -> bool:
        return [self._served(each) for each in self.cuts].count(False) == 0  # each gets its turn

    def _served(self, cut: Cut) -> bool:
        """True once the owner has the key."""
        if cut.got is None:
            row = self.company.credential(cut.grant)
            cut.link = self.company.link_of(cut.grant)
            if cut.link:
                cut.got = self.company.open(cut.link)
            elif cut.rested() and (row.state in OVER or self._never_shown(cut, row.state)):
                cut.state = cut.state or row.state
                cut.press_again()
                self._press(cut)
        return cut.got is not None

    def _never_shown(self, cut: Cut, state: str) -> bool:
        return state == "sealed" and cut.step == SHOWN and not (cut.after or cut.pressed) and self._worker_beats()

    def _worker_beats(self) -> bool:
        return bool(self.company.house.running[-1].ready().get("loops"))

    def sent_for(self, cut: Cut) -> int:
        return self.company.house.aws_door.count(MADE, USER + cut.grant)

    def intents_sent(self, cut: Cut) -> int:
        """How often CreateAccessKey should be sent: once for each intent that got that far."""
        return bool(cut.had) + cut.sent + bool(cut.pressed)
