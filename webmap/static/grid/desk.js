// The desk: the list follows the database every few seconds, the map follows the list.
import * as maplibregl from "../map/maplibre.js";
import { groundLayers, groundSources, sourceOf } from "../base/ground.js";
import { ask, csrf, isSignedOut } from "../base/http.js";
import { draftsOf, keep, refill } from "../base/drafts.js";
import { fill, offerSignIn, ready, SIGNED_OUT } from "./case.js";

const EVERY_MS = 4000;
const config = JSON.parse(document.getElementById("config").textContent);
const list = document.getElementById("list");
const sift = document.getElementById("sift");
const drawer = document.getElementById("drawer");
const notice = document.getElementById("notice");
const COLOURS = ["match", ["get", "urgency"], "late", "#a63a2b", "soon", "#d9a400", "done", "#8a8f94", "#2f7fc1"];
let tag = "", current = "", placing = null, placed = null, spot = null, timer = 0, loading = null;

const map = new maplibregl.Map({ container: "map", center: [config.longitude, config.latitude], zoom: config.zoom, maxZoom: 20, attributionControl: false, style: style() });
map.addControl(new maplibregl.NavigationControl(), "top-left");
map.addControl(new maplibregl.ScaleControl({ maxWidth: 110 }), "bottom-left");
window.tujing = { map };
map.on("load", () => { draw(); document.documentElement.dataset.ready = "map"; });
map.on("click", (event) => {
  if (placing) return put(event.lngLat);
  const [hit] = map.queryRenderedFeatures([[event.point.x - 6, event.point.y - 6], [event.point.x + 6, event.point.y + 6]], { layers: ["cases"] });
  if (hit) open(hit.properties.code);
});
map.on("mousemove", "cases", () => { map.getCanvas().style.cursor = "pointer"; });
map.on("mouseleave", "cases", () => { map.getCanvas().style.cursor = ""; });

ready.open = open;
ready.done = (code) => { tag = ""; if (code) open(code); load(); };

function style() {
  return {
    version: 8,
    sources: { ...groundSources, "grid-cells": sourceOf("grid-cells"), cases: { type: "geojson", data: { type: "FeatureCollection", features: [] } } },
    layers: [
      ...groundLayers,
      { id: "grid-cells", type: "line", source: "grid-cells", "source-layer": "grid-cells", minzoom: 14, paint: { "line-color": "#3f7f5f", "line-opacity": 0.55 } },
      { id: "own-cell", type: "line", source: "grid-cells", "source-layer": "grid-cells", filter: ["==", ["get", "code"], "-"], paint: { "line-color": "#a63a2b", "line-width": 2.5, "line-dasharray": [3, 1.5] } },
      { id: "chosen", type: "circle", source: "cases", filter: ["==", ["get", "code"], ""], paint: { "circle-radius": 13, "circle-color": "#111", "circle-opacity": 0.18, "circle-stroke-color": "#111", "circle-stroke-width": 2 } },
      { id: "cases", type: "circle", source: "cases", paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], 11, 4, 17, 8], "circle-color": COLOURS, "circle-stroke-color": "#fff", "circle-stroke-width": 1.5 } },
    ],
  };
}

// ---- the list -------------------------------------------------------------
async function load() {
  clearTimeout(timer);
  loading?.abort();
  const asking = loading = new AbortController();
  try {
    const asked = new URLSearchParams(new FormData(sift)).toString();
    for (const id of ["csv", "gpkg"]) document.getElementById(id).href = `/grid/cases.${id}?${asked}`;
    const answer = await ask(`/grid/list?${asked}`, { headers: tag ? { "If-None-Match": tag } : {}, signal: asking.signal });
    if (isSignedOut(answer)) signedOut();
    else if (answer.status === 200) { show(await answer.text()); tag = answer.headers.get("ETag") || ""; }
    else if (answer.status !== 304) throw new Error(answer.status);
    if (notice.dataset.about && !isSignedOut(answer)) say("");
  } catch (error) {
    if (asking.signal.aborted) return undefined;
    say("与服务器的连接中断，恢复后自动更新。Connection lost; will update by itself.", "net");
  }
  const isIdle = document.hidden || notice.dataset.about === "out";
  timer = setTimeout(load, isIdle ? EVERY_MS * 5 : EVERY_MS);
  return undefined;
}

