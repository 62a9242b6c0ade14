"""Exercise 2.1: lay out and index two heap tables for the three questions that a service asks of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

import duckdb

from twitterlab.classroom.check.disguise import PLAIN, TURNED, Look
from twitterlab.classroom.check.exercise import Exercise, StageCost, WrongAnswer
from twitterlab.classroom.check.exercises.sql import Rows, fill_table, in_a_line, sql_limit, sql_store
from twitterlab.classroom.check.guard import Misbehaved, short_repr
from twitterlab.parts.store.database import scan_counts

Edge = tuple[int, int]
USERS, EACH, INDEXES = 10_000, 10, 3  # of the pinned run: users, rows of each in either table, indexes at most
USER, ID = 4_321, 12_963  # who is asked for there, and which tweet
NOTHING = "nobody follows anybody, and nobody posts"
COLUMNS = {"follows": "follower, followee", "tweets": "id, author, created_at, text, media"}


class Question(NamedTuple):
    """What a service asks: by a value of one column of a table, in SQL, and how many rows answer it."""

    words: str
    table: str
    column: str
    value: int
    rows: int
    sql: str


FOLLOWEES = "SELECT followee FROM follows WHERE follower = $1"
NEWEST = "WITH mine AS MATERIALIZED (SELECT id FROM tweets WHERE author = $1) FROM mine ORDER BY id DESC LIMIT 20"
TWEET = "SELECT id, author, created_at, text, media FROM tweets WHERE id = $1"
QUESTIONS = (
    Question("rows read to find whom a user follows", "follows", "follower", USER, EACH + 1, FOLLOWEES),
    Question("rows read to find a user's newest tweets", "tweets", "author", USER, EACH + 1, NEWEST),
    Question("rows read to find one tweet by its ID", "tweets", "id", ID, 1, TWEET),
)


class History(NamedTuple):
    """Who follows whom and who posts before the statements run, and what is written after them."""

    follows: tuple[Edge, ...]
    authors: tuple[int, ...]
    then_follows: tuple[Edge, ...] = ()
    then_authors: tuple[int, ...] = ()

    def rows(self, table: str, later: bool) -> Rows:
        """The rows of a table, before the statements or after all that is written later."""
        if table == "follows":
            return self.follows + self.then_follows * later
        return [tweet_row(*row) for row in enumerate(self.authors + self.then_authors * later, 1)]


def tweet_row(number: int, author: int) -> tuple[Any, ...]:
    """A tweet's row: two have one millisecond, and every third is a picture alone."""
    picture = number % 3 == 0
    return number, author, number // 2, "" if picture else "hello", f"picture {number}" if picture else None


def small_histories() -> Iterator[History]:
    """Two users or three, a few follows and tweets, and writes that go on."""
    for authors, follows in product(((), (1,), (1, 1)), ((), ((0, 1),), ((0, 1), (0, 2), (1, 2)))):
        yield History(follows, authors)
    yield History(((0, 1),), (1,), ((0, 2),), (1,))
    yield History(((0, 1), (2, 1)), (1, 2, 1), ((0, 2), (2, 0)), (2, 1))


def longer_histories() -> Any:
    """A few longer ones: each is laid out in a database of its own."""
    from hypothesis import strategies as st

    return st.sampled_from((3, 5, 8)).map(busy_history)


def busy_history(users: int) -> History:
    """Everybody follows everybody, half of it later, and posts three times."""
    edges = tuple((a, b) for a, b in product(range(users), repeat=2) if a != b)
    authors = tuple(n * n % users for n in range(3 * users))
    half = len(edges) // 2
    return History(edges[:half], authors[:users], edges[half:], authors[users:])


# Told


def story(history: History) -> str:
    """What is in the tables, and what is written later."""
    first = rows_in_words(history.follows, history.authors, 1)
    later = rows_in_words(history.then_follows, history.then_authors, len(history.authors) + 1)
    return f"Before your statements: {first}." + f" After them: {later}." * (later != NOTHING)


