"""Run by hand: `pytest -m bench tests/bench`. Fails if something didn't work, never because it was slow."""

from collections.abc import Callable

import pytest

from tests.bench import acks, collects, due, home, hygiene, idle, inventory, leak, scanner, usage, webhook, year
from tests.bench.figures import Figures

pytestmark = pytest.mark.bench
Show = Callable[[list[Figures]], None]


def test_every_command_and_window_is_acked_and_takes_effect_as_a_bare_bolt_app_does(show: Show) -> None:
    show(acks.measure())


def test_every_click_on_collect_brings_a_link(show: Show) -> None:
    show(collects.measure())


def test_it_stays_up_while_idle(show: Show) -> None:
    show(idle.measure())


def test_an_inventory_asks_aws_little(show: Show) -> None:
    show(inventory.measure())


def test_usage_costs_two_calls_for_each_flagged_key_and_nothing_waits(show: Show) -> None:
    show(usage.measure())


def test_a_hygiene_pass_takes_memory_that_does_not_grow(show: Show) -> None:
    show(hygiene.measure())


def test_what_is_due_is_found_at_once_after_years(show: Show) -> None:
    show(due.measure())


def test_a_home_of_500_keys_takes_at_most_twice_the_time_of_5(show: Show) -> None:
    show(home.measure())


def test_tables_that_forget_do_not_grow_in_a_year(show: Show) -> None:
    show(year.measure())


def test_the_webhook_delivers_all_in_order_although_every_third_fails(show: Show) -> None:
    show(webhook.measure())


def test_every_planted_key_is_found_and_nothing_else(show: Show) -> None:
    show(scanner.measure())


def test_a_leaked_key_is_contained_with_no_call_more_than_the_minimum(show: Show) -> None:
    show(leak.measure())
