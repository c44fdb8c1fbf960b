"""Why a statement is not run, in the words that NetSuite puts around every reason."""

FRONT = "Invalid search query. Detailed unprocessed description follows. Search error occurred: "


class Refused(Exception):
    """`column` is the column that isn't there, where that is the reason."""

    def __init__(self, reason: str, column: str = "") -> None:
        super().__init__(FRONT + reason)
        self.column = column


class Broken(Exception):
    """A column on which the statement fails inside NetSuite."""


def unsupported(what: str) -> Refused:
    return Refused(f"Invalid or unsupported search: {what}")
