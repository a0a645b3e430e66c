"""Every sentence that a person reads in Slack: asking for something, holding it, and why not."""