function show(html) {
  const wanted = list.querySelector("#bulk select")?.value;
  const picked = new Set([...list.querySelectorAll("input[name=code]:checked")].map((box) => box.value));
  const focused = document.activeElement?.closest?.("li[data-code]")?.dataset.code;
  const top = list.scrollTop;
  list.innerHTML = html;
  list.removeAttribute("aria-busy");
  for (const box of list.querySelectorAll("input[name=code]")) box.checked = picked.has(box.value);
  const options = list.querySelector("#bulk select");
  if (options) for (const option of sift.elements.department.options) if (option.value) options.add(new Option(option.text));
  if (options && wanted) options.value = wanted;
  counted();
  list.scrollTop = top;
  mark();
  if (focused) list.querySelector(`li[data-code="${focused}"]`)?.focus();
  draw();
  list.dataset.loaded = String(Date.now());
}

function rows() { return [...list.querySelectorAll("li[data-code]")]; }

function draw() {
  const features = rows().map(({ dataset: d }) => ({ type: "Feature", properties: { code: d.code, urgency: d.urgency }, geometry: { type: "Point", coordinates: [Number(d.lon), Number(d.lat)] } }));
  map.getSource("cases")?.setData({ type: "FeatureCollection", features });
}

function mark() {
  for (const row of rows()) row.setAttribute("aria-selected", String(row.dataset.code === current));
  if (map.getLayer("chosen")) map.setFilter("chosen", ["==", ["get", "code"], current]);
  const cell = current && drawer.querySelector(`article[data-code="${CSS.escape(current)}"]`)?.dataset.cell;
  if (map.getLayer("own-cell")) map.setFilter("own-cell", ["==", ["get", "code"], cell || "-"]);
}

list.addEventListener("click", (event) => {
  const queue = event.target.closest("[data-state]");
  if (queue) { sift.elements.state.value = queue.dataset.state; tag = ""; return load(); }
  if (event.target.matches("input[type=checkbox]")) return counted(event.target);
  const row = event.target.closest("li[data-code]");
  return row && !event.target.closest("form") ? open(row.dataset.code) : undefined;
});

list.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = new FormData();
  body.set("department", event.target.elements.department.value);
  for (const box of list.querySelectorAll("input[name=code]:checked")) body.append("code", box.value);
  event.target.querySelector("button").disabled = true;
  const answer = await ask("/grid/dispatch", { method: "POST", body, headers: { "X-CSRFToken": csrf() }, ms: 120_000 }).catch(() => null);
  counted();
  if (!answer) { say(NO_NETWORK); return; }
  if (isSignedOut(answer)) { signedOut(); return; }
  if (!answer.ok) { say(`批量派遣没有成功（${answer.status}）。Failed.`); return; }
  const { done, failed } = await answer.json();
  const why = failed.slice(0, 3).map((one) => `${one.code}：${one.why}`).join("；");
  say(`已派遣 ${done.length} 件${failed.length ? `；${failed.length} 件未派：${why}` : ""}`);
  for (const box of list.querySelectorAll("input[name=code]")) box.checked = false;
  tag = "";
  load();
});

function counted(box) {
  const boxes = [...list.querySelectorAll("input[name=code]")];
  if (box?.id === "pick-all") for (const other of boxes) other.checked = box.checked;
  const number = boxes.filter((other) => other.checked).length;
  const button = list.querySelector("#bulk button");
  if (button) { button.disabled = !number; list.querySelector("#picked").textContent = number; }
}

let typing = 0;
sift.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(() => { tag = ""; load(); }, 250); });
sift.addEventListener("submit", (event) => event.preventDefault());

// ---- one case -------------------------------------------------------------
async function open(code) {
  unplace();
  current = code;
  mark();
  const answer = await ask(`/grid/cases/${encodeURIComponent(code)}`).catch(() => null);
  if (current !== code) return; // another was opened meanwhile
  if (!answer) { say(NO_NETWORK); return; }
  if (isSignedOut(answer)) { signedOut(); return; }
  if (!answer.ok) { say(answer.status === 404 ? "没有这件案件，或已转给别的环节。" : `没有打开（${answer.status}）`); return; }
  const shown = await fill(answer);
  mark();
  const place = [Number(shown.dataset.lon), Number(shown.dataset.lat)];
  map.easeTo({ center: place, zoom: Math.max(map.getZoom(), 15.5), padding: { right: covered() }, duration: 400 });
}

function shut() {
  drawer.hidden = true;
  const row = list.querySelector(`li[data-code="${current}"]`);
  current = "";
  unplace();
  mark();
  map.easeTo({ padding: { right: 0 }, duration: 0 });
  row?.focus();
}

