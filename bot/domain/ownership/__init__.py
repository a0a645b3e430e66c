"""Who owns an IAM user and its keys: tags, claims, and owners who leave."""
