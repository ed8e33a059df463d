"""The map runs from files under hashed names: every module and the worker find each other."""

from urllib.parse import urlsplit

from tests.browser.test_map import near
from tests.webmap.web.test_static_files import HASHED, collected

__all__ = ["collected"]


def test_the_map_runs_from_hashed_names(visit, collected):
    served = []

    def serve(route):
        path = urlsplit(route.request.url).path
        answer = collected.get(path)
        served.append(path)
        headers = {"Content-Type": answer["Content-Type"]}
        route.fulfill(status=answer.status_code, headers=headers, body=b"".join(answer))

    visit.page.route("**/static/**", serve)
    visit.open("/" + near())
    assert visit.drawn("buildings")
    visit.page.wait_for_selector("#panel-body h1")
    assert [path for path in served if not HASHED.search(path)] == []
    assert any("maplibre-gl-worker." in path for path in served)
    modules = [path for path in served if path.endswith(".js")]
    assert len(modules) == len(set(modules)), "a module was loaded under two names or twice"
