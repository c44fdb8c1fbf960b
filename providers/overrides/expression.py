"""One expression of an override: checked when it is saved, compiled once, and worth a value or a fault."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from jmespath.exceptions import EmptyExpressionError, LexerError, ParseError
from jmespath.lexer import Lexer
from jmespath.parser import Parser

from providers.overrides.budget import Budget, Fault
from providers.overrides.functions import BadCall
from providers.overrides.reads import Reads, reads
from providers.overrides.steps import Node, Run, steps

LONGEST = 2048  # characters
DEEPEST = 50  # levels of nodes
REMEMBERED = 4096


class BadExpression(ValueError):
    """It can't be read; `position` counts characters from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


@dataclass(frozen=True)
class Expression:
    """`reads`: what it looks at in the value that it is given."""

    text: str
    reads: Reads = field(repr=False)
    run: Run = field(repr=False)

    def value(self, of: Any, budget: Budget) -> Any:
        """Raises Fault. All that the value holds is charged, as it is going to be written out."""
        try:
            found = self.run(of, budget)
        except Fault:
            raise
        except (ValueError, TypeError, ArithmeticError) as error:
            raise Fault(f"does not work on this record ({type(error).__name__})") from error
        budget.spend_on(found)
        return found


@lru_cache(REMEMBERED)
def read_expression(text: str) -> Expression:
    """Raises BadExpression."""
    if len(text) > LONGEST:
        raise BadExpression(f"is longer than {LONGEST} characters", LONGEST)
    node = _parsed(text)
    if _is_deep(node):
        raise BadExpression(f"is nested deeper than {DEEPEST} levels", 0)
    try:
        return Expression(text, reads(node), steps(node))
    except BadCall as error:
        raise BadExpression(str(error), _place(text, error.name)) from None


def _parsed(text: str) -> Node:
    try:
        node: Mapping[str, Any] = Parser().parse(text).parsed
    except EmptyExpressionError:
        raise BadExpression("is empty", 0) from None
    except LexerError as error:
        raise BadExpression(f"is no JMESPath: {error.message}", error.lexer_position) from None
    except ParseError as error:
        if not error.token_value:
            raise BadExpression("breaks off", len(text)) from None
        raise BadExpression(f"is no JMESPath: unexpected {error.token_value!r}", error.lex_position) from None
    except RecursionError:
        raise BadExpression(f"is nested deeper than {DEEPEST} levels", 0) from None
    return node


def _is_deep(node: Node) -> bool:
    level = [node]
    for _ in range(DEEPEST):
        level = [child for each in level for child in each.get("children", ()) if isinstance(child, dict)]
        if not level:
            return False
    return True


def _place(text: str, name: str) -> int:
    """Where a function, or `&`, first stands; the parsed form does not say."""
    places = (token["start"] for token in Lexer().tokenize(text) if token["value"] == name)
    return next(places, 0)
