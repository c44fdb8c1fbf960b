"""Link tokens and the errands of the connect page."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Nothing yet."""
