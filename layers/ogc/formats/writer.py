"""The process that writes GIS files, fed by the server through a pipe.

GDAL stays out of the server's process: its memory goes when this one ends, its work
holds no lock of Python's, and what goes wrong in it brings nobody else down. It answers
each file with one line of JSON, the number of rows or the error, and ends with its input
or with the first error.
"""

import json
import os
import sys
from typing import Any

from layers.ogc.formats.messages import read_portions, read_table


class Without:
    """Keeps libraries from being imported by others that would use them if they could."""

    names = frozenset({"geopandas", "pandas", "pyproj", "shapely"})  # 70 MB for nothing here

    def find_spec(self, name: str, *_: object) -> None:
        """Refuse the libraries named, leave the others to the next finder."""
        if name in self.names:
            raise ModuleNotFoundError(name)


def main() -> None:
    """Write file after file."""
    os.nice(5)
    sys.meta_path.insert(0, Without())  # type: ignore[arg-type]
    from layers.ogc.formats.writing import write

    source = open(0, "rb")  # noqa: SIM115  to the end of the process
    while source.peek(1):
        try:
            answer: dict[str, Any] = {"rows": write(read_table(source), read_portions(source))}
        except Exception as error:  # noqa: BLE001  told to the server, which knows what to do
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
        if "error" in answer:
            sys.exit(1)


if __name__ == "__main__":
    main()
