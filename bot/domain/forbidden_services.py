"""Services that no entitlement may name: what they make can act in AWS after the lease, or outside the boundary.

The rule: a service is listed when its purpose is to make identities, to hand out credentials, or to govern accounts.
A service that can run code on a role that exists already (Lambda, EC2, ECS …) is not: `iam:PassRole` is never allowed,
and whoever writes the policy decides which functions and instances it names. Prefixes are those of AWS's Service
Authorization Reference; `sso` also stands for the API that the SDKs call sso-admin.
"""

from collections.abc import Mapping

ACCOUNTS = "it governs AWS accounts themselves"
IDENTITIES = "it makes identities that outlive the lease"
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
    "identity-sync": IDENTITIES,  # which people of a directory become users there
    "signin": CREDENTIALS,  # console sessions, and `aws login`
    "rolesanywhere": CREDENTIALS,  # roles for whoever holds a certificate
    "cognito-identity": CREDENTIALS,  # identity pools; user pools (cognito-idp) make an application's users
    "eks-auth": CREDENTIALS,  # roles for pods
    "ds": IDENTITIES,  # directories whose people can be given roles
    "ds-data": IDENTITIES,
}
"""By service prefix, why."""
