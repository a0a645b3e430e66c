"""The Home tab, drawn from the ledger: for owners, approvers and admins."""
