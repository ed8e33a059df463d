// Search as one types; up, down, enter and escape by keyboard.

export function wireSearch(app) {
  const field = document.getElementById("q");
  const box = document.getElementById("found");
  let timer = 0;
  let asked = 0;

  const options = () => [...box.querySelectorAll("[data-open]")];
  const show = (open) => { box.hidden = !open; field.setAttribute("aria-expanded", String(open)); };

  async function ask() {
    const text = field.value.trim();
    if (!text) return show(false);
    const turn = ++asked;
    const query = new URLSearchParams({ q: text });
    if (app.state.at) query.set("at", app.state.at);
    try {
      const answer = await fetch(`/search?${query}`, { headers: { "HX-Request": "true" } });
      if (turn !== asked) return undefined;
      box.innerHTML = await answer.text();
      field.removeAttribute("aria-activedescendant");
    } catch {
      box.textContent = app.texts.failed;
    }
    return show(true);
  }

  function choose(option) {
    if (!option) return;
    show(false);
    field.blur();
    app.open(option.dataset.open, { fly: true }).then(() => {
      document.getElementById("panel").focus({ preventScroll: true });
    });
  }

  function step(by) {
    const all = options();
    if (!all.length) return;
    const at = all.findIndex((o) => o.getAttribute("aria-selected") === "true");
    const next = all[(at + by + all.length) % all.length];
    all.forEach((o) => o.setAttribute("aria-selected", String(o === next)));
    field.setAttribute("aria-activedescendant", next.id);
    next.scrollIntoView({ block: "nearest" });
  }

  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 200); });
  field.addEventListener("focus", () => { if (field.value.trim()) ask(); });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); step(1); }
    if (event.key === "ArrowUp") { event.preventDefault(); step(-1); }
    if (event.key === "Escape") { event.stopPropagation(); show(false); field.blur(); }
  });
  document.getElementById("search-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    clearTimeout(timer);
    if (box.hidden) await ask();
    choose(box.querySelector("[aria-selected=true]") ?? options()[0]);
  });
  box.addEventListener("click", (event) => {
    const option = event.target.closest("[data-open]");
    if (option) { event.stopPropagation(); choose(option); }
  });
  document.addEventListener("click", (event) => { if (!event.target.closest(".search")) show(false); });
}
