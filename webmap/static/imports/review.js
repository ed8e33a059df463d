// The review of a delivery: its lists beside its map; a click in one shows it in the other.
import { groundLayers, groundSources, sourceOf } from "../base/ground.js";
import * as maplibregl from "../map/maplibre.js";
import { ask, check, csrfToken } from "../base/session.js";
import { latestOnly } from "../base/latest.js";

const config = JSON.parse(document.getElementById("config").textContent);
const base = `/imports/${config.run}`;
const colour = ["match", ["get", "action"], "open", "#2c7a4b", "replace", "#c77f16", "repair", "#7b3fa0", "#a63a2b"];
const view = { src: "", page: 1, kind: "", action: "", q: "" };
const SCRIPT = { "X-Requested-With": "fetch" };
const list = document.getElementById("list");
const listing = latestOnly();
const counting = latestOnly();

const map = new maplibregl.Map({
  container: "map",
  bounds: config.bounds,
  fitBoundsOptions: { padding: 50, maxZoom: 17 },
  maxZoom: 22,
  attributionControl: false,
  style: style(),
});
map.addControl(new maplibregl.NavigationControl(), "top-right");
map.addControl(new maplibregl.ScaleControl({ maxWidth: 110 }), "bottom-right");
map.once("idle", () => { document.documentElement.dataset.ready = "idle"; });
map.on("click", pick);
map.on("error", ({ error }) => { if (error?.status >= 400 && error.status < 500) check(); });
window.tujing = { map };

document.querySelectorAll(".tabbar button").forEach((tab) => tab.addEventListener("click", () => open(tab)));
const first = document.querySelector(".tabbar [aria-selected=true]");
if (first) open(first);
watch();
wireHead();
list?.addEventListener("click", listClick);
list?.addEventListener("change", listChange);
list?.addEventListener("keydown", (event) => {
  const row = event.target.closest("tr[tabindex]");
  if (!row) return;
  if (event.key === "Enter") show(row);
  const next = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
  if (next) { event.preventDefault(); next.focus(); show(next); }
});
document.getElementById("head").addEventListener("click", ({ target }) => {
  const tab = document.getElementById(target.dataset.open || "");
  if (tab) open(tab);
});
document.querySelector(".keep-source")?.addEventListener("submit", keepSource);

function style() {
  const tiles = `${location.origin}${base}/tiles/{z}/{x}/{y}`;
  const area = (id, layer, paint, filter) => ({ id, type: "fill", source: "run", "source-layer": layer, filter: filter || ["==", ["geometry-type"], "Polygon"], paint });
  const line = (id, layer, paint) => ({ id, type: "line", source: "run", "source-layer": layer, paint });
  const faded = ["case", ["get", "accepted"], 1, 0.35];
  return {
    version: 8,
    sources: {
      run: { type: "vector", tiles: [tiles], minzoom: 6, maxzoom: 20 },
      ...groundSources,
      ...(config.standing ? { standing: sourceOf(config.standing) } : {}),
    },
    layers: [
      ...groundLayers.filter(({ source }) => !config.standing || source !== config.standing),
      ...(config.standing ? [
        { id: "standing", type: "line", source: "standing", "source-layer": config.standing, minzoom: 13, filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": "#b9ae97", "line-width": 0.8 } },
        { id: "standing-point", type: "circle", source: "standing", "source-layer": config.standing, minzoom: 13, filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": "#b9ae97", "circle-radius": 2.5 } },
      ] : []),
      area("before-end", "before", { "fill-color": "#a63a2b", "fill-opacity": 0.25 }, ["all", ["==", ["get", "action"], "end"], ["==", ["geometry-type"], "Polygon"]]),
      area("after-fill", "after", { "fill-color": colour, "fill-opacity": ["*", 0.28, faded] }),
      line("before-line", "before", { "line-color": ["match", ["get", "action"], "end", "#a63a2b", "#6b7580"], "line-width": 1.6, "line-dasharray": [3, 2] }),
      line("after-line", "after", { "line-color": colour, "line-width": 1.6, "line-opacity": faded }),
      { id: "after-point", type: "circle", source: "run", "source-layer": "after", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 4, "circle-color": colour, "circle-opacity": faded } },
      { id: "before-point", type: "circle", source: "run", "source-layer": "before", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 4, "circle-color": "#a63a2b", "circle-opacity": 0.6 } },
      area("places", "places", { "fill-color": "#a63a2b", "fill-opacity": 0.45 }),
      line("places-line", "places", { "line-color": "#a63a2b", "line-width": 2.5 }),
      line("proposals", "proposals", { "line-color": "#7b3fa0", "line-width": 1.8, "line-dasharray": [2, 2] }),
      { id: "points", type: "circle", source: "run", "source-layer": "points", paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], 10, 2.5, 16, 5.5], "circle-color": ["match", ["get", "severity"], "error", "#a63a2b", "#d9a400"], "circle-stroke-color": "#fff", "circle-stroke-width": 1.2 } },
      { id: "chosen", type: "line", source: "run", "source-layer": "after", filter: ["==", ["get", "code"], ""], paint: { "line-color": "#111", "line-width": 3 } },
      { id: "chosen-before", type: "line", source: "run", "source-layer": "before", filter: ["==", ["get", "code"], ""], paint: { "line-color": "#111", "line-width": 3, "line-dasharray": [2, 1.5] } },
    ],
  };
}

