"""Compare the ledger with AWS, and repair differences when someone presses the button."""
