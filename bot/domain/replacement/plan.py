"""The steps that put each means in the place of a key."""

from collections.abc import Callable, Mapping

from bot.domain.replacement import anywhere, ci, in_aws, people
from bot.domain.replacement.means import Means
from bot.domain.replacement.steps import Step, Target, switch_off

PLANS: Mapping[Means, Callable[[Target], tuple[Step, ...]]] = {
    Means.ROLE: in_aws.steps,
    Means.GITHUB: ci.steps,
    Means.GITLAB: ci.steps,
    Means.LOGIN: people.login,
    Means.SSO: people.sso,
    Means.SESSION: people.session,
    Means.ANYWHERE: anywhere.steps,
}


def plan(means: Means, target: Target) -> tuple[Step, ...]:
    """Empty if only a person can say where the key is used, or which repository takes its place."""
    make = PLANS.get(means)
    steps = make(target) if make else ()
    return (*steps, *switch_off(target)) if steps else ()
