"""What the sender does with Slack's errors (https://docs.slack.dev/reference/methods/chat.postMessage)."""

# The channel can't be reached: the approvers get DMs.
UNREACHABLE = frozenset({"channel_not_found", "not_in_channel", "is_archived"})
# The message is gone, or too old: it is posted anew.
LOST = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
# Nobody reads it any more.
NOBODY = frozenset({"user_not_found", "user_disabled", "cannot_dm_bot", "users_not_found"})
# What is wrong is in what we sent: it is never sent again.
NEVER = frozenset(
    {
        "invalid_arg_name",
        "invalid_arguments",
        "invalid_array_arg",
        "invalid_attachments",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_charset",
        "invalid_form_data",
        "invalid_metadata_format",
        "invalid_post_type",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "too_many_attachments",
        "view_too_large",
    }
)