// ---- lists ----------------------------------------------------------------
function open(tab) {
  document.querySelectorAll(".tabbar button").forEach((other) => other.setAttribute("aria-selected", other === tab));
  const how = document.getElementById("how");
  const isHow = tab.getAttribute("aria-controls") === "how";
  how.hidden = !isHow;
  list.hidden = isHow;
  if (!isHow) { Object.assign(view, { src: tab.dataset.src, page: 1 }); load(); }
}

async function load() {
  const asked = new URLSearchParams({ page: String(view.page), code: view.kind, action: view.action, q: view.q });
  const [src, signal] = [view.src, listing.begin()];
  const answer = await heard(`${src}?${asked}`, { signal, headers: SCRIPT });
  const text = answer?.ok ? await answer.text() : answer && (await reason(answer));
  if (!answer || signal.aborted) return;
  if (!answer.ok) { say(text); return; }
  list.innerHTML = text;
  list.dataset.loaded = src;
}

function listClick(event) {
  const page = event.target.closest("[data-page]");
  if (page) { view.page = Number(page.dataset.page); return load(); }
  const proposal = event.target.closest("[data-proposal]");
  if (proposal) return decide(proposal);
  const row = event.target.closest("tr[tabindex]");
  if (row && event.target.type !== "checkbox") show(row);
  return undefined;
}

function listChange({ target }) {
  if (target.id === "kind") { Object.assign(view, { kind: target.value, page: 1 }); load(); }
  if (target.id === "action") { Object.assign(view, { action: target.value, page: 1 }); load(); }
  if (target.id === "code-search") { Object.assign(view, { q: target.value.trim(), page: 1 }); load(); }
  if (target.dataset.row !== undefined) choose({ accepted: target.checked, code: [target.dataset.row], action: target.dataset.action });
}

function show(row) {
  list.querySelectorAll("[aria-current]").forEach((other) => other.removeAttribute("aria-current"));
  row.setAttribute("aria-current", "true");
  row.scrollIntoView({ block: "nearest" });
  mark(row.dataset.code || "");
  if (!row.dataset.bounds) return;
  const [west, south, east, north] = row.dataset.bounds.split(",").map(Number);
  map.fitBounds([west, south, east, north], { padding: 110, maxZoom: 19.5, duration: 500 });
}

function mark(code) {
  for (const id of ["chosen", "chosen-before"]) map.setFilter(id, ["==", ["get", "code"], code]);
}

async function pick({ point }) {
  const box = [[point.x - 5, point.y - 5], [point.x + 5, point.y + 5]];
  const [issue] = map.queryRenderedFeatures(box, { layers: ["points", "places"] });
  const [row] = map.queryRenderedFeatures(box, { layers: ["after-fill", "after-line", "after-point", "before-end", "before-line", "before-point"] });
  if (issue) {
    const found = list.querySelector(`[data-issue="${issue.id}"]`);
    if (found) return show(found);
  }
  if (row) {
    mark(row.properties.code);
    const tab = document.getElementById("tab-rows");
    if (!tab) return undefined;
    Object.assign(view, { q: row.properties.code, action: "" });
    open(tab);
  }
  return undefined;
}

