"""Small Parquet files as pyarrow writes them. Made with pyarrow 26.0.1:
python tests/golden/parquet/make_parquet.py
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

here = Path(__file__).parent
texts = [f"document {i} — Ü {'x' * (i % 7)}\nof two lines" for i in range(50)]

for compression in ["none", "snappy", "gzip", "zstd", "brotli", "lz4"]:
    table = pa.table({"number": list(range(50)), "text": texts})
    # Row groups of uneven size; pages of a few rows, some with a dictionary.
    pq.write_table(table, here / f"{compression}.parquet", compression=compression,
                   row_group_size=17, data_page_size=200, use_dictionary=compression != "gzip")

# A null, an empty text, and bytes that are no UTF-8 in a column without its mark.
odd = pa.table({"text": pa.array([b"good", None, b"", b"bad \xff", b"large" * 100], pa.binary())})
pq.write_table(odd, here / "odd.parquet")

message = pa.struct([("role", pa.string()), ("content", pa.string())])
chats = [
    [{"role": "user", "content": "Hé?"}, {"role": "assistant", "content": "Ja."}],
    [],
    [{"role": "user", "content": None}],
    [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}],
]
pq.write_table(pa.table({"messages": pa.array(chats, pa.list_(message))}), here / "chats.parquet")
