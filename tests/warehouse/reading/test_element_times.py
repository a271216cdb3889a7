"""Times of elements: each step that shares its activity with others has its own."""

from __future__ import annotations

from pathlib import Path

import duckdb

QUERY = Path(__file__).parents[3] / "warehouse" / "reading" / "queries" / "element_times.sql"


def test_steps_of_one_name_have_times_of_their_own() -> None:
    connection = duckdb.connect()
    connection.execute(
        """
        CREATE TABLE alignment_moves (process VARCHAR, variant_id VARCHAR, standard_version VARCHAR, is_open BOOLEAN,
            move VARCHAR, activity VARCHAR, element_id VARCHAR, position BIGINT);
        CREATE TABLE variants (process VARCHAR, variant_id VARCHAR, activities VARCHAR[]);
        INSERT INTO variants VALUES ('p', 'v', ['Check', 'Pay', 'Check', 'Check']), ('p', 'w', ['Pay']),
            ('q', 'v', ['Check']);
        CREATE TABLE cases (process VARCHAR, case_id VARCHAR, state VARCHAR, variant_id VARCHAR,
            standard_version VARCHAR);
        CREATE TABLE activity_instances (process VARCHAR, case_id VARCHAR, instance BIGINT, activity VARCHAR,
            sojourn_seconds DOUBLE);
        INSERT INTO alignment_moves VALUES
            ('p', 'v', '1', false, 'synchronous', 'Check', 'first', 1),
            ('p', 'v', '1', false, 'synchronous', 'Step of another name', 'pay', 2),
            ('p', 'v', '1', false, 'synchronous', 'Check', 'second', 3),
            ('p', 'v', '1', false, 'log', 'Check', NULL, 4),
            ('p', 'v', '1', true, 'synchronous', 'Check', 'second', 1),
            ('q', 'v', '1', false, 'synchronous', 'Check', 'x', 1);
        INSERT INTO cases VALUES
            ('p', 'a', 'closed', 'v', '1'), ('p', 'b', 'closed', 'v', '1'), ('p', 'c', 'partial', 'w', NULL);
        INSERT INTO activity_instances VALUES
            ('p', 'a', 1, 'Check', 10), ('p', 'a', 2, 'Pay', 20), ('p', 'a', 3, 'Check', 300),
            ('p', 'a', 4, 'Check', 5000), ('p', 'b', 1, 'Check', 10), ('p', 'b', 2, 'Pay', 20),
            ('p', 'b', 3, 'Check', 300), ('p', 'b', 4, 'Check', 5000), ('p', 'c', 1, 'Pay', 60),
            ('q', 'a', 1, 'Check', 7);
        """
    )
    rows = connection.execute(QUERY.read_text(encoding="utf-8"), {"process": "p", "standard_version": "1"}).fetchall()
    assert rows == [("first", 2, 2, 10.0, 20.0), ("pay", 3, 3, 20.0, 100.0), ("second", 2, 2, 300.0, 600.0)]
