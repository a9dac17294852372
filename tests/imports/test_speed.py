"""A list of 50,000 rows is read whole, and a row of it costs about what a row of a short one does."""

import time

from server.imports.buyers import stage_buyers
from server.imports.reading import read_sheets
from server.imports.rows import MAX_ROWS
from tests.imports.sheets import DEMO, SMC, delimited

HEAD, *ROWS = read_sheets((DEMO / "buyers.csv").read_bytes(), "")[0].rows


def long_list(rows: int) -> bytes:
    return delimited(
        [
            HEAD,
            *(
                [
                    n,
                    *ROWS[n % 85][1:3],
                    f"Buyer {n} LLC",
                    f"{ROWS[n % 85][4]} {n}",
                    f"b{n}@b{n}.example",
                    f"+82 10 {1000 + n % 9000} {n % 10000:04}",
                    *ROWS[n % 85][7:],
                ]
                for n in range(rows)
            ),
        ]
    ).encode()


def cpu(rows: int) -> tuple[float, int]:
    data = long_list(rows)
    begin = time.process_time()
    staged = stage_buyers(data, "long.csv", SMC)
    return time.process_time() - begin, len(staged.records)


def test_fifty_thousand_rows_cost_no_more_a_row_than_two_thousand() -> None:
    cpu(100)
    short, count = cpu(2_000)
    long, all_rows = cpu(MAX_ROWS)
    assert (count, all_rows) == (2_000, MAX_ROWS)
    assert long / MAX_ROWS < 3 * short / 2_000
