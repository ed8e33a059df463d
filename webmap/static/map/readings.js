// Numbers of the moment beside the points of a layer, in colours of their class; the legend says which.
import { el, select } from "../table/dom.js";
import { getJson } from "../table/source.js";
import { latestOnly } from "../base/latest.js";
import { t } from "../table/texts.js";

export function wireReadings(app) {
  for (const one of app.config.readings) wireOne(app, one);
}

function wireOne(app, { layer, address }) {
  const { map, state } = app;
  const id = `readings-${layer}`;
  const turn = latestOnly();
  const box = el("div", { class: "readings" });
  document.querySelector(`.layer:has(input[value="${CSS.escape(layer)}"])`)?.append(box);
  let choice = "", shown = null;

  async function refresh() {
    const key = state.on.has(layer) ? `${state.at}|${choice}` : "";
    if (key === shown) return;
    shown = key;
    const signal = turn.begin();
    if (!key) { draw([]); box.replaceChildren(); return; }
    try {
      const told = await getJson(`${address}?${new URLSearchParams({ ...(state.at ? { at: state.at } : {}), ...(choice ? { choice } : {}) })}`, signal);
      if (signal.aborted) return;
      draw(told.points);
      legend(told);
    } catch (problem) {
      if (problem?.name === "AbortError") return;
      shown = null;
      draw([]);
      box.replaceChildren(el("em", { class: "down" }, t("没有成功，请稍后重试")));
    }
  }

  function legend({ choices, classes, moment, choice: chosen }) {
    const which = select(choices.map((one) => [one.id, one.title]), chosen, { "aria-label": choices.find((one) => one.id === chosen)?.title, onchange: () => { choice = which.value; refresh(); } });
    box.replaceChildren(which, el("small", {}, t("截至 {moment}", { moment })), el("ul", { class: "legend" }, ...classes.map(({ title, colour }) => {
      const swatch = el("i", { class: "swatch circle" });
      swatch.style.setProperty("--c", colour);
      return el("li", {}, swatch, title);
    })));
  }

  function draw(points) {
    const data = { type: "FeatureCollection", features: points.map(({ at, code, text, colour }) => ({ type: "Feature", properties: { code, text, colour }, geometry: { type: "Point", coordinates: at } })) };
    const source = map.getSource(id);
    if (source) return source.setData(data);
    if (!points.length) return undefined;
    map.addSource(id, { type: "geojson", data });
    map.addLayer({ id: `${id}-spot`, source: id, type: "circle", paint: { "circle-color": ["get", "colour"], "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 7, 14, 12], "circle-stroke-color": "#24303a", "circle-stroke-width": 1 } });
    const own = map.getStyle().layers.find((entry) => entry.source === layer && entry.type === "symbol");
    return map.addLayer({ id: `${id}-number`, source: id, type: "symbol", layout: { "text-field": ["get", "text"], "text-font": own?.layout?.["text-font"] ?? ["sans-serif"], "text-size": 11, "text-anchor": "bottom", "text-offset": [0, -1], "text-allow-overlap": true },
      paint: { "text-color": "#1a2a4a", "text-halo-color": "#fffdf7", "text-halo-width": 1.6 } });
  }

  for (const event of ["tujing:time", "tujing:layers", "tujing:restored"]) document.addEventListener(event, refresh);
  map.once("load", refresh);
}
