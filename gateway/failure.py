"""How a command says that it can't go on: one message for people, and the exit status."""


class CommandFailed(Exception):
    """The message says what is wrong and what to do; the command line prints it and ends with `status`."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status
