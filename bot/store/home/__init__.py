"""Home tabs in the ledger: what each section shows, who opened theirs, and what has changed since."""

from bot.store.home.admins import AdminsHome
from bot.store.home.approvers import ApproversHome
from bot.store.home.changes import Changes
from bot.store.home.opened import OpenedTabs
from bot.store.home.owners import OwnersHome


class SqlHome(OpenedTabs, OwnersHome, ApproversHome, AdminsHome, Changes):
    pass


__all__ = ["SqlHome"]