def rows_in_words(follows: Sequence[Edge], authors: Sequence[int], first: int) -> str:
    """Follows and tweets in words; the tweets are numbered from `first`."""
    edges = ", ".join(f"{a} follows {b}" for a, b in follows) or "nobody follows anybody"
    posts = ", ".join(f"{author} posts t{n}" for n, author in enumerate(authors, first))
    return f"{edges}, and {posts or 'nobody posts'}"


def table_in_words(table: str, rows: Rows) -> str:
    """A table with its rows: follows as pairs, tweets as t1, t2 and so on, and a tweet that was changed as it is."""
    if table == "follows":
        words = [f"{a} > {b}" for a, b in rows]
    else:
        words = [f"t{row[0]}" if isinstance(row[0], int) and row == tweet_row(*row[:2]) else str(row) for row in rows]
    return f"a table {table} with {', '.join(words[:12]) + ', …' * (len(words) > 12) or 'no rows'}"


# Held to the rows that were there


def problem(answer: Sequence[str], history: History, look: Look = PLAIN) -> WrongAnswer | None:
    """Whether both tables hold what they held once the file is opened again, and go on taking writes."""
    with sql_store(in_file=look != PLAIN) as kept:
        for table in COLUMNS:
            fill_table(kept.database, table, real_rows(history.rows(table, later=False), table, look))
        try:
            lay_out(kept.database, answer)
            kept.open_again()
            if lost := changed_rows(kept.database, history, look, later=False):
                return lost
            go_on(kept.database, history, look)
        except duckdb.ConstraintException as error:
            return WrongAnswer(f"an error ({error})", "tables that take these rows", ("unique",))
        return changed_rows(kept.database, history, look, later=True)


def real_rows(rows: Rows, table: str, look: Look) -> Rows:
    """Rows in the numbers of a look, in an order of its own."""
    if table == "follows":
        return look.shuffled((look.user(a), look.user(b)) for a, b in rows)
    return look.shuffled((look.tweet(row[0]), look.user(row[1]), *row[2:]) for row in rows)


def plain_rows(rows: Rows, table: str, look: Look) -> Rows:
    """Rows in the plain numbers again."""
    if table == "follows":
        return [(look.user_number(a), look.user_number(b)) for a, b in rows]
    return [(look.tweet_number(row[0]), look.user_number(row[1]), *row[2:]) for row in rows]


def lay_out(database: duckdb.DuckDBPyConnection, statements: Sequence[str]) -> None:
    """Run the statements; an error says in which of them it came up."""
    if not "".join(statements).strip():
        raise Misbehaved("There is no statement in your list.")
    for number, statement in enumerate(statements, 1):
        with sql_limit(database.interrupt, f"Statement {number}, {short_repr(statement)[1:-1]}, failed: "):
            database.execute(statement)


def go_on(database: duckdb.DuckDBPyConnection, history: History, look: Look) -> None:
    """Write what comes after the statements."""
    for table, columns in COLUMNS.items():
        rows = history.rows(table, later=True)[len(history.rows(table, later=False)) :]
        try:
            fill_table(database, f"{table} ({columns})", real_rows(rows, table, look))
        except duckdb.ConstraintException:
            raise
        except duckdb.Error as error:
            raise Misbehaved(
                f"After your statements nothing can be written into {table} any more. {in_a_line(error)}"
            ) from error


def changed_rows(database: duckdb.DuckDBPyConnection, history: History, look: Look, later: bool) -> WrongAnswer | None:
    """What is wrong with the rows of a table, if anything."""
    for table, columns in COLUMNS.items():
        try:
            found = database.execute(f"SELECT {columns} FROM {table}").fetchall()
        except duckdb.Error as error:
            raise Misbehaved(f"After your statements {table} cannot be read as before. {in_a_line(error)}") from error
        got = sorted(plain_rows(found, table, look), key=repr)
        right = sorted(history.rows(table, later), key=repr)
        if got != right:
            return WrongAnswer(
                table_in_words(table, got), table_in_words(table, right), ("keeps_less",) * (set(got) < set(right))
            )
    return None


