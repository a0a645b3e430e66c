"""Sentences of the approval card: the request, its access, who is asked, and the policy behind it."""
