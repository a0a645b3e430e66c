"""Who owns a found key: claims, hand-overs, leavers."""