// ---- decisions ------------------------------------------------------------
async function choose(body) {
  const signal = counting.begin(); // of two quick ticks the first answer may come last
  const answer = await post(`${base}/choose`, body);
  if (!answer || signal.aborted) return;
  const ending = document.getElementById("ending").textContent;
  counted(answer.chosen);
  const { staged, accepted } = answer.chosen.end;
  const isKept = body.action === "end" && body.accepted && (body.code ? !answer.changed : accepted < staged);
  if (isKept) say(document.getElementById("notice").dataset.kept);
  // What a row replaces ends with it: the list shows that too.
  if (body.code && (isKept || (body.action !== "end" && String(accepted) !== ending)) && view.src.endsWith("/rows")) load();
}

async function decide(button) {
  const done = button.dataset.accepted === "1";
  button.disabled = true;
  const signal = counting.begin();
  const answer = await post(`${base}/issues/${button.dataset.proposal}/${done ? "withdraw" : "accept"}`, {});
  button.disabled = false;
  if (answer && !signal.aborted) counted(answer.chosen);
  if (answer) load();
}

function counted(chosen) {
  const total = ["open", "replace", "end"].reduce((sum, action) => sum + chosen[action].accepted, 0);
  document.getElementById("accepted").textContent = total;
  document.getElementById("ending").textContent = chosen.end.accepted;
  document.getElementById("ending-words").hidden = !chosen.end.accepted;
  document.getElementById("commit").disabled = !total;
  for (const box of document.querySelectorAll("[data-choose]")) {
    const { staged, accepted } = chosen[box.dataset.choose];
    box.checked = accepted > 0;
    box.indeterminate = accepted > 0 && accepted < staged;
    document.querySelector(`[data-accepted="${box.dataset.choose}"]`).textContent = accepted;
    document.querySelector(`[data-staged="${box.dataset.choose}"]`).textContent = staged;
    box.closest("label").hidden = !staged;
  }
  refresh();
}

function refresh() {
  const source = map.getSource("run");
  source?.setTiles([`${location.origin}${base}/tiles/{z}/{x}/{y}?${Date.now()}`]);
}

function wireHead() {
  for (const box of document.querySelectorAll("[data-choose]")) {
    box.indeterminate = box.dataset.part === "1";
    box.addEventListener("change", async () => {
      await choose({ accepted: box.checked, action: box.dataset.choose });
      if (view.src.endsWith("/rows")) load();
    });
  }
  const form = document.querySelector(".decide");
  form?.addEventListener("submit", () => setTimeout(() => form.querySelectorAll("button").forEach((b) => { b.disabled = true; })));
}

async function keepSource(event) {
  event.preventDefault();
  const form = event.target;
  const answer = await post(`${base}/source`, Object.fromEntries(new FormData(form)));
  if (answer) form.querySelector("[role=status]").textContent = `✓ ${answer.title}`;
}

// While a worker is at it, the head is fetched every second; when it is done, the page.
async function watch() {
  while (document.getElementById("run-head").dataset.moving === "1") {
    await new Promise((wait) => { setTimeout(wait, document.getElementById("signed-out") ? 5000 : 1000); });
    const answer = await heard(`${base}?part=head`, { headers: SCRIPT });
    if (!answer?.ok) continue;
    document.getElementById("head").innerHTML = await answer.text();
    if (document.getElementById("run-head").dataset.moving !== "1") location.reload();
  }
}

async function post(url, body) {
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() };
  const answer = await heard(url, { method: "POST", headers, body: JSON.stringify(body) });
  if (answer?.ok) return answer.json();
  if (answer) say(await reason(answer));
  return undefined;
}

// The answer; nothing where the network failed, a newer question came, or nobody is signed in.
async function heard(url, options) {
  try { return await ask(url, options); } catch { return undefined; }
}

async function reason(answer) {
  const text = await answer.text();
  try { const said = JSON.parse(text); return said.title ?? said.error; } catch { return text.slice(0, 200) || answer.statusText; }
}

function say(text) {
  const notice = document.getElementById("notice");
  notice.textContent = text;
  notice.hidden = false;
  setTimeout(() => { notice.hidden = true; }, Math.max(6000, text.length * 120));
}
