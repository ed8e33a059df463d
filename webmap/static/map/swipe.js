// Two views of one place side by side, parted by a handle: another day, other layers, another plan. What is
// set up on the left is laid to the right; then the left is turned. The list says what differs.
import { Map as SecondMap } from "./maplibre.js";
import { el } from "../table/dom.js";
import { ask } from "../base/session.js";
import { latestOnly } from "../base/latest.js";
import { number, t } from "../table/texts.js";
import { apart, box, counts, KINDS, kindOf, span } from "./differences.js";
import { isOwn, tileQuery } from "./stack.js";

const MOST = 500; // of a list: more is to be looked at nearer
const WAIT_MS = 200;
const STEP = 2; // per cent, by an arrow key
const COLOURS = { added: "#1a7f37", changed: "#b8860b", moved: "#2f5fa8", ended: "#c0392b" };

export function wireSwipe(app) {
  const { map, state } = app;
  const part = (id) => document.getElementById(id);
  const [pane, handle, bar, day, tool] = [part("map-right"), part("swipe"), part("swipe-bar"), part("swipe-day"), part("tool-swipe")];
  const turn = latestOnly();
  let right = null, following = false, timer = 0;
  day.max = app.config.today;
  day.min = app.config.first;

  const snapshot = () => ({ at: state.at, on: [...state.on], only: structuredClone(state.only) });
  const titles = () => ({ added: t("增加"), changed: t("变化"), moved: t("图形变动"), ended: t("终止") });

  tool.addEventListener("click", () => {
    if (state.side) return close();
    state.side = { ...snapshot(), at: "" };
    return changed();
  });
  part("swipe-close").addEventListener("click", close);
  part("swipe-take").addEventListener("click", () => { state.side = snapshot(); changed(); app.say(t("已把当前视图放到右侧；现在可在左侧改日期、图层或筛选")); });
  part("swipe-list").addEventListener("click", list);
  day.addEventListener("change", () => { state.side.at = day.value && day.value < app.config.today ? day.value : ""; changed(); });

  function close() { state.side = null; changed(); tool.focus(); }
  function changed() { app.keep(); reflect(); }

  function reflect() {
    clearTimeout(timer);
    const isOpen = Boolean(state.side) && Boolean(map.getStyle());
    tool.setAttribute("aria-pressed", String(Boolean(state.side)));
    for (const one of [pane, handle, bar]) one.hidden = !isOpen;
    if (!isOpen) { right?.remove(); right = null; return; }
    day.value = state.side.at.slice(0, 10) || app.config.today;
    part("swipe-left").textContent = state.at.slice(0, 10) || t("现在");
    place(state.swipe);
    draw();
  }

  // The style of the left with the tiles, layers and conditions of the right; the tools' own layers stay left.
  async function draw() {
    await Promise.allSettled(Object.keys(state.side.only).filter(app.isOurs).map(app.columnsOf));
    if (!state.side) return;
    const style = map.getStyle(), shown = new Set(state.side.on);
    const layers = style.layers.filter((one) => one.type === "background" || one.source === "base" || one.id === "relief" || (isOwn(one) && style.sources[one.source].type !== "geojson"));
    for (const one of layers) {
      if (!one.source || one.source === "base" || one.id === "relief") continue;
      one.layout = { ...one.layout, visibility: shown.has(one.source) ? "visible" : "none" };
    }
    const used = new Set(layers.map(({ source }) => source));
    const sources = Object.fromEntries(Object.entries(style.sources).filter(([id]) => used.has(id)).map(([id, source]) => {
      const query = tileQuery(state.side.at, app.filterOf(id, state.side.only));
      return [id, source.type === "vector" ? { ...source, tiles: source.tiles.map((url) => url.split("?")[0] + query) } : source];
    }));
    const wanted = { ...style, layers, sources };
    if (right) return right.setStyle(wanted);
    right = new SecondMap({ container: pane, style: wanted, ...camera(), minZoom: 8, maxZoom: 20, attributionControl: false, localIdeographFontFamily: getComputedStyle(document.body).fontFamily });
    right.on("move", () => follow(right, map));
    right.on("click", () => app.say(t("右侧只供对照，请在左侧点选要素")));
    right.on("error", ({ error }) => console.warn(error?.message));
    app.right = right;
    return right;
  }

  const camera = () => ({ center: map.getCenter(), zoom: map.getZoom(), bearing: map.getBearing(), pitch: map.getPitch() });
  function follow(from, to) {
    if (following || !to) return;
    following = true;
    to.jumpTo({ center: from.getCenter(), zoom: from.getZoom(), bearing: from.getBearing(), pitch: from.getPitch(), padding: map.getPadding() });
    following = false;
  }
  map.on("move", () => follow(map, right));
  map.on("resize", () => right?.resize());

  // The handle: dragged, or by arrow keys; it keeps a little of each side.
  function place(percent) {
    state.swipe = Math.round(Math.max(2, Math.min(98, percent)));
    document.body.style.setProperty("--swipe", `${state.swipe}%`);
    handle.setAttribute("aria-valuenow", String(state.swipe));
  }
  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    const { left, width } = pane.getBoundingClientRect();
    handle.onpointermove = ({ clientX }) => place((100 * (clientX - left)) / width);
    handle.onpointerup = handle.onpointercancel = () => { handle.onpointermove = null; app.keep(); };
  });
  handle.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: state.swipe - STEP, ArrowRight: state.swipe + STEP, PageUp: state.swipe - 10, PageDown: state.swipe + 10, Home: 2, End: 98 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    place(to);
    app.keep();
  });

  const bounds = () => map.getBounds().toArray().flat().map((degrees) => degrees.toFixed(6)).join(",");
  async function page(url, query, signal) {
    const answer = await ask(`${url}?${new URLSearchParams(query)}`, { signal, headers: { Accept: "application/geo+json" } });
    if (answer.status === 404) return { features: [], links: [] };
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }
  const filtered = (id, only) => {
    const filter = app.filterOf(id, only);
    return filter ? { filter: JSON.stringify(filter), "filter-lang": "cql2-json" } : {};
  };

  // Of two days what changed between them; of two sets of conditions what stands in one alone.
  async function differences(id, signal) {
    const days = span(state.at, state.side.at);
    const path = `/ogc/collections/${id}`;
    const common = { bbox: bounds(), limit: String(MOST) };
    if (days && JSON.stringify(state.only[id]) === JSON.stringify(state.side.only[id])) {
      const found = await page(`${path}/changes`, { ...common, from: days.from, ...(days.to ? { to: days.to } : {}), ...filtered(id, state.only) }, signal);
      const rows = found.features.map((one) => ({ layer: id, id: one.id, kind: kindOf(one.properties), properties: one.properties, box: box(one.geometry) }));
      return { rows, more: found.links.some(({ rel }) => rel === "next") };
    }
    const side = (at, only) => page(`${path}/items`, { ...common, ...(at ? { datetime: at } : {}), ...filtered(id, only) }, signal);
    const [left, other] = await Promise.all([side(state.at, state.only), side(state.side.at, state.side.only)]);
    const rows = apart(left.features, other.features).map((one) => ({ layer: id, id: one.id, kind: one.kind, properties: one.properties, box: box(one.geometry) }));
    return { rows, more: [left, other].some(({ links }) => links.some(({ rel }) => rel === "next")) };
  }

  async function list() {
    const signal = turn.begin();
    const both = [...state.on].filter((id) => state.side.on.includes(id) && app.isOurs(id));
    app.put(el("p", { class: "empty" }, t("正在载入…")));
    try {
      await Promise.allSettled([...Object.keys(state.only), ...Object.keys(state.side.only)].filter(app.isOurs).map(app.columnsOf));
      const pages = await Promise.all(both.map((id) => differences(id, signal)));
      if (!signal.aborted) app.put(told(pages.flatMap(({ rows }) => rows), pages.some(({ more }) => more)));
    } catch (problem) {
      if (!signal.aborted) app.put(problem.fragment ? el("p", {}, t("没有成功，请稍后重试")) : el("p", { class: "error" }, t("没有成功，请稍后重试")));
    }
  }

  function told(rows, more) {
    const days = span(state.at, state.side.at);
    const names = titles();
    const title = days ? t("{from} 至 {to} 的差异", { from: days.from.slice(0, 10), to: days.to.slice(0, 10) || t("现在") }) : t("左右两侧的差异");
    const number_ = counts(rows);
    const tally = el("dl", { class: "tally" }, ...KINDS.map((kind) => el("div", { "data-kind": kind }, el("dt", {}, mark(kind), names[kind]), el("dd", {}, number(number_[kind], 0)))));
    const groups = KINDS.filter((kind) => number_[kind]).map((kind) => el("details", { open: true, class: "group" }, el("summary", {}, `${names[kind]} ${number(number_[kind], 0)}`),
      el("ul", { class: "differences" }, ...rows.filter((row) => row.kind === kind).map(line))));
    const said = rows.length ? [] : [el("p", { class: "empty" }, t("屏幕范围内没有差异"))];
    return el("div", {}, el("h2", {}, title), el("p", { class: "soft small" }, t("左右两侧都显示的图层，屏幕范围内")), tally, ...groups, ...said, ...(more ? [el("p", { class: "soft small" }, t("没有全部列出，请放大"))] : []));
  }
  const mark = (kind) => { const sign = el("i", { class: "kind-mark" }); sign.style.setProperty("--c", COLOURS[kind]); return sign; };
  const line = (row) => el("li", {}, el("button", { type: "button", class: "plain", onclick: () => { if (row.box) app.fit(row.box, { maxZoom: 17 }); } },
    el("small", {}, app.titleOf(row.layer)), ` ${row.properties.name || row.properties.title || row.id}`));

  const soon = () => { clearTimeout(timer); timer = window.setTimeout(reflect, WAIT_MS); };
  for (const event of ["tujing:time", "tujing:layers"]) document.addEventListener(event, () => { if (state.side) soon(); });
  document.addEventListener("tujing:restored", reflect);
  map.once("load", reflect);
}
