"""Shared by all tables: naming convention of constraints, and common column types."""

from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Integer, MetaData, String

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ID, PERSON, KEY = String(26), String(32), String(128)
ROLE = String(600)  # an IAM role ARN: 512 characters of path and name, plus the prefix
NUMBER = BigInteger().with_variant(Integer, "sqlite")  # SQLite autoincrements only an INTEGER primary key


def one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{each.value}'" for each in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
