"""A refusal's sentence: plain text, or made from the refusal's facts."""

from collections.abc import Callable, Mapping
from typing import Any

Sentence = str | Callable[[Mapping[str, Any]], str]
