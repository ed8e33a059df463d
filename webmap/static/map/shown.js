// What is shown, as a list in the order of the map, the topmost first: moved by dragging or by its arrows,
// made weaker, narrowed by the conditions of the attribute table. The legend follows.
import { el } from "../table/dom.js";
import { filterForm } from "../table/filtering.js";
import { isWhole } from "../table/query.js";
import { number, t } from "../table/texts.js";
import { moved } from "./stack.js";

export function wireShown(app) {
  const { map, state } = app;
  const list = document.getElementById("layers-shown");
  const catalogue = document.getElementById("layers-catalogue");
  const tabs = [...document.querySelectorAll("[data-layers]")];
  const opened = new Map(); // layer → its conditions in the making
  let dragged = "";

  for (const tab of tabs) {
    tab.addEventListener("click", () => {
      for (const one of tabs) one.setAttribute("aria-pressed", String(one === tab));
      catalogue.hidden = tab.dataset.layers !== "catalogue";
      list.parentElement.hidden = !catalogue.hidden;
      draw();
    });
  }
  document.getElementById("layers-reset").addEventListener("click", () => {
    Object.assign(state, { order: [], opacity: {}, only: {} });
    opened.clear();
    app.layersChanged();
    app.narrow();
  });

  const isShown = (/** @type {string} */ id) => state.on.has(id);
  const shown = () => app.order().filter(isShown).reverse();

  function move(id, by, focus = "") {
    const order = moved(app.order(), id, by, isShown);
    state.order = order.join() === app.usualOrder().join() ? [] : order;
    app.layersChanged();
    if (focus) list.querySelector(`[data-id="${CSS.escape(id)}"] [data-move="${focus}"]`)?.focus();
  }

  function draw() {
    document.getElementById("layers-count").textContent = number(state.on.size, 0);
    document.getElementById("layers-reset").disabled = !(state.order.length || Object.keys(state.opacity).length || Object.keys(state.only).length);
    if (list.parentElement.hidden || list.contains(document.activeElement) && document.activeElement.matches("input, select")) return;
    list.replaceChildren(...shown().map(line));
  }

  function line(id, at, all) {
    const title = app.titleOf(id);
    const percent = el("output", {}, `${state.opacity[id] ?? 100}%`);
    const strength = el("input", { type: "range", min: 0, max: 100, step: 5, value: state.opacity[id] ?? 100, "aria-label": t("{title}的不透明度", { title }), oninput: () => weaken(id, strength, percent) });
    const arrow = (by, name, sign, label) => el("button", { type: "button", class: "plain", "data-move": name, disabled: by > 0 ? at === 0 : at === all.length - 1, "aria-label": label, title: label, onclick: () => move(id, by, name) }, sign);
    const narrow = app.hasTable(id) ? el("button", { type: "button", class: "plain", "aria-expanded": String(opened.has(id)), title: t("筛选"), "aria-label": t("筛选{title}", { title }), onclick: () => toggle(id) }, state.only[id] ? t("已筛选") : t("筛选")) : "";
    const item = el("li", { "data-id": id, draggable: "true", class: "shown-layer" },
      el("div", { class: "head" }, el("span", { class: "grip", "aria-hidden": "true" }, "⠿"), el("b", { title }, title), arrow(1, "up", "▲", t("上移{title}", { title })), arrow(-1, "down", "▼", t("下移{title}", { title }))),
      el("div", { class: "strength" }, strength, percent, narrow), legendOf(id));
    if (opened.has(id)) item.append(opened.get(id));
    // A range is dragged itself, not the line that it stands in.
    item.addEventListener("pointerdown", ({ target }) => { item.draggable = !target.closest("input, select, button, .filter"); });
    item.addEventListener("dragstart", (event) => { dragged = id; event.dataTransfer.effectAllowed = "move"; event.dataTransfer.setData("text/plain", id); });
    item.addEventListener("dragover", (event) => { if (dragged && dragged !== id) { event.preventDefault(); item.classList.add("over"); } });
    item.addEventListener("dragleave", () => item.classList.remove("over"));
    item.addEventListener("drop", (event) => { event.preventDefault(); const from = shown().indexOf(dragged); if (from >= 0) move(dragged, from - at); });
    item.addEventListener("dragend", () => { dragged = ""; draw(); });
    return item;
  }

  function weaken(id, strength, percent) {
    const value = Number(strength.value);
    percent.textContent = `${value}%`;
    if (value === 100) delete state.opacity[id]; else state.opacity[id] = value;
    app.layersChanged();
  }

  // The legend of the catalogue, once more beside its layer.
  function legendOf(id) {
    const layer = document.querySelector(`.layer:has(input[value="${CSS.escape(id)}"])`);
    const own = layer?.querySelector(".legend")?.cloneNode(true) ?? "";
    const swatch = layer?.querySelector("label .swatch")?.cloneNode(true);
    const box = el("div", { class: "own-legend" }, swatch ?? "", own);
    box.style.setProperty("--strength", String((state.opacity[id] ?? 100) / 100));
    return box;
  }

  async function toggle(id) {
    if (opened.delete(id)) return draw();
    let columns = [];
    try { columns = await app.columnsOf(id); } catch (problem) { return app.say(problem.message || t("没有成功，请稍后重试")); }
    const box = el("div", { class: "filter" });
    const conditions = el("div");
    const choice = { conditions: structuredClone(state.only[id] ?? []) };
    const form = filterForm(conditions, () => {
      const whole = choice.conditions.filter((one) => isWhole(one, columns.find(({ name }) => name === one.column)));
      if (whole.length) state.only[id] = structuredClone(whole); else delete state.only[id];
      app.layersChanged();
      app.narrow();
    });
    box.append(conditions, el("button", { type: "button", class: "plain", "data-from-table": id, onclick: () => take(id) }, t("用属性表里的条件")));
    opened.set(id, box);
    form.set(columns, choice);
    draw();
    return box.querySelector("button, select")?.focus();
  }

  // The conditions of the open table, as far as they are conditions of fields.
  function take(id) {
    let rows = {};
    try { rows = JSON.parse(state.table === id ? state.rows || "{}" : "{}"); } catch { /* not ours */ }
    if (!rows.conditions?.length) return app.say(t("属性表没有打开这个图层，或没有条件"));
    state.only[id] = rows.conditions;
    opened.delete(id);
    app.layersChanged();
    app.narrow();
    return toggle(id);
  }

  document.addEventListener("tujing:layers", draw);
  document.addEventListener("tujing:restored", () => { opened.clear(); draw(); });
  map.once("load", draw);
}
