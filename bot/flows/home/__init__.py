"""The Home tab: who looks at it, what each of its sections shows, and when it has to be published again."""
