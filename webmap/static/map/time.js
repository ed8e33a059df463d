// The date turns the whole map: every tile, the panel and the search.
import { dayOf as cityDay, inWords } from "../base/moments.js";

const DAY = 86400000;
const WAIT_MS = 250;

export function wireTime(app) {
  const { map, config, state, texts } = app;
  const part = (id) => document.getElementById(id);
  const [range, field, now, past] = [part("time-range"), part("time-date"), part("time-now"), part("past")];
  const first = Date.parse(config.first || config.today);
  const days = Math.max(1, Math.round((Date.parse(config.today) - first) / DAY));
  const ordinal = (day) => Math.round((Date.parse(day) - first) / DAY);
  const dayOf = (value) => new Date(first + value * DAY).toISOString().slice(0, 10);
  const dayShown = () => cityDay(state.at);
  let timer = 0;
  let turned = ""; // the moment that the tiles show
  range.max = days;
  field.min = config.first || config.today;
  field.max = config.today;

  app.turnTo = (at) => {
    clearTimeout(timer); // a slider let go of before this
    state.at = at && at < config.today ? at : "";
    reflect();
    turn();
    app.keep({ push: true });
    document.dispatchEvent(new CustomEvent("tujing:time"));
  };

  function turn() {
    if (state.at === turned || !map.getStyle()) return;
    turned = state.at;
    app.turnTiles();
  }

  function reflect() {
    const day = dayShown();
    field.value = day || config.today;
    range.value = day ? ordinal(day) : days;
    range.setAttribute("aria-valuetext", field.value);
    now.setAttribute("aria-pressed", String(!day));
    past.hidden = !day;
    part("past-text").textContent = `${texts.past}${inWords(state.at, document.documentElement.lang)}`;
    part("time-back").disabled = !neighbour(-1);
    part("time-on").disabled = !state.at;
    document.body.classList.toggle("in-past", Boolean(day));
  }

  // The nearest day with a change before or after the day shown.
  function neighbour(step) {
    const day = dayShown() || config.today;
    const before = config.days.filter((d) => (step < 0 ? d < day : d > day));
    return step < 0 ? before.at(-1) : before[0];
  }

  const turnSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => app.turnTo(Number(range.value) >= days ? "" : dayOf(Number(range.value))), WAIT_MS);
  };
  range.addEventListener("input", () => { field.value = dayOf(Number(range.value)); });
  range.addEventListener("change", turnSoon);
  field.addEventListener("change", () => { if (field.value) app.turnTo(field.value); });
  now.addEventListener("click", () => app.turnTo(""));
  part("past-now").addEventListener("click", () => app.turnTo(""));
  part("time-back").addEventListener("click", () => app.turnTo(neighbour(-1) ?? config.first));
  part("time-on").addEventListener("click", () => app.turnTo(neighbour(1) ?? ""));
  drawYears(part("time-years"), config, (day) => (100 * ordinal(day)) / days, app);
  reflect();
  map.once("load", turn);
  document.addEventListener("tujing:restored", () => { clearTimeout(timer); reflect(); turn(); });
}

// Under the slider: the years, and a stroke for every day on which something changed.
function drawYears(box, config, percent, app) {
  if (!config.first) return;
  for (const day of config.days) box.append(placed("i", percent(day), ""));
  const [low, high] = [Number(config.first.slice(0, 4)), Number(config.today.slice(0, 4))];
  const every = Math.max(1, Math.ceil((high - low) / 9));
  for (let year = low + 1; year <= high; year += every) {
    const button = placed("button", percent(`${year}-01-01`), String(year));
    button.type = "button";
    button.tabIndex = -1;
    button.addEventListener("click", () => app.turnTo(`${year}-01-01`));
    box.append(button);
  }
}

function placed(tag, percent, text) {
  const element = document.createElement(tag);
  element.style.left = `${percent}%`;
  element.textContent = text;
  return element;
}
