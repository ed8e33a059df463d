// The map of the inspector's own area, drawn from what the phone keeps: it needs no signal.
import * as maplibregl from "../maplibre-gl/maplibre-gl.mjs";
import { fresh, place } from "./place.js";
import { state } from "./queue.js";
import { asked, get, kept } from "./store.js";
import { t } from "./words.js";

maplibregl.setWorkerUrl(`${location.origin}/inspector/parts/maplibre-gl-worker.mjs`);
const config = JSON.parse(document.getElementById("config").textContent);
const EMPTY = { type: "FeatureCollection", features: [] };
const RENEW_MS = 12 * 3_600_000;
const NAMES = { districts: t("社区"), cells: t("单元网格"), roads: t("道路"), water: t("水系"), buildings: t("建筑"), components: t("部件") };
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

// The area is large and seldom another: asked for once in half a day, or when it is another's.
export async function renewArea() {
  const row = await get("kept", "area");
  const isOwn = row && String(row.value.area_codes) === String(state.me?.districts);
  return isOwn && Date.now() - row.at < RENEW_MS ? row.value : asked("area");
}

// Somebody else's area: drawn anew when the map is looked at.
export function forgetMap() {
  abandon();
  map?.remove();
  map = null;
}

function tellArea(area) {
  const line = document.getElementById("map-told"), cut = Object.entries(area?.cut || {});
  let words = "";
  if (!area) words = t("还没有取得责任区地图，有信号时再打开一次");
  else if (!area.area_codes?.length) words = t("没有给您分配责任区，地图是空的；请联系管理员在“城管人员”中指定");
  else if (cut.length) words = t("责任区过大，地图不全：只有 {list}", { list: cut.map(([name, number]) => `${NAMES[name]} ${number}`).join(" · ") });
  line.textContent = words;
  line.hidden = !words;
}

async function make() {
  const area = (await kept("area")) || (await renewArea());
  tellArea(area);
  const source = (name) => ({ type: "geojson", data: area?.[name] || EMPTY });
  const at = fresh() || middle(area?.cells) || { lon: config.longitude, lat: config.latitude };
  map = new maplibregl.Map({
    container: "map", center: [at.lon, at.lat], zoom: 16, maxZoom: 20, attributionControl: false, dragRotate: false,
    locale: { "NavigationControl.ZoomIn": t("放大"), "NavigationControl.ZoomOut": t("缩小") },
    style: {
      version: 8,
      sources: { districts: source("districts"), cells: source("cells"), roads: source("roads"), water: source("water"), buildings: source("buildings"), components: source("components"), me: { type: "geojson", data: EMPTY } },
      layers: [
        { id: "paper", type: "background", paint: { "background-color": "#ffffff" } },
        { id: "water", type: "fill", source: "water", paint: { "fill-color": "#b9d7e6" } },
        { id: "roads-case", type: "line", source: "roads", paint: { "line-color": "#777", "line-width": ["interpolate", ["linear"], ["zoom"], 13, 1.5, 18, 12] } },
        { id: "roads", type: "line", source: "roads", paint: { "line-color": "#f3ead2", "line-width": ["interpolate", ["linear"], ["zoom"], 13, 0.8, 18, 10] } },
        { id: "buildings", type: "fill", source: "buildings", minzoom: 14, paint: { "fill-color": "#e4ddd2", "fill-outline-color": "#8a8378" } },
        { id: "cells", type: "line", source: "cells", paint: { "line-color": "#1f6f4a", "line-width": 1.2 } },
        { id: "districts", type: "line", source: "districts", paint: { "line-color": "#a63a2b", "line-width": 2, "line-dasharray": [3, 2] } },
        { id: "components", type: "circle", source: "components", minzoom: 17, paint: { "circle-radius": 4, "circle-color": "#5d7d3a", "circle-stroke-color": "#fff", "circle-stroke-width": 1 } },
        { id: "me", type: "circle", source: "me", paint: { "circle-radius": 9, "circle-color": "#1a5fb4", "circle-opacity": ["get", "opacity"],  "circle-stroke-color": "#fff", "circle-stroke-width": 3 } },
      ],
    },
  });
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibregl.ScaleControl(), "bottom-left");
  window.tujing = { map };
  await new Promise((resolve) => { map.once("load", resolve); });
  here();
}

export function here() {
  if (!map || !place.now) return;
  // Where the phone was is shown pale.
  map.getSource("me")?.setData({ type: "Feature", properties: { opacity: fresh() ? 1 : 0.35 }, geometry: { type: "Point", coordinates: [place.now.lon, place.now.lat] } });
}

function middle(collection) {
  const shape = collection?.features?.[0]?.geometry;
  const first = shape?.coordinates?.flat(shape.type === "MultiPolygon" ? 2 : 1)?.[0];
  return first ? { lon: first[0], lat: first[1] } : null;
}
