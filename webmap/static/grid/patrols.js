// The way of one patrol on the map, and where it was at a moment.
import { groundLayers, groundSources, sourceOf } from "../base/ground.js";
import * as maplibregl from "../map/maplibre.js";

const config = JSON.parse(document.getElementById("config").textContent);
const track = JSON.parse(document.getElementById("track")?.textContent || "null") || { legs: [], fixes: [], reports: [] };
const feature = (type, coordinates, properties = {}) => ({ type: "Feature", geometry: { type, coordinates }, properties });
const collection = (features) => ({ type: "geojson", data: { type: "FeatureCollection", features } });

const map = new maplibregl.Map({
  container: "map", center: [config.longitude, config.latitude], zoom: config.zoom, maxZoom: 20, attributionControl: false,
  style: {
    version: 8,
    sources: {
      ...groundSources, cells: sourceOf("grid-cells"),
      legs: collection(track.legs.filter((leg) => leg.length > 1).map((leg) => feature("LineString", leg))),
      fixes: collection(track.fixes.map(({ place }) => feature("Point", place))),
      reports: collection(track.reports.map(({ title, place }) => feature("Point", place, { title }))),
      now: collection([]),
    },
    layers: [
      ...groundLayers,
      { id: "cells", type: "line", source: "cells", "source-layer": "grid-cells", minzoom: 14, paint: { "line-color": "#3f7f5f", "line-opacity": 0.5 } },
      { id: "legs", type: "line", source: "legs", layout: { "line-join": "round", "line-cap": "round" }, paint: { "line-color": "#2b6a8f", "line-width": 4, "line-opacity": 0.85 } },
      { id: "fixes", type: "circle", source: "fixes", minzoom: 15, paint: { "circle-color": "#fff", "circle-stroke-color": "#2b6a8f", "circle-stroke-width": 1.5, "circle-radius": 3 } },
      { id: "reports", type: "circle", source: "reports", paint: { "circle-color": "#a63a2b", "circle-radius": 7, "circle-stroke-color": "#fff", "circle-stroke-width": 2 } },
      { id: "now", type: "circle", source: "now", paint: { "circle-color": "#d9a400", "circle-radius": 9, "circle-stroke-color": "#1d2b2a", "circle-stroke-width": 2 } },
    ],
  },
});
map.addControl(new maplibregl.NavigationControl(), "top-right");
map.addControl(new maplibregl.ScaleControl(), "bottom-right");
window.tujing = { map };
map.once("idle", () => { document.documentElement.dataset.ready = "idle"; });

const places = [...track.fixes, ...track.reports].map(({ place }) => place);
if (places.length) {
  const box = places.reduce((all, place) => all.extend(place), new maplibregl.LngLatBounds());
  map.fitBounds(box, { padding: 80, maxZoom: 17, animate: false });
}

const replay = document.getElementById("replay"), at = document.getElementById("at");
function show() {
  const fix = track.fixes[Number(replay.value)];
  at.textContent = `${fix.at} ±${Math.round(fix.m)} m`;
  map.getSource("now")?.setData(feature("Point", fix.place));
}
if (replay) {
  replay.max = track.fixes.length - 1;
  replay.addEventListener("input", show);
  map.once("load", show);
}

document.querySelector("[data-submits]").addEventListener("change", ({ target }) => target.form.submit());
