// @ts-check
// The attribute table under the map: any layer, any day, linked with the map both ways. What is
// chosen stands in the address (`table`, `rows`); rows come from the API, 2,000 are held at most.
import { csrfToken } from "../base/session.js";
import { el } from "./dom.js";
import { chips, filterForm } from "./filtering.js";
import { grid } from "./grid.js";
import { filterOf, nothing, packed, parameters, unpacked } from "./query.js";
import { selecting } from "./selecting.js";
import { MOST_ROWS, Refused, getJson, rowSource } from "./source.js";
import { statistics } from "./statistics.js";
import { number, t } from "./texts.js";
import { savedViews } from "./views.js";

const MOST_IN_ADDRESS = 6000; // characters; a larger area is not carried by a link
const WAIT_MS = 350, LEAST_PX = 140;
const SIDES = ["filter", "select", "statistics", "columns", "export", "views"];

/** @param {any} app the map's program */
export function wireTable(app) {
  const { map, state } = app;
  const drawer = /** @type {HTMLElement} */ (document.getElementById("table"));
  const part = (/** @type {string} */ name) => /** @type {any} */ (document.getElementById(`table-${name}`));
  const source = rowSource();
  let layer = "", columns = [], choice = nothing(), side = "", size = "", rows = null, timer = 0;
  const known = new Map();

  const select = selecting(app, part("select"), {
    layer: () => layer,
    toggle(code) { choice.codes = choice.codes.includes(code) ? choice.codes.filter((one) => one !== code) : [...choice.codes, code]; changed(); },
    area(geometry, extent) { [choice.area, size] = [geometry, t("范围 {size}", { size: extent })]; changed(); },
  });
  const form = filterForm(part("filter"), changed);
  const figures = statistics(part("statistics"), { chart: drawer.dataset.chart ?? "", only, changed: () => { keep(); showSide(); } });
  const views = savedViews(part("views"), { choice: () => choice, take(/** @type {any} */ given) { choice = unpacked(given); size = ""; changed(); form.set(columns, choice); } });

  /** Open the table of a layer. @param {string} wanted @param {any} [given] */
  async function open(wanted, given = null) {
    layer = wanted;
    choice = unpacked(given);
    [size, columns] = ["", []];
    drawer.hidden = false;
    document.body.classList.add("with-table");
    fit();
    list();
    part("rows").hidden = true;
    say(t("正在载入…"));
    try {
      await load();
      const described = known.get(wanted) ?? await getJson(`/table/${wanted}/columns`);
      known.set(wanted, described);
      if (layer !== wanted) return;
      columns = described.columns;
      part("select").querySelectorAll("[data-select], #table-reach, #table-view, #table-sketch").forEach((/** @type {any} */ one) => { one.disabled = !described.geometry; });
      form.set(columns, choice);
      build();
      await changed();
    } catch (problem) {
      if (layer === wanted) say(problem instanceof Refused ? problem.message : t("没有成功，请稍后重试"));
    }
  }

  function close() {
    select.stop();
    for (const one of [source, figures, views]) one.end();
    select.show(null);
    select.mark(layer, []);
    select.point(layer, "");
    [layer, side] = ["", ""];
    drawer.hidden = true;
    document.body.classList.remove("with-table");
    map.resize();
    keep();
  }

  async function load() {
    if (rows) return;
    for (const address of [drawer.dataset.gridStyle, drawer.dataset.style]) document.head.append(el("link", { rel: "stylesheet", href: address }));
    const { TabulatorFull } = await import(drawer.dataset.grid ?? "");
    rows = grid(TabulatorFull, part("rows"), {
      sort(name) { choice.sort = choice.sort === name ? `-${name}` : choice.sort === `-${name}` ? "" : name; build(); changed(); },
      open: (code) => app.open(`${layer}/${code}`, { fly: true }),
      nearEnd: more, only, mark: (code) => select.point(layer, code),
    });
  }

  const shownColumns = () => columns.filter(({ name }) => !choice.columns.length || choice.columns.includes(name) || name === "code");
  const build = () => { part("rows").hidden = false; rows.build(shownColumns(), choice.sort); };

  // What is asked has changed: the rows are asked for anew, what hangs on them follows.
  async function changed() {
    clearTimeout(timer);
    keep();
    chips(part("chips"), choice, columns, { drop, area: size });
    select.show(choice.area);
    showSide();
    part("rows").setAttribute("aria-busy", "true");
    try {
      const found = await source.begin({ layer, choice, columns, at: state.at, bbox: inView() });
      if (!found) return;
      await rows.replace(found);
      told();
      rows.nearEnd();
    } catch (problem) {
      if (problem?.name === "AbortError") return;
      await rows.replace([]);
      part("count").textContent = "";
      say(problem instanceof Refused ? problem.message : problem.fragment ? "" : t("没有成功，请稍后重试"));
    }
    part("rows").removeAttribute("aria-busy");
  }

  let isAdding = false;
  async function more() {
    if (isAdding) return;
    isAdding = true;
    try {
      const found = await source.more();
      if (found) { await rows.add(found); told(); }
    } catch (problem) {
      if (problem?.name !== "AbortError") app.say(t("没有成功，请稍后重试"));
    } finally {
      isAdding = false;
    }
  }

  function told() {
    const { loaded, total, isWhole } = source.state;
    const all = total == null ? "" : t("共 {n} 条", { n: number(total, 0) });
    part("count").textContent = isWhole ? all : t("{all}，已列 {n} 条", { all, n: number(loaded, 0) });
    part("count").title = loaded >= MOST_ROWS && !isWhole ? t("最多列出 {n} 条；请筛选、排序，或导出全部", { n: number(MOST_ROWS, 0) }) : "";
    say(total === 0 || (!loaded && isWhole) ? t("没有符合条件的记录") : "");
    const narrows = Boolean(filterOf(choice, columns) || choice.words.trim());
    select.mark(layer, narrows ? rows.codes() : []);
    rows.show(recordCode(), choice.codes);
  }

  function say(/** @type {string} */ text) {
    part("empty").textContent = text;
    part("empty").hidden = !text;
  }

  const recordCode = () => (state.selected.startsWith(`${layer}/`) ? state.selected.slice(layer.length + 1) : "");
  const inView = () => {
    if (!part("view").checked) return null;
    const bounds = map.getBounds();
    return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  };

  // One value alone, from a cell or a bar; a condition on the same column gives way.
  function only(/** @type {any} */ column, /** @type {string} */ how, /** @type {any} */ value) {
    choice.conditions = [...choice.conditions.filter((one) => how.startsWith("ne") || one.column !== column.name), { column: column.name, how, value: value == null ? "" : String(value), to: "" }];
    form.set(columns, choice);
    changed();
  }

  function drop(/** @type {string} */ what, index = 0) {
    if (what === "condition") choice.conditions.splice(index, 1);
    if (what === "words" || what === "all") { choice.words = ""; part("words").value = ""; }
    if (what === "codes" || what === "all") choice.codes = [];
    if (what === "area" || what === "all") choice.area = null;
    if (what === "all") choice.conditions = [];
    form.set(columns, choice);
    changed();
  }

  // One side at a time.
  for (const button of drawer.querySelectorAll("[data-table]")) {
    button.addEventListener("click", () => {
      const wanted = /** @type {HTMLElement} */ (button).dataset.table ?? "";
      side = side === wanted ? "" : wanted;
      if (side !== "select") select.stop();
      showSide();
    });
  }
  function showSide() {
    for (const name of SIDES) {
      const box = part(name);
      if (!box) continue;
      box.hidden = name !== side;
      drawer.querySelector(`[data-table=${name}]`)?.setAttribute("aria-expanded", String(name === side));
    }
    if (side === "statistics" && columns.length) figures.ask({ layer, choice, columns, at: state.at });
    if (side === "columns") drawColumns();
    if (side === "views") views.open(layer);
    if (side === "export") part("export-hint").textContent = t("导出符合条件的全部记录，不只是已列出的");
    rows?.redraw();
  }

  function drawColumns() {
    const shown = new Set(shownColumns().map(({ name }) => name));
    part("columns").replaceChildren(...columns.map(({ name, title }) => el("label", {}, el("input", { type: "checkbox", checked: shown.has(name), disabled: name === "code", onchange: (/** @type {any} */ e) => {
      if (e.target.checked) shown.add(name); else shown.delete(name);
      choice.columns = shown.size === columns.length ? [] : columns.map((one) => one.name).filter((one) => shown.has(one));
      keep();
      build();
      changed();
    } }), " ", title)));
  }

  // A form of its own, so that the browser saves what comes as a file.
  for (const button of drawer.querySelectorAll("[data-export]")) {
    button.addEventListener("click", () => {
      const asked = { ...parameters(choice, columns, { at: state.at, bbox: inView(), form: /** @type {HTMLElement} */ (button).dataset.export }), csrfmiddlewaretoken: csrfToken() };
      if (choice.columns.length) Object.assign(asked, { properties: choice.columns.join(",") });
      const sent = /** @type {HTMLFormElement} */ (el("form", { method: "post", action: `/table/${layer}/download`, target: "_blank", hidden: true }, ...Object.entries(asked).map(([name, value]) => el("input", { type: "hidden", name, value }))));
      document.body.append(sent);
      sent.submit();
      sent.remove();
      app.say(t("正在生成文件，完成后由浏览器保存"));
    });
  }

  /** Choose rows of a layer by a shape. @param {string} wanted @param {any} geometry */
  app.chooseBy = async (wanted, geometry) => {
    if (layer !== wanted) await open(wanted);
    await select.by(geometry);
  };

  part("sketch").addEventListener("click", () => {
    if (choice.area) app.sketch([choice.area]);
    else part("select-hint").textContent = t("请先选出一个范围");
  });

  // The layers that can be opened are those of the tree.
  function list() {
    const titles = Object.entries(app.titles);
    part("layer").replaceChildren(...titles.map(([id, title]) => el("option", { value: id, selected: id === layer }, title)));
  }
  part("layer").addEventListener("change", () => open(part("layer").value));
  part("search").addEventListener("submit", (/** @type {Event} */ event) => event.preventDefault());
  part("words").addEventListener("input", () => { clearTimeout(timer); timer = window.setTimeout(() => { choice.words = part("words").value; changed(); }, WAIT_MS); });
  part("words").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => { if (event.key === "Enter") { choice.words = part("words").value; changed(); } });
  part("close").addEventListener("click", close);
  part("view").addEventListener("change", changed);
  drawer.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); if (side) { side = ""; showSide(); } else close(); } });
  document.addEventListener("click", ({ target }) => {
    const button = /** @type {HTMLElement} */ (target).closest?.("[data-open-table]");
    if (button) open(/** @type {HTMLElement} */ (button).dataset.openTable ?? "");
  });

  // The map leads, the table follows: another day, another record, another view.
  document.addEventListener("tujing:time", () => { if (layer) changed(); });
  document.addEventListener("tujing:restored", restore);
  map.on("moveend", () => { if (layer && part("view").checked) { clearTimeout(timer); timer = window.setTimeout(changed, WAIT_MS); } });
  const opened = app.open;
  app.open = (/** @type {string} */ key, /** @type {any} */ how) => {
    const answer = opened(key, how);
    if (layer && rows) { rows.show(recordCode(), choice.codes); if (!how?.fly) rows.reveal(recordCode()); }
    return answer;
  };

  // Its height: dragged, or by arrow keys.
  const grip = part("grip");
  const fit = (height = 0) => {
    if (height) drawer.style.height = `${Math.max(LEAST_PX, Math.min(height, window.innerHeight * 0.85))}px`;
    document.body.style.setProperty("--table", `${drawer.offsetHeight}px`);
    map.resize();
    rows?.redraw();
  };
  grip.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    grip.setPointerCapture(event.pointerId);
    grip.onpointermove = (/** @type {PointerEvent} */ { clientY }) => fit(window.innerHeight - clientY);
    grip.onpointerup = grip.onpointercancel = () => { grip.onpointermove = null; };
  });
  grip.addEventListener("keydown", (/** @type {KeyboardEvent} */ { key }) => { if (key === "ArrowUp" || key === "ArrowDown") fit(drawer.offsetHeight + (key === "ArrowUp" ? 40 : -40)); });
  window.addEventListener("resize", () => { if (layer) fit(); });

  function keep() {
    let text = layer ? JSON.stringify(packed(choice)) : "";
    if (text.length > MOST_IN_ADDRESS) {
      text = JSON.stringify(packed({ ...choice, area: null }));
      app.say(t("所选范围太复杂，链接中不含它；可存为视图"));
    }
    const isOther = state.table !== layer; // a table is a step of its own: Back closes it
    Object.assign(state, { table: layer, rows: text === "{}" ? "" : text });
    app.keep({ push: isOther });
  }

  function restore() {
    let given = null;
    try { given = JSON.parse(state.rows || "null"); } catch { /* not ours */ }
    if (state.table && app.titles[state.table]) {
      open(state.table, given);
      part("words").value = choice.words;
    } else if (layer) close();
  }
  app.loaded.then(() => { if (state.table) restore(); });
}
