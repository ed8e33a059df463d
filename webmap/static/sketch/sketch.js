// @ts-check
// The sketch: shapes that one draws, edits, names, keeps, checks. One at a time is open; what is
// not saved is kept in this browser and in the address (`sketch`).
import { forgetValue, keepValue, keptValue } from "../base/drafts.js";
import { latestOnly } from "../base/latest.js";
import { el } from "../table/dom.js";
import { Refused, getJson, postJson } from "../table/source.js";
import { checking } from "./checking.js";
import { drawing } from "./drawing.js";
import { download, choosing } from "./leaving.js";
import { figures } from "./figures.js";
import { boundsOf, singles } from "./geometry.js";
import { keptSketches } from "./kept.js";
import { listing } from "./listing.js";
import { looking } from "./looking.js";
import { layersOf } from "./layers.js";
import { steps } from "./steps.js";
import { t } from "./texts.js";
import { typing } from "./typing.js";

// Of each sketch its own: two tabs that draw different ones do not write over one another.
const draftKey = (/** @type {string} */ id) => `sketch:${id || "new"}`;
const SIDES = ["kept", "look", "check", "more"];
const HINTS = {
  select: t("单击图形后拖动顶点或整个图形；单击中点加点，右键删点；Delete 删除图形"),
  point: t("单击加点；键盘：空格在十字处加点"),
  line: t("单击加点，双击或按回车结束，Esc 放弃；键盘：空格在十字处加点"),
  polygon: t("单击加点，双击或按回车结束，Esc 放弃；键盘：空格在十字处加点"),
  rectangle: t("单击一角，再单击对角"),
  circle: t("单击圆心，再单击圆周"),
};

