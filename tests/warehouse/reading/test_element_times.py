"""Times of elements: each step that shares its activity with others has its own."""

from __future__ import annotations

import duckdb
import pytest

from warehouse.reading.statements import preparation, prepared_for, statement

# times of hotspots stand for the instances only where they cover them all: 'Pay' has three
HOTSPOTS = {
    "none": "",
    "all of them": "INSERT INTO hotspots VALUES ('p', 'all', 'all', 'activity', 'Pay', 'sojourn', 3, 20.0, 100.0)",
    "some of them": "INSERT INTO hotspots VALUES ('p', 'all', 'all', 'activity', 'Pay', 'sojourn', 2, 7.0, 8.0)",
    "others": """
        INSERT INTO hotspots VALUES ('q', 'all', 'all', 'activity', 'Pay', 'sojourn', 3, 7.0, 8.0),
            ('p', '2026-01', 'all', 'activity', 'Pay', 'sojourn', 3, 7.0, 8.0),
            ('p', 'all', 'x=1', 'activity', 'Pay', 'sojourn', 3, 7.0, 8.0),
            ('p', 'all', 'all', 'role', 'Pay', 'sojourn', 3, 7.0, 8.0),
            ('p', 'all', 'all', 'activity', 'Pay', 'waiting', 3, 7.0, 8.0)
    """,
}


@pytest.mark.parametrize("hotspots", HOTSPOTS)
def test_steps_of_one_name_have_times_of_their_own(hotspots: str) -> None:
    connection = duckdb.connect()
    connection.execute(
        """
        CREATE TABLE alignment_moves (process VARCHAR, variant_id VARCHAR, standard_version VARCHAR, is_open BOOLEAN,
            move VARCHAR, activity VARCHAR, element_id VARCHAR, position BIGINT);
        CREATE TABLE variants (process VARCHAR, variant_id VARCHAR, activities VARCHAR[], case_count BIGINT);
        INSERT INTO variants VALUES ('p', 'v', ['Check', 'Pay', 'Check', 'Check'], 2), ('p', 'w', ['Pay'], 1),
            ('q', 'v', ['Check'], 1);
        CREATE TABLE hotspots (process VARCHAR, period VARCHAR, segment VARCHAR, kind VARCHAR, place VARCHAR,
            measure VARCHAR, instances BIGINT, p50_seconds DOUBLE, total_seconds DOUBLE);
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
    if HOTSPOTS[hotspots]:
        connection.execute(HOTSPOTS[hotspots])
    for query in ("element_times", "activity_times"):
        for name in prepared_for(query):
            # layout 11: where nights did not count elements yet
            connection.execute(preparation(name, 11).replace("CREATE TEMP", "CREATE OR REPLACE TEMP"))
    values = {"process": "p", "standard_version": "1"}
    rows = connection.execute(statement("element_times"), values).fetchall()
    assert rows == [("first", 2, 2, 10.0, 20.0), ("pay", 3, 3, 20.0, 100.0), ("second", 2, 2, 300.0, 600.0)]
    rows = connection.execute(statement("activity_times"), {"process": "p"}).fetchall()
    assert rows == [("Check", 6, 2, 300.0, 10620.0), ("Pay", 3, 3, 20.0, 100.0)]
