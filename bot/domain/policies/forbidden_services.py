"""Services that no entitlement may name: what they create can act in AWS after the lease or outside the boundary."""

from collections.abc import Mapping

ACCOUNTS = "it governs AWS accounts themselves"
IDENTITIES = "it creates identities that outlive the lease"
CREDENTIALS = "it hands out credentials that the boundary doesn't limit"

NEVER_OFFERED: Mapping[str, str] = {
    "iam": IDENTITIES,
    "sts": CREDENTIALS,
    "organizations": ACCOUNTS,
    "account": ACCOUNTS,
    "controltower": ACCOUNTS,
    "sso": IDENTITIES,  # IAM Identity Center: permission sets, assignments and the access portal
    "sso-directory": IDENTITIES,
    "sso-oauth": CREDENTIALS,  # tokens for the access portal
    "identitystore": IDENTITIES,  # users and groups of Identity Center
    "identitystore-auth": IDENTITIES,  # and their sessions
    "identity-sync": IDENTITIES,  # which directory users are synced into it
    "signin": CREDENTIALS,  # console sessions, and `aws login`
    "rolesanywhere": CREDENTIALS,  # roles for holders of a certificate
    "cognito-identity": CREDENTIALS,  # identity pools; user pools (cognito-idp) only hold an application's users
    "eks-auth": CREDENTIALS,  # roles for pods
    "ds": IDENTITIES,  # directories whose users can be given roles
    "ds-data": IDENTITIES,
}
"""The reason, by service prefix."""
