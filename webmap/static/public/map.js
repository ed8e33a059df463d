// What was reported, where, and what became of it.
import { ground, maplibregl } from "./ground.js";

const element = document.getElementById("map"), kinds = document.getElementById("kinds"), status = document.getElementById("status");
const at = location.hash.slice(1).split(",").map(Number);
const map = ground(at.length === 2 && at.every(Number.isFinite) ? { center: [at[1], at[0]], zoom: 17 } : {});
const COLOURS = ["match", ["get", "stage"], "new", "#c4812b", "open", "#a63a2b", "closed", "#2c7a4b", "#8d8471"];
const found = fetch(element.dataset.source).then((answer) => { if (!answer.ok) throw new Error(String(answer.status)); return answer.json(); });

map.once("load", async () => {
  let cases;
  try { cases = await found; } catch { status.textContent = element.dataset.failed; return; }
  status.textContent = cases.features.length ? "" : status.dataset.empty;
  if (cases.numberMatched > cases.features.length) status.textContent = status.dataset.cut.replace("{shown}", cases.features.length).replace("{all}", cases.numberMatched);
  for (const output of kinds.querySelectorAll("b[data-stage]")) output.textContent = cases.features.filter(({ properties }) => properties.stage === output.dataset.stage).length;
  map.addSource("cases", { type: "geojson", data: cases });
  map.addLayer({ id: "cases", type: "circle", source: "cases", paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], 11, 4, 17, 9], "circle-color": COLOURS, "circle-stroke-color": "#fff", "circle-stroke-width": 1.5 } });
  sift();
  map.once("idle", () => { document.documentElement.dataset.ready = "cases"; });
});

function sift() {
  const wanted = new FormData(kinds).getAll("stage");
  if (map.getLayer("cases")) map.setFilter("cases", ["in", ["get", "stage"], ["literal", wanted]]);
}
kinds.addEventListener("change", sift);

map.on("click", (event) => {
  if (!map.getLayer("cases")) return;
  const [hit] = map.queryRenderedFeatures([[event.point.x - 8, event.point.y - 8], [event.point.x + 8, event.point.y + 8]], { layers: ["cases"] });
  if (!hit) return;
  const { number, day, state, class: title } = hit.properties;
  const card = document.createElement("div");
  card.append(Object.assign(document.createElement("b"), { textContent: title }), Object.assign(document.createElement("p"), { textContent: `${state} · ${day}` }), Object.assign(document.createElement("a"), { href: `/report/follow?number=${encodeURIComponent(number)}`, textContent: element.dataset.follow }));
  new maplibregl.Popup({ offset: 10, closeButton: true }).setLngLat(hit.geometry.coordinates).setDOMContent(card).addTo(map);
});
map.on("mousemove", "cases", () => { map.getCanvas().style.cursor = "pointer"; });
map.on("mouseleave", "cases", () => { map.getCanvas().style.cursor = ""; });
