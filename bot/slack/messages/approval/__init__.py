"""The approval card: how a request looks to those who decide it."""
