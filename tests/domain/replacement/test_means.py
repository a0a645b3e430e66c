"""The means by the evidence, and a repository as people paste it."""

from datetime import timedelta

import pytest

from bot.domain.errors import Refused
from bot.domain.ids import AccessKeyId, AccountName
from bot.domain.replacement.means import Evidence, Means, candidates, choose
from bot.domain.replacement.repository import parse
from bot.domain.usage.key_usage import Count, Unread, Usage
from tests.fakes import START

GITHUB, TERRAFORM, CLI = Count("GitHub Actions", 3), Count("Terraform 1.9", 9), Count("AWS CLI 2.15", 2)
ELSEWHERE = (Count("203.0.113.0/24", 9),)


def usage(**known: object) -> Usage:
    made = Usage(AccountName("main"), AccessKeyId("AKIA" + "A" * 16), START, START - timedelta(days=90), calls=9)
    return Usage(**{**{each: getattr(made, each) for each in Usage.__slots__}, **known})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seen", "means"),
    [
        (Evidence(usage(tools=(TERRAFORM, GITHUB), networks=ELSEWHERE)), [Means.GITHUB]),
        (Evidence(usage(tools=(Count("GitLab CI", 1),))), [Means.GITLAB]),
        (Evidence(usage(in_aws="exec-env/EC2", tools=(CLI,), day_people=1)), [Means.ROLE]),
        (Evidence(usage(in_aws="vpce-0a1b2c3d", tools=(GITHUB,))), [Means.GITHUB, Means.ROLE]),
        (Evidence(usage(tools=(CLI,), day_people=1, networks=ELSEWHERE), password=True), [Means.LOGIN]),
        (Evidence(password=True, identity_center=True), [Means.SSO]),
        (Evidence(usage(day_people=1, networks=ELSEWHERE), password=False), [Means.SESSION]),
        (Evidence(usage(day_people=2), identity_center=True), [Means.SSO]),
        (Evidence(usage(in_aws="exec-env/AWS_Lambda"), password=True), [Means.ROLE, Means.LOGIN]),
        (Evidence(usage(tools=(TERRAFORM,), networks=ELSEWHERE), password=None), [Means.ANYWHERE]),
        (Evidence(usage(networks=ELSEWHERE), session=True), [Means.SESSION]),
        (Evidence(usage(calls=0)), [Means.UNKNOWN]),
        (Evidence(usage(unread=Unread.DENIED, networks=ELSEWHERE, in_aws="exec-env/EC2")), [Means.UNKNOWN]),
        (Evidence(), [Means.UNKNOWN]),
    ],
)
def test_it_goes_by_evidence(seen: Evidence, means: list[Means]) -> None:
    assert candidates(seen) == tuple(means)
    assert choose(seen) is means[0]


@pytest.mark.parametrize(
    ("typed", "means", "host", "path"),
    [
        ("octo-org/octo-repo", Means.GITHUB, "github.com", "octo-org/octo-repo"),
        (" https://github.com/octo-org/octo.repo.git ", Means.UNKNOWN, "github.com", "octo-org/octo.repo"),
        ("git@github.com:octo-org/octo-repo.git", Means.GITLAB, "github.com", "octo-org/octo-repo"),
        ("octo-org@1/octo-repo@22", Means.GITHUB, "github.com", "octo-org@1/octo-repo@22"),
        ("https://gitlab.com/group/sub/project/", Means.GITHUB, "gitlab.com", "group/sub/project"),
        ("group/sub/project", Means.GITLAB, "gitlab.com", "group/sub/project"),
        ("https://git.example.com/group/project", Means.GITLAB, "git.example.com", "group/project"),
    ],
)
def test_a_repository_is_read(typed: str, means: Means, host: str, path: str) -> None:
    found = parse(typed, means)
    assert (found.host, found.path) == (host, path)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "octo-org", "octo-org/*", "*/octo-repo", "octo-org/octo?repo", "a/b/c", "octo-org/", "/octo-repo", "a" * 300,
        "octo-org/octo-repo:ref", "octo org/repo", "octo-org/re'po", 'octo-org/"', "octo-org/${x}", "octo-org/re`po`",
        "https://github.com/octo-org/octo-repo/tree/main", "octo-org/octo-repo\n*", "octo-org/…", "http://github.com/a/b",
        "ssh://git@gitlab.com:22/group/project", "https://github.com.example.org/a/b", "gist.github.com/a/b",
        "https://github.com/octo-org", "github.com/octo-org", "https://git@github.com/a/b",
    ],
)  # fmt: skip
def test_what_could_mean_more_than_one_repository_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        parse(typed, Means.GITHUB)
