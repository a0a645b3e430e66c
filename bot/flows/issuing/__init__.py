"""From Collect to the reveal: mint a credential, hand it over once, clean up after doubtful mints."""