# On many rows


def stage_costs(answer: Sequence[str]) -> list[StageCost]:
    """The rows that each question reads among some hundred thousand, once the service has written on."""
    with sql_store(in_file=True) as kept:
        write_rows(kept.database, 0, EACH)
        lay_out(kept.database, answer)
        kept.open_again()
        for table in COLUMNS:
            ((rows,),) = kept.database.execute(f"SELECT count(*) FROM {table}").fetchall()
            if rows != USERS * EACH:
                raise Misbehaved(f"{table} had {USERS * EACH:,} rows, and has {rows:,} after your statements.")
        write_rows(kept.database, EACH, EACH + 1)
        indexes = index_columns(kept.database)
        kept.database.execute("SET enable_profiling = 'no_output'; SET profiling_mode = 'detailed'")
        costs = [rows_read_by(kept.database, question, indexes) for question in QUESTIONS]
    return [*costs, StageCost("indexes that every write keeps up", len(indexes), INDEXES, "index_everything")]


def write_rows(database: duckdb.DuckDBPyConnection, first: int, end: int) -> None:
    """Follows and tweets of every user, from one number to another, in no order of users."""
    rows = f"SELECT i, i * 7919 % {USERS} AS u, i // {USERS} AS n FROM range({first * USERS}, {end * USERS}) r(i)"
    database.execute(f"INSERT INTO follows (follower, followee) SELECT u, (u + 1 + 37 * n) % {USERS} FROM ({rows})")
    database.execute(f"INSERT INTO tweets ({COLUMNS['tweets']}) SELECT 3 * i, u, i, 'hello', NULL FROM ({rows})")


def index_columns(database: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Table and columns of every index, those behind keys included."""
    made = "SELECT table_name, expressions FROM duckdb_indexes()"
    keys = "SELECT table_name, constraint_column_names::VARCHAR FROM duckdb_constraints()"
    return database.execute(f"{made} UNION ALL {keys} WHERE constraint_type IN ('PRIMARY KEY', 'UNIQUE')").fetchall()


def rows_read_by(database: duckdb.DuckDBPyConnection, question: Question, kept: list[tuple[str, str]]) -> StageCost:
    """What one question reads."""
    found = database.execute(question.sql, [question.value]).fetchall()
    if len(found) != question.rows:
        raise Misbehaved(f"{question.sql} found {len(found)} rows; there are {question.rows}.")
    read, _ = scan_counts(database)
    return StageCost(question.words, read, question.rows, misconception_of_rows(database, question, kept))


def misconception_of_rows(database: duckdb.DuckDBPyConnection, question: Question, kept: list[tuple[str, str]]) -> str:
    """The misconception that leads to so many rows."""
    mine = [columns for table, columns in kept if table == question.table]
    if any(question.column in columns and "," in columns for columns in mine):
        return "two_columns"
    if lies_in_order(database, question):
        return "order_is_enough"
    return "any_index" if mine else "nothing_for_it"


def lies_in_order(database: duckdb.DuckDBPyConnection, question: Question) -> bool:
    """Whether the rows that were there before the service wrote on lie by the column that a question asks by."""
    column, rows = question.column, USERS * EACH
    found = database.execute(f"SELECT {column} FROM {question.table} ORDER BY rowid LIMIT {rows}").fetchnumpy()[column]
    return bool((found[1:] >= found[:-1]).all())


def is_statements(answer: Any) -> bool:
    """Whether an answer is a list of SQL."""
    return isinstance(answer, (list, tuple)) and all(isinstance(one, str) for one in answer)


EXERCISE = Exercise(
    "2.1",
    small_histories,
    longer_histories,
    story,
    problem,
    stage_costs,
    accepts=is_statements,
    wanted="a list of strings",
    says_when_right="Each question reads the rows that answer it and no others, among 110,000 in either table, and it "
    "stays so while rows are added at the end.",
    looks=(TURNED,),
)
