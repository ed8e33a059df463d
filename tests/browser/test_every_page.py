"""Every page, wide and narrow: nothing serious by axe-core, nothing wider than the screen."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from tests.browser.sessions import let_in
from tests.pages import Page, all_pages

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = ((1400, 900), (390, 800))
WEIGHED = ("serious", "critical")
RUN = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ['violations'] });
  return violations.map(({ id, impact, nodes }) =>
    ({ id, impact, where: nodes.slice(0, 3).map(node => node.target.join(' ') + ' ' + (node.any[0]?.message || '')) }));
}"""
TOO_WIDE = "document.documentElement.scrollWidth - window.innerWidth"
# A page that is higher than the screen and kept in its middle cannot be scrolled to its head.
ABOVE = """Math.min(0, ...[...document.querySelectorAll('body > header, body > main')]
  .map(part => part.getBoundingClientRect().top + window.scrollY))"""
NARROW = 390


@pytest.fixture
def pages(visit) -> list[Page]:
    """Every page; whoever may open it has signed in once."""
    if not AXE.exists():
        pytest.skip("no axe-core: script/bootstrap --tests")
    return sorted(all_pages(), key=lambda page: page.who)


def looked_over(visit, pages, axe_at=(1400, NARROW)) -> list[str]:
    """What is wrong with these pages, a line each; axe-core looks at these widths."""
    faults, axe, signed_in = [], AXE.read_text(encoding="utf-8"), None
    for page in pages:
        if page.who != signed_in:
            visit.page.context.clear_cookies()
            signed_in = page.who
            if page.who:
                let_in(visit, User.objects.get(username=page.who))
        visit.page.goto(visit.base + page.path)
        if page.has_map and "inspector" not in page.path:
            visit.page.wait_for_function("document.documentElement.dataset.ready !== undefined")
            visit.page.wait_for_timeout(1500)
        visit.page.evaluate(axe)
        for width, height in WIDTHS:
            visit.page.set_viewport_size({"width": width, "height": height})
            name = f"{page.path} ({page.who or 'anybody'}, {width})"
            over = visit.page.evaluate(TOO_WIDE)
            if over > 0:
                faults.append(f"{name}: {over} pixels too wide")
            if above := visit.page.evaluate(ABOVE):
                faults.append(f"{name}: begins {-above} pixels above the screen")
            for one in visit.page.evaluate(RUN) if width in axe_at else ():
                if one["impact"] in WEIGHED:
                    faults.append(f"{name}: {one['id']} {one['impact']}: {'; '.join(one['where'])}")
    return faults


@pytest.mark.slow(reason="opens every page without a map, wide and narrow")
def test_pages_without_a_map_can_be_used_by_everybody(visit, pages):
    plain = [page for page in pages if not page.has_map]
    assert len(plain) > 12
    assert looked_over(visit, plain, axe_at=(NARROW,)) == []


@pytest.mark.long  # software draws the maps: by night
def test_every_page_can_be_used_by_everybody_wide_and_narrow(visit, pages):
    assert sum(page.has_map for page in pages) > 6
    assert looked_over(visit, pages) == []
