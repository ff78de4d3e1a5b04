"""The same pages by dlt: its rest_api source, merged into PostgreSQL. Run by bench_night.

`python dlt_side.py URL DSN PAGES`, in an environment of its own, prints seconds and CPU seconds.
"""

import json
import resource
import sys
import time

import dlt
from dlt.sources.rest_api import rest_api_source


def main() -> None:
    url, dsn, pages = sys.argv[1:]
    began = time.perf_counter()
    source = rest_api_source(
        {
            "client": {"base_url": url},
            "resources": [
                {
                    "name": "note_day",
                    "primary_key": ["note_id", "time"],
                    "write_disposition": "merge",
                    "endpoint": {
                        "path": "pages",
                        "data_selector": "data.data_list",
                        "paginator": {
                            "type": "page_number",
                            "page_param": "page_num",
                            "base_page": 1,
                            "total_path": None,
                            "maximum_page": int(pages) + 1,
                        },
                    },
                }
            ],
        }
    )
    pipeline = dlt.pipeline(
        "bench",
        destination=dlt.destinations.postgres(credentials=dsn),
        dataset_name="dlt_bench",
    )
    pipeline.run(source)
    used = resource.getrusage(resource.RUSAGE_SELF)
    with pipeline.sql_client() as client:
        rows = client.execute_sql("SELECT count(*) FROM note_day")[0][0]
    wall = time.perf_counter() - began
    print(json.dumps({"wall": wall, "cpu": used.ru_utime + used.ru_stime, "rows": rows}))


if __name__ == "__main__":
    main()