/** @param {any} app the map's program @param {HTMLElement} card */
export function sketch(app, card) {
  const { map, state } = app;
  const part = (/** @type {string} */ name) => /** @type {any} */ (document.getElementById(`sketch-${name}`));
  const global = /** @type {any} */ (window);
  const turn = latestOnly();
  const nothing = () => ({ id: "", link: "", audience: "", version: 0, isMine: true, isDirty: false });
  let one = nothing(), side = "", selected = "", isSaving = false;
  const shown = layersOf(map);
  const done = steps([]);
  const draw = drawing(app, global.terraDraw, global.terraDrawMaplibreGlAdapter.TerraDrawMapLibreGLAdapter, {
    changed, moved, fixed: shown.fixed,
    selected(id) { selected = id; list.draw(); sizes.look(); },
    exact: async (points) => {
      const when = state.at ? `?at=${encodeURIComponent(state.at)}` : "";
      try { return (await postJson(`/sketches/exact${when}`, { points })).points; } catch { return points.map(() => null); }
    },
  });
  const sizes = figures(app, draw, { out: part("figures"), fault: part("fault"), changed, mark: shown.cross });
  const list = listing(draw, part("list"), { changed, selected: () => selected, isFree: () => one.isMine, fit });
  typing(app, draw, part, { say, use });
  const kept = keptSketches(part("kept"), { open: (/** @type {string} */ key) => open(key), current: () => one, told: (/** @type {any} */ told) => { if (told.id === one.id) Object.assign(one, told); reflect(); }, gone: () => begin([], nothing(), "") });
  const look = looking(app, part, { shown, take, fit });
  const check = checking(app, part, { shapes: chosen, all: () => draw.features().map(({ geometry }) => geometry), title: () => part("title").value, shown, fit });
  choosing(app, part, { shapes: chosen, say });

  // What is drawn has changed: it is a step, and not saved.
  function changed() {
    if (!done.add(draw.features())) return;
    touched();
    list.draw();
    sizes.look();
  }
  // What is in hand has changed: its figures, what can be taken back or ended.
  function moved() {
    sizes.look();
    part("busy").hidden = !draw.isBusy;
    part("back").disabled = !one.isMine || (!done.canBack && !draw.isBusy);
    part("on").disabled = !one.isMine || (!done.canOn && !draw.isBusy);
  }
  function touched() {
    one.isDirty = one.isMine;
    check.outdate();
    if (one.isMine) keepValue(draftKey(one.id), { id: one.id, version: one.version, title: part("title").value, features: draw.features() });
    reflect();
  }

  /** Show these shapes as a sketch. @param {any[]} features @param {any} what @param {string} title */
  function begin(features, what, title) {
    one = { ...nothing(), ...what };
    selected = "";
    draw.set(features);
    done.reset(draw.features());
    part("title").value = title;
    check.clear();
    list.draw();
    sizes.look();
    reflect();
  }

  /** Open the sketch of an address: new, an id, or ~ and a link. @param {string} key */
  async function open(key) {
    show();
    const isOpen = key === keyOf() && (one.id || one.link || one.isDirty);
    if (isOpen) return;
    if (one.isDirty && !isOpen && !window.confirm(t("当前草图还没有保存，放弃修改吗？"))) { keep(); return; }
    if (one.isDirty) forgetValue(draftKey(one.id));
    const signal = turn.begin();
    if (key === "new") {
      const mine = keptValue(draftKey(""));
      begin(mine?.features ?? [], { isDirty: Boolean(mine?.features.length) }, mine?.title ?? "");
      if (mine?.features.length) banner(t("已恢复上次没有保存的草图"));
      return;
    }
    try {
      const found = await getJson(key.startsWith("~") ? `/sketches/shared/${encodeURIComponent(key.slice(1))}` : `/sketches/${encodeURIComponent(key)}`, signal);
      if (signal.aborted) return;
      const mine = found.is_mine ? keptValue(draftKey(found.id)) : null;
      const what = { id: found.id ?? "", link: found.is_mine ? found.link : key.slice(1), audience: found.audience ?? "", isMine: found.is_mine, version: mine?.version ?? found.version ?? 0, isDirty: Boolean(mine) };
      begin(mine?.features ?? found.features, what, mine?.title ?? found.title);
      if (mine) banner(t("已恢复上次没有保存的修改"));
      fit(draw.features().map(({ geometry }) => geometry));
    } catch (problem) {
      if (signal.aborted) return;
      begin([], nothing(), "");
      banner(problem instanceof Refused ? problem.message : t("没有成功，请稍后重试"));
    }
  }

  function show() {
    card.hidden = false;
    document.body.classList.add("sketching");
    if (document.body.classList.contains("open")) app.closePanel({ push: false });
    app.drawing = "sketch";
    app.points.sketch = (/** @type {any} */ { lng, lat }) => draw.addPoint([lng, lat]);
    document.getElementById("tool-sketch")?.setAttribute("aria-pressed", "true");
    list.draw();
  }

  // The shapes stay on the map; records can be opened again.
  function close() {
    draw.stop();
    turn.end();
    card.hidden = true;
    document.body.classList.remove("sketching");
    if (app.drawing === "sketch") app.drawing = "";
    document.getElementById("tool-sketch")?.setAttribute("aria-pressed", "false");
    if (state.sketch) { state.sketch = ""; app.keep({ push: true }); }
  }

  const keyOf = () => (one.id && one.isMine ? one.id : one.link && !one.isMine ? `~${one.link}` : "new");
  function keep() {
    if (card.hidden || state.sketch === keyOf()) return;
    const isOpening = !state.sketch; // Back closes what was opened
    state.sketch = keyOf();
    app.keep({ push: isOpening });
  }

  function reflect() {
    part("state").textContent = !one.isMine ? t("只读") : one.isDirty ? t("未保存") : one.id ? t("已保存") : "";
    moved();
    part("title").readOnly = !one.isMine;
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (part("tools").querySelectorAll("[data-tool]"))) {
      button.disabled = !one.isMine;
      button.setAttribute("aria-pressed", String(draw.tool === button.dataset.tool));
    }
    part("hint").textContent = HINTS[draw.tool] ?? "";
    if (!one.isMine) banner(t("别人共享的草图，只能查看；要修改请复制一份"), [t("复制为我的草图"), copy]);
    keep();
  }

  /** @param {string} text @param {...[string, () => void]} ways */
  function banner(text, ...ways) {
    part("banner").hidden = !text;
    part("banner").replaceChildren(text, ...ways.map(([title, act]) => el("button", { type: "button", onclick: act }, title)));
  }
  /** @param {string} text */
  function say(text) { banner(text, [t("知道了"), () => banner("")]); }

  /** @param {string} tool */
  function use(tool) {
    app.drawing = "sketch";
    draw.use(draw.tool === tool ? "" : tool);
    if (!draw.tool) selected = "";
    reflect();
    if (draw.tool && !card.contains(document.activeElement)) map.getCanvas().focus({ preventScroll: true });
  }

  // The shapes that are meant: the selected one, else all.
  function chosen() {
    const all = draw.features();
    const picked = all.filter(({ id }) => id === selected);
    return (picked.length ? picked : all).map(({ geometry }) => geometry);
  }

  /** Take shapes in. @param {any[]} geometries @param {string} [name] */
  function take(geometries, name = "") {
    if (card.hidden) show();
    if (!one.isMine) copy();
    const shapes = geometries.flatMap(singles);
    const ids = draw.add(shapes.map((geometry, at) => ({ geometry, properties: name ? { name: shapes.length > 1 ? `${name} ${at + 1}` : name } : {} })));
    selected = ids.length === 1 ? ids[0] : "";
    changed();
    fit(shapes);
  }

  /** @param {any[]} geometries */
  function fit(geometries) {
    const bounds = boundsOf(geometries);
    if (!bounds) return;
    const isNarrow = window.innerWidth <= 760;
    const padding = isNarrow ? { top: 30, left: 20, right: 20, bottom: window.innerHeight * 0.5 } : { top: 60, bottom: 90, left: 250, right: 430 };
    map.fitBounds([[bounds[0], bounds[1]], [bounds[2], bounds[3]]], { padding, maxZoom: 18, duration: 500 });
  }

  // What is drawn or typed while it is on its way is not saved yet, and one save goes at a time.
  async function save() {
    if (isSaving) return;
    const mine = one, typed = part("title").value;
    const title = typed.trim() || t("草图 {when}", { when: new Date().toLocaleString(document.documentElement.lang, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" }) });
    draw.stop();
    const features = sentFeatures();
    isSaving = true;
    try {
      const found = one.id ? await postJson(`/sketches/${one.id}`, { version: one.version, title, features }) : await postJson("/sketches/", { title, features });
      if (mine !== one) { kept.list(); return; } // another one was opened meanwhile
      const isLast = part("title").value === typed && JSON.stringify(sentFeatures()) === JSON.stringify(features);
      forgetValue(draftKey(one.id));
      Object.assign(one, { id: found.id, version: found.version, link: found.link, audience: found.audience, isDirty: false });
      banner("");
      if (isLast) part("title").value = found.title; else touched();
      reflect();
      kept.list();
      app.say(t("草图已保存"));
    } catch (problem) {
      if (mine !== one) return;
      if (problem?.status === 409) banner(problem.message, [t("另存为副本"), copy], [t("载入那一份"), reload]);
      else if (!problem?.fragment) say(problem instanceof Refused ? problem.message : t("没有成功，请稍后重试"));
      reflect();
    } finally {
      isSaving = false;
    }
  }
  const sentFeatures = () => draw.features().map(({ type, geometry, properties }) => ({ type, geometry, properties }));
  function reload() {
    const { id } = one;
    forgetValue(draftKey(id));
    Object.assign(one, nothing());
    open(id);
  }
  // A sketch of one's own with the same shapes, not saved yet.
  function copy() {
    const title = part("title").value;
    begin(draw.features(), { isDirty: true }, title ? t("{title}（副本）", { title }).slice(0, 60) : "");
    banner("");
    touched();
    if (part("save") && document.body.dataset.user) save();
  }

  function step(/** @type {boolean} */ isOn) {
    if (draw.isBusy) { draw.step(isOn); moved(); return; }
    const found = isOn ? done.on() : done.back();
    if (!found) return;
    const { tool } = draw;
    draw.set(found);
    draw.use(tool);
    touched();
    list.draw();
    sizes.look();
  }

  for (const button of part("tools").querySelectorAll("[data-tool]")) button.addEventListener("click", () => use(button.dataset.tool));
  part("back").addEventListener("click", () => step(false));
  part("on").addEventListener("click", () => step(true));
  part("snap").addEventListener("change", () => draw.snap(part("snap").checked));
  part("title").addEventListener("input", touched);
  part("close").addEventListener("click", close);
  part("save")?.addEventListener("click", save);
  part("copy")?.addEventListener("click", copy);
  part("new").addEventListener("click", () => {
    if (one.isDirty && !window.confirm(t("当前草图还没有保存，放弃修改吗？"))) return;
    for (const id of [one.id, ""]) forgetValue(draftKey(id));
    begin([], nothing(), "");
    banner("");
  });
  for (const button of card.querySelectorAll("[data-file]")) button.addEventListener("click", () => download(/** @type {HTMLElement} */ (button).dataset.file ?? "", part("title").value, draw.features(), say));
  for (const button of card.querySelectorAll("[data-side]")) button.addEventListener("click", () => {
    const wanted = /** @type {HTMLElement} */ (button).dataset.side ?? "";
    side = side === wanted ? "" : wanted;
    for (const name of SIDES) { const box = part(name); if (box) box.hidden = name !== side; }
    for (const other of card.querySelectorAll("[data-side]")) other.setAttribute("aria-expanded", String(/** @type {HTMLElement} */ (other).dataset.side === side));
    if (side === "kept") kept.list();
    if (side) part(side).scrollIntoView({ block: "nearest" });
  });
  document.addEventListener("keydown", (event) => {
    if (card.hidden) return;
    const isTyped = /** @type {HTMLElement} */ (event.target).matches?.("input, textarea, select");
    const key = event.key.toLowerCase();
    if (!isTyped && (event.ctrlKey || event.metaKey) && (key === "z" || key === "y")) { event.preventDefault(); step(key === "y" || event.shiftKey); }
    if (event.key === "Escape" && card.contains(/** @type {Node} */ (event.target))) { event.stopPropagation(); use(""); }
  }, true);
  // Opening a record from an answer leaves the sketch on the map.
  const opened = app.open;
  app.open = (/** @type {string} */ key, /** @type {any} */ how) => { if (!card.hidden) close(); return opened(key, how); };
  map.on("mousemove", () => { if (draw.isBusy) moved(); });
  return { open, close, take, draw, look };
}