drawer.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) return shut();
  const link = event.target.closest("[data-spot]");
  // On a narrow screen the drawer covers the map: the link leads to the map's own page.
  if (!link || isNarrow()) return undefined;
  event.preventDefault();
  const at = link.dataset.spot.split(",").map(Number);
  spot?.remove();
  spot = new maplibregl.Marker({ color: "#1f5f5b", scale: 0.8 }).setLngLat(at).addTo(map);
  return map.easeTo({ center: at, zoom: Math.max(map.getZoom(), 17), padding: { right: covered() }, duration: 400 });
});

document.getElementById("register")?.addEventListener("click", async () => {
  const answer = await ask("/grid/new").catch(() => null);
  if (!answer) { say(NO_NETWORK); return; }
  if (isSignedOut(answer)) { signedOut(); return; }
  if (!answer.ok) { say(`没有打开（${answer.status}）。Failed.`); return; }
  current = "";
  await fill(answer);
  mark();
  unplace();
  placing = new maplibregl.Marker({ color: "#a63a2b", draggable: true });
  placing.on("dragend", () => put(placing.getLngLat()));
  map.easeTo({ padding: { right: covered() }, duration: 300 });
  placed = drawer.querySelector("form.fields");
  const draft = draftsOf(drawer.firstElementChild).find(([which]) => which === "new")?.[1];
  if (draft) refill(placed, draft);
  drawer.querySelector("select")?.focus({ preventScroll: true });
  if (isNarrow()) scrollTo(0, 0);
});

// The place of a case is corrected: from where it stands, by a click or by dragging the mark.
ready.place = (form) => {
  unplace();
  if (!form) return;
  placed = form;
  placing = new maplibregl.Marker({ color: "#a63a2b", draggable: true });
  placing.on("dragend", () => put(placing.getLngLat()));
  const at = [Number(form.elements.lon.value), Number(form.elements.lat.value)];
  if (at.every(Number.isFinite)) placing.setLngLat(at).addTo(map);
  if (isNarrow()) scrollTo(0, 0);
};

const isNarrow = () => matchMedia("(max-width: 860px)").matches;
// How much of the map lies under the drawer; on a narrow screen all or nothing of it does.
const covered = () => isNarrow() ? 0 : drawer.offsetWidth;

function unplace() { placing?.remove(); placing = placed = null; }

function put(lngLat) {
  placing.setLngLat(lngLat).addTo(map);
  const form = placed?.isConnected ? placed : null;
  if (!form) { unplace(); return; }
  form.elements.lon.value = lngLat.lng.toFixed(7);
  form.elements.lat.value = lngLat.lat.toFixed(7);
  form.querySelector(".place").textContent = `${lngLat.lng.toFixed(5)}, ${lngLat.lat.toFixed(5)}`;
  if (form.elements.component) offerComponents(form.elements.component, lngLat);
  else keep(form);
}

// The components near the place, out of which the case may name one.
async function offerComponents(select, { lng, lat }) {
  const answer = await ask(`/grid/new/components?lon=${lng}&lat=${lat}`).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const { components } = await answer.json();
  const before = select.value;
  select.length = 1;
  for (const one of components) select.add(new Option(`${one.title}（${one.far_m} m，${one.state}）${one.code}`, one.code));
  select.value = components.some((one) => one.code === before) ? before : "";
}

// The mark of a spot goes with the case that it belongs to.
new MutationObserver(() => {
  if (drawer.hidden || drawer.dataset.shown !== drawer.querySelector("article")?.dataset.code) { spot?.remove(); spot = null; }
  drawer.dataset.shown = drawer.querySelector("article")?.dataset.code || "";
}).observe(drawer, { childList: true, attributeFilter: ["hidden"] });

// ---- keys -----------------------------------------------------------------
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !drawer.hidden) return shut();
  if (event.target.matches("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  if (event.key === "/") { event.preventDefault(); return sift.elements.q.focus(); }
  const row = event.target.closest?.("li[data-code]") || list.querySelector("li[aria-selected=true]");
  if (event.key === "Enter" && event.target.closest?.("li[data-code]")) return open(row.dataset.code);
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  if (!step || event.target.closest?.("#drawer, #map")) return undefined;
  const all = rows();
  const next = all[row ? all.indexOf(row) + step : 0];
  if (next) { event.preventDefault(); all.forEach((one) => { one.tabIndex = -1; }); next.tabIndex = 0; next.focus(); }
  return undefined;
});

const NO_NETWORK = "没有取到：网络不通，请稍后再试。No network.";

function signedOut() {
  if (notice.dataset.about === "out") return;
  say(SIGNED_OUT, "out");
  offerSignIn(notice);
}

function say(words, about = "") {
  notice.textContent = words;
  notice.dataset.about = about;
  notice.hidden = !words;
  if (!about) setTimeout(() => { notice.hidden = true; }, 8000);
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) load(); });
load();
