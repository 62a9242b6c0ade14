"""Moving users between shards: copy their rows, and later sweep away the rows that lie where they no longer belong."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from twitterlab.model import Users
from twitterlab.parts.store.changes import insert_arrow
from twitterlab.parts.store.database import Database
from twitterlab.parts.store.schema import OWNERS


def copy_users(source: Database, target: Database, users: Users) -> None:
    """Copy everything that these users own to another shard, in one transaction there."""
    with target.transaction() as tx:
        for table, owner in OWNERS.items():
            sql = f"SELECT * FROM {table} WHERE {owner} IN (SELECT unnest($1::INTEGER[]))"
            insert_arrow(tx, table, source.arrow_table(sql, users.tolist()))


def sweep_misplaced_rows(databases: Sequence[Database], places: NDArray[np.int16]) -> None:
    """Delete from every shard the rows of users whose place is elsewhere."""
    for number, database in enumerate(databases):
        elsewhere = np.flatnonzero(places != number).tolist()
        with database.transaction() as tx:
            for table, owner in OWNERS.items():
                tx.execute(f"DELETE FROM {table} WHERE {owner} IN (SELECT unnest($1::INTEGER[]))", [elsewhere])
