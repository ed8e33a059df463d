// The date turns the whole map: every tile, the panel and the search.

const DAY = 86400000;

export function wireTime(app) {
  const { map, config, state, texts } = app;
  const range = document.getElementById("time-range");
  const field = document.getElementById("time-date");
  const now = document.getElementById("time-now");
  const past = document.getElementById("past");
  const first = Date.parse(config.first || config.today);
  const today = Date.parse(config.today);
  const days = Math.max(1, Math.round((today - first) / DAY));
  range.max = days;
  field.min = config.first || config.today;
  field.max = config.today;

  app.turnTo = (at) => {
    state.at = at && at < config.today ? at : "";
    reflect();
    turnTiles(map, state.at);
    app.keep();
    document.dispatchEvent(new CustomEvent("tujing:time"));
  };

  function reflect() {
    const day = state.at.slice(0, 10);
    field.value = day || config.today;
    range.value = day ? Math.round((Date.parse(day) - first) / DAY) : days;
    range.setAttribute("aria-valuetext", field.value);
    now.setAttribute("aria-pressed", String(!day));
    past.hidden = !day;
    past.textContent = `${texts.past}${day}`;
    document.body.classList.toggle("in-past", Boolean(day));
  }

  const dayOf = (value) => new Date(first + value * DAY).toISOString().slice(0, 10);
  range.addEventListener("input", () => { field.value = dayOf(Number(range.value)); });
  range.addEventListener("change", () => app.turnTo(Number(range.value) >= days ? "" : dayOf(Number(range.value))));
  field.addEventListener("change", () => { if (field.value) app.turnTo(field.value); });
  now.addEventListener("click", () => app.turnTo(""));
  reflect();
  if (state.at) map.once("load", () => turnTiles(map, state.at));
}

function turnTiles(map, at) {
  const query = at ? `?datetime=${encodeURIComponent(at)}` : "";
  for (const [id, source] of Object.entries(map.getStyle().sources)) {
    if (source.type !== "vector") continue;
    map.getSource(id).setTiles(source.tiles.map((url) => url.split("?")[0] + query));
  }
}
