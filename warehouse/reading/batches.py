"""The rows of a query, batch by batch, with its own failure told apart from a failure of the file that they go to."""

from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.reading.adhoc import failed_question

ROWS = 20_000  # of a batch
_INTERRUPTED = "INTERRUPT"  # begins the message that a thread leaves when another thread of the query has failed
_TRIES = 5


class Batches:
    """The rows of one query as Arrow batches of about `ROWS` rows, read once; memory is that of a batch.

    Opening and reading raise `QuestionError` in DuckDB's words where the query fails, at its first row or its last.
    Arrow knows only `OSError` for that, which says the same as a full disk; and now and then DuckDB gives the
    interruption of a thread beside the one that failed, so that the query is asked again for its cause.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, Any] | None = None
    ) -> None:
        self._connection, self._query, self._parameters = connection, query, dict(parameters or {})
        try:
            self._reader = self._asked()
        except duckdb.Error as error:
            raise failed_question(self._cause(error)) from error
        self.schema: pa.Schema = self._reader.schema

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        while True:
            try:
                batch = self._reader.read_next_batch()
            except StopIteration:
                return
            except (OSError, pa.ArrowException, duckdb.Error) as error:
                raise failed_question(self._cause(error)) from error
            yield batch

    def _asked(self) -> pa.RecordBatchReader:
        return self._connection.execute(self._query, self._parameters).to_arrow_reader(ROWS)

    def _cause(self, error: Exception) -> Exception:
        for _ in range(_TRIES):
            if not str(error).startswith(_INTERRUPTED):
                break
            try:
                for _ in self._asked():
                    pass
            except (OSError, pa.ArrowException, duckdb.Error) as again:
                error = again
        return error
