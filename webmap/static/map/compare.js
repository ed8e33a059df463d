// The past day beside today: what was added, changed and ended since, drawn over the map.

import { ask } from "../base/session.js";
import { latestOnly } from "../base/latest.js";

const KINDS = { added: "#1a7f37", changed: "#b8860b", ended: "#c0392b" };
const MOST = 2000;
const LEAST_ZOOM = 12;
const WAIT_MS = 300;
const NOTHING = { type: "FeatureCollection", features: [] };

export function wireCompare(app) {
  const { map, state, texts } = app;
  const part = (id) => document.getElementById(id);
  const [toggle, told] = [part("compare"), part("compare-told")];
  const turn = latestOnly();
  let timer = 0;

  const soon = () => { clearTimeout(timer); timer = setTimeout(refresh, WAIT_MS); };
  toggle.addEventListener("click", () => { state.compare = !state.compare; app.keep(); refresh(); });
  document.addEventListener("tujing:time", soon);
  document.addEventListener("tujing:restored", soon);
  document.getElementById("layers-list").addEventListener("change", soon);
  map.on("moveend", () => { if (state.compare) soon(); });
  map.once("load", () => { addLayers(map); refresh(); });

  async function refresh() {
    clearTimeout(timer);
    const signal = turn.begin();
    const shown = state.compare && Boolean(state.at);
    toggle.setAttribute("aria-pressed", String(Boolean(state.compare)));
    told.hidden = !shown;
    const source = map.getSource("compared");
    if (!source) return;
    if (!shown || map.getZoom() < LEAST_ZOOM) {
      source.setData(NOTHING);
      told.textContent = shown ? texts.compare_zoom : "";
      return;
    }
    try {
      const pages = await Promise.all([...state.on].filter(app.isOurs).map((id) => differences(id, signal)));
      if (signal.aborted) return;
      source.setData({ type: "FeatureCollection", features: pages.flatMap((page) => page.features) });
      tell(pages);
    } catch (error) {
      if (!signal.aborted && !error.fragment) app.say(texts.failed);
    }
  }

  async function differences(layer, signal) {
    const box = map.getBounds().toArray().flat().map((degrees) => degrees.toFixed(6)).join(",");
    const query = new URLSearchParams({ from: state.at, bbox: box, limit: String(MOST) });
    const answer = await ask(`/ogc/collections/${layer}/changes?${query}`, { signal });
    if (answer.status === 404) return NOTHING;
    if (!answer.ok) throw new Error(String(answer.status));
    const page = await answer.json();
    return { features: page.features, more: page.links.some((link) => link.rel === "next") };
  }

  // The legend is the answer: how many of each.
  function tell(pages) {
    const found = pages.flatMap((page) => page.features);
    const parts = Object.entries(KINDS).map(([kind, colour]) => {
      const number = found.filter((feature) => feature.properties.change === kind).length;
      const entry = document.createElement("span");
      const mark = document.createElement("i");
      mark.style.background = colour;
      entry.dataset.kind = kind;
      entry.append(mark, `${texts[kind]} ${number}`);
      return entry;
    });
    told.replaceChildren(...parts, pages.some((page) => page.more) ? texts.compare_more : "");
  }
}

function addLayers(map) {
  const colour = ["match", ["get", "change"], ...Object.entries(KINDS).flat(), "#000000"];
  const of = (kind) => ["==", ["geometry-type"], kind];
  map.addSource("compared", { type: "geojson", data: NOTHING });
  map.addLayer({ id: "compared-fill", source: "compared", type: "fill", filter: of("Polygon"),
    paint: { "fill-color": colour, "fill-opacity": 0.35 } });
  map.addLayer({ id: "compared-line", source: "compared", type: "line", filter: ["!", of("Point")],
    paint: { "line-color": colour, "line-width": 2.5 } });
  map.addLayer({ id: "compared-circle", source: "compared", type: "circle", filter: of("Point"),
    paint: { "circle-color": colour, "circle-radius": 6, "circle-stroke-color": "#fff", "circle-stroke-width": 1.5 } });
}
