// The map of the inspector's own area, drawn from what the phone keeps: it needs no signal.
import * as maplibregl from "../maplibre-gl/maplibre-gl.mjs";
import { place } from "./place.js";
import { asked } from "./store.js";

maplibregl.setWorkerUrl(`${location.origin}/inspector/parts/maplibre-gl-worker.mjs`);
const config = JSON.parse(document.getElementById("config").textContent);
const EMPTY = { type: "FeatureCollection", features: [] };
let map = null, choosing = null;

export async function showMap() {
  if (!map) await make();
  map.resize();
}

// Have a place chosen under the cross; resolves to {lon, lat}.
export async function choose(start) {
  await showMap();
  if (start) map.jumpTo({ center: [start.lon, start.lat], zoom: 18 });
  for (const id of ["#place-here", ".cross"]) document.querySelector(id).hidden = false;
  return new Promise((resolve) => { choosing = resolve; });
}

document.getElementById("place-here").addEventListener("click", () => {
  const { lng, lat } = map.getCenter();
  for (const id of ["#place-here", ".cross"]) document.querySelector(id).hidden = true;
  choosing?.({ lon: Number(lng.toFixed(7)), lat: Number(lat.toFixed(7)) });
  choosing = null;
});

export function abandon() {
  for (const id of ["#place-here", ".cross"]) document.querySelector(id).hidden = true;
  choosing?.(null);
  choosing = null;
}

async function make() {
  const area = (await asked("area")) || {};
  const source = (name) => ({ type: "geojson", data: area[name] || EMPTY });
  const at = place.now || middle(area.cells) || { lon: config.longitude, lat: config.latitude };
  map = new maplibregl.Map({
    container: "map", center: [at.lon, at.lat], zoom: 16, maxZoom: 20, attributionControl: false, dragRotate: false,
    style: {
      version: 8,
      sources: { districts: source("districts"), cells: source("cells"), roads: source("roads"), water: source("water"), components: source("components"), me: { type: "geojson", data: EMPTY } },
      layers: [
        { id: "paper", type: "background", paint: { "background-color": "#ffffff" } },
        { id: "water", type: "fill", source: "water", paint: { "fill-color": "#b9d7e6" } },
        { id: "roads-case", type: "line", source: "roads", paint: { "line-color": "#777", "line-width": ["interpolate", ["linear"], ["zoom"], 13, 1.5, 18, 12] } },
        { id: "roads", type: "line", source: "roads", paint: { "line-color": "#f3ead2", "line-width": ["interpolate", ["linear"], ["zoom"], 13, 0.8, 18, 10] } },
        { id: "cells", type: "line", source: "cells", paint: { "line-color": "#1f6f4a", "line-width": 1.2 } },
        { id: "districts", type: "line", source: "districts", paint: { "line-color": "#a63a2b", "line-width": 2, "line-dasharray": [3, 2] } },
        { id: "components", type: "circle", source: "components", minzoom: 17, paint: { "circle-radius": 4, "circle-color": "#5d7d3a", "circle-stroke-color": "#fff", "circle-stroke-width": 1 } },
        { id: "me", type: "circle", source: "me", paint: { "circle-radius": 9, "circle-color": "#1a5fb4", "circle-stroke-color": "#fff", "circle-stroke-width": 3 } },
      ],
    },
  });
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibregl.ScaleControl(), "bottom-left");
  window.tujing = { map };
  await new Promise((resolve) => map.once("load", resolve));
  here();
}

export function here() {
  if (!map || !place.now) return;
  map.getSource("me")?.setData({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [place.now.lon, place.now.lat] } });
}

function middle(collection) {
  const shape = collection?.features?.[0]?.geometry;
  const first = shape?.coordinates?.flat(shape.type === "MultiPolygon" ? 2 : 1)?.[0];
  return first ? { lon: first[0], lat: first[1] } : null;
}
