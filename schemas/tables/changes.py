"""What processes tell each other of: the database's triggers write it, whoever remembers something reads it."""

from typing import ClassVar

from sqlalchemy import BigInteger, MetaData
from sqlmodel import Field, SQLModel

from schemas.tables.base import METADATA


class Change(SQLModel, table=True):
    """The last change of a token, an account or an environment (`kind`), by the id of it (`subject`).

    `number` rises: on Postgres it is the transaction's, on SQLite a count. Rows below that of `swept` may be gone.
    """

    __tablename__ = "change"

    metadata: ClassVar[MetaData] = METADATA

    kind: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    number: int = Field(sa_type=BigInteger, index=True)
