"""Reads a statement: what of SQL the reference allows is parsed into a tree, the rest is refused by its name."""

from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.oracle import Oracle
from sqlglot.errors import SqlglotError
from sqlglot.parsers.oracle import OracleParser
from sqlglot.tokenizer_core import Token, TokenType

from sandbox.netsuite.suiteql.functions import FUNCTIONS
from sandbox.netsuite.suiteql.refused import Refused, unsupported

IN_MOST = 1000
WRITTEN = "written"  # noted on an identifier: how the statement spells it
# Refused by their first token, before the parser could turn them into something that runs.
WORDS = {
    TokenType.WITH: "WITH",
    TokenType.LIMIT: "LIMIT",
    TokenType.L_BRACKET: "[ ]",
    TokenType.JOIN_MARKER: "(+)",
    TokenType.L_BRACE: "{ }",
    TokenType.SEMICOLON: ";",
}
LITERALS = (TokenType.DATE, TokenType.TIMESTAMP)
NODES = (
    *(
        exp.Select,
        exp.Union,
        exp.Except,
        exp.Intersect,
        exp.Subquery,
        exp.From,
        exp.Join,
        exp.Where,
        exp.Group,
    ),
    *(exp.Having, exp.Order, exp.Ordered, exp.Limit, exp.Fetch, exp.LimitOptions, exp.Offset, exp.Distinct),
    *(
        exp.Table,
        exp.TableAlias,
        exp.Alias,
        exp.Column,
        exp.Identifier,
        exp.Star,
        exp.Literal,
        exp.Placeholder,
    ),
    *(
        exp.Anonymous,
        exp.Dot,
        exp.Paren,
        exp.Tuple,
        exp.And,
        exp.Or,
        exp.Not,
        exp.EQ,
        exp.NEQ,
        exp.GT,
        exp.GTE,
    ),
    *(
        exp.LT,
        exp.LTE,
        exp.Between,
        exp.In,
        exp.Is,
        exp.Null,
        exp.Like,
        exp.Escape,
        exp.Exists,
        exp.Case,
        exp.If,
    ),
    *(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.DPipe, exp.Window, exp.WindowSpec),
)


class FunctionsAsWritten(OracleParser):
    """Leaves every function as it was written, so that a list of ours decides what it means."""

    FUNCTIONS: ClassVar[dict[str, Any]] = {}
    FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {}
    NO_PAREN_FUNCTIONS: ClassVar[dict[Any, Any]] = {}
    NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
        "CASE": OracleParser.NO_PAREN_FUNCTION_PARSERS["CASE"]
    }


class SuiteQL(Oracle):
    """Oracle's language, which the reference calls the faster of the two that statements may be in."""

    Parser = FunctionsAsWritten


def parsed(text: str) -> exp.Query:
    """The tree of a statement; its nth `?` is the placeholder `p{n}`, counted from 0, names are in lower case."""
    dialect = SuiteQL()
    try:
        tokens = dialect.tokenize(text)
    except SqlglotError as error:
        raise unsupported("syntax error") from error
    _check_tokens(tokens)
    try:
        trees = dialect.parse(_numbered(text, tokens))
    except SqlglotError as error:
        raise unsupported("syntax error") from error
    if len(trees) != 1 or not isinstance(trees[0], exp.Select | exp.SetOperation):
        raise unsupported("only SELECT is allowed")
    for place, node in enumerate(trees[0].walk()):
        _check_node(node)
        if isinstance(node, exp.Subquery) and isinstance(node.parent, exp.From | exp.Join) and not node.alias:
            node.set("alias", exp.TableAlias(this=exp.to_identifier(f"ns_{place}")))
    return trees[0]


def _check_tokens(tokens: list[Token]) -> None:
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.token_type in WORDS:
            raise unsupported(WORDS[token.token_type])
        if token.token_type in LITERALS and following and following.token_type == TokenType.STRING:
            raise unsupported("date literals")


def _numbered(text: str, tokens: list[Token]) -> str:
    pieces, end, number = [], 0, 0
    for token in tokens:
        if token.token_type == TokenType.PLACEHOLDER:
            pieces += [text[end : token.start], f":p{number}"]
            end, number = token.end + 1, number + 1
        elif token.token_type == TokenType.COLON:
            raise unsupported(":")
    return "".join([*pieces, text[end:]])


def _check_node(node: exp.Expr) -> None:
    if not isinstance(node, NODES):
        raise unsupported(node.key)
    if isinstance(node, exp.Identifier):
        node.meta[WRITTEN] = node.name
        node.set("this", node.name.lower())
    elif isinstance(node, exp.In) and len(node.expressions) > IN_MOST:
        raise unsupported(f"more than {IN_MOST} values in IN")
    elif isinstance(node, exp.Add) and any(_text(side) for side in (node.left, node.right)):
        raise unsupported("+ of strings")
    elif isinstance(node, exp.Anonymous) and not isinstance(node.parent, exp.Dot):
        _check_function(node)
    elif isinstance(node, exp.LimitOptions) and (node.args.get("percent") or node.args.get("with_ties")):
        raise unsupported("FETCH with PERCENT or TIES")


def _check_function(node: exp.Anonymous) -> None:
    function = FUNCTIONS.get(node.name.upper())
    if function is None:
        raise Refused(f"Unknown function '{node.name}'.")
    if len(node.expressions) not in function.takes:
        raise Refused(f"Function '{node.name}' takes other arguments.")


def _text(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and node.is_string
