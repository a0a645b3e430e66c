"""What should take the place of an access key: chosen by evidence, with the steps as lines to paste."""
