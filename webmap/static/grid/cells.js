// A community's cells on the map; a row leads to its place, a click on the map to its row.
import * as maplibregl from "../map/maplibre.js";

const config = JSON.parse(document.getElementById("config").textContent);
const EMPTY = { type: "FeatureCollection", features: [] };
const shapes = JSON.parse(document.getElementById("shapes")?.textContent || "null") || { cells: EMPTY, breaches: EMPTY };
const ground = (id) => ({ type: "vector", tiles: [`${location.origin}/ogc/collections/${id}/tiles/WebMercatorQuad/{z}/{y}/{x}`], minzoom: 10, maxzoom: 18 });
const remark = ["case", ["get", "remark"], "#d9a400", "#a63a2b"];

const map = new maplibregl.Map({
  container: "map", center: [config.longitude, config.latitude], zoom: config.zoom, maxZoom: 21, attributionControl: false,
  style: {
    version: 8,
    sources: { roads: ground("roads"), water: ground("water"), buildings: ground("buildings"), cells: { type: "geojson", data: shapes.cells }, breaches: { type: "geojson", data: shapes.breaches } },
    layers: [
      { id: "paper", type: "background", paint: { "background-color": "#f6f3ea" } },
      { id: "water", type: "fill", source: "water", "source-layer": "water", paint: { "fill-color": "#d5e4ea" } },
      { id: "roads", type: "line", source: "roads", "source-layer": "roads", paint: { "line-color": "#e2dccb", "line-width": ["interpolate", ["linear"], ["zoom"], 12, 0.6, 18, 8] } },
      { id: "buildings", type: "fill", source: "buildings", "source-layer": "buildings", minzoom: 13, paint: { "fill-color": "#cfc6b2" } },
      { id: "chosen", type: "fill", source: "cells", filter: ["==", ["get", "code"], ""], paint: { "fill-color": "#3f7f5f", "fill-opacity": 0.3 } },
      { id: "cells", type: "line", source: "cells", paint: { "line-color": "#3f7f5f", "line-width": 1.4 } },
      { id: "hit", type: "fill", source: "cells", paint: { "fill-opacity": 0 } },
      { id: "breach-fill", type: "fill", source: "breaches", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": remark, "fill-opacity": 0.4 } },
      { id: "breach-line", type: "line", source: "breaches", paint: { "line-color": remark, "line-width": 3 } },
      { id: "breach-point", type: "circle", source: "breaches", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": remark, "circle-radius": 7, "circle-stroke-color": "#fff", "circle-stroke-width": 2 } },
    ],
  },
});
map.addControl(new maplibregl.NavigationControl(), "top-right");
map.addControl(new maplibregl.ScaleControl(), "bottom-right");
window.tujing = { map };
map.once("idle", () => { document.documentElement.dataset.ready = "idle"; });
if (shapes.cells.features.length) map.fitBounds(bounds(shapes.cells.features), { padding: 40, animate: false });

function bounds(features) {
  const box = new maplibregl.LngLatBounds();
  const walk = (part) => (typeof part[0] === "number" ? box.extend(part) : part.forEach(walk));
  for (const { geometry } of features) geometry.type === "GeometryCollection" ? geometry.geometries.forEach((one) => walk(one.coordinates)) : walk(geometry.coordinates);
  return box;
}

function show(row) {
  for (const other of document.querySelectorAll("[aria-selected=true]")) other.removeAttribute("aria-selected");
  row.setAttribute("aria-selected", "true");
  const breach = row.dataset.number !== undefined;
  const found = breach ? shapes.breaches.features.filter((one) => one.properties.number === Number(row.dataset.number)) : shapes.cells.features.filter((one) => one.properties.code === row.dataset.code);
  map.setFilter("chosen", ["==", ["get", "code"], row.dataset.code || ""]);
  if (found.length) map.fitBounds(bounds(found), { padding: 140, maxZoom: 19.5, duration: 400 });
}

document.getElementById("list").addEventListener("click", (event) => {
  const row = event.target.closest("[data-number], [data-code]");
  if (row) show(row);
});
document.getElementById("list").addEventListener("keydown", (event) => {
  const row = event.target.closest("[data-number], [data-code]");
  if (!row) return;
  if (event.key === "Enter") show(row);
  const next = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
  if (next) { event.preventDefault(); next.focus(); show(next); }
});
map.on("click", "hit", (event) => {
  const row = document.querySelector(`tr[data-code="${event.features[0].properties.code}"]`);
  if (row) { show(row); row.scrollIntoView({ block: "center" }); }
});
