"""A text protected from accidental disclosure: masked in every Python representation, available only from reveal()."""

import hmac
from typing import NoReturn

MASK = "•••"


class Secret:
    """Holds one secret text. Printing, formatting and logging show a mask; pickling and copying are refused."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        return bool(self._text)

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError(
            "a secret can't be pickled or copied; call reveal() where you need it and don't keep the result"
        )
