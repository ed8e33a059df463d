"""schemathesis over our own document: no 5xx, no undocumented answer, no schema error.

Bounded here: the terrain lands, addresses (which are written too) and what belongs to no
collection are for ``script/test --clients``, the two parts that take longest for ``--long``;
docs/operations.md tells how to run it at length.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from layers.declarations.registry import layer_of
from layers.models import ApiKey, Consumer, LayerGrant
from layers.reading.publish import ensure_roles
from layers.reading.revisions import forget
from layers.reading.shares import share_of
from layers.sharing.keys import caller_with, new_key

pytestmark = pytest.mark.django_db(transaction=True)
PROGRAM = Path(sys.executable).with_name("schemathesis")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
OTHERS = "^(?!/collections/)"


@pytest.fixture
def key() -> str:
    """A key that reads pipes and may write addresses."""
    consumer = Consumer.objects.create(name="试验系统", organisation="试验")
    text, digest = new_key()
    ApiKey.objects.create(consumer=consumer, prefix=text[:8], digest=digest, created_by="试验")
    for layer, may_write in (("addresses", True), ("pipe-lines", False)):
        LayerGrant.objects.create(
            consumer=consumer, layer=layer, may_write=may_write, granted_by="试验"
        )
    forget()
    caller = caller_with(text)
    ensure_roles([share_of(caller, layer_of(n)) for n in ("addresses", "pipe-lines")])
    return text


@pytest.mark.parametrize(
    "part",
    [
        pytest.param("/collections/addresses", marks=pytest.mark.clients),
        pytest.param("/collections/pipe-lines", marks=pytest.mark.long),
        pytest.param("/collections/terrain", marks=pytest.mark.clients),
        pytest.param("/collections/rain", marks=pytest.mark.long),
        pytest.param(OTHERS, marks=pytest.mark.clients),
    ],
)
def test_what_a_machine_thinks_up_is_answered_as_documented(
    live_server, key, land, part, tmp_path, town
):
    told = subprocess.run(
        [
            str(PROGRAM),
            "run",
            f"{live_server.url}/ogc/openapi",
            *("--checks", CHECKS, "--max-examples", "3", "--seed", "1", "--mode", "all"),
            *("--phases", "examples,coverage,fuzzing", "--suppress-health-check", "all"),
            *("--include-path-regex", part, "-H", f"Authorization: Bearer {key}"),
            "--no-color",
        ],
        capture_output=True,
        text=True,
        timeout=240,
        cwd=tmp_path,
    )
    assert told.returncode == 0, told.stdout[-4000:] + told.stderr[-1000:]
