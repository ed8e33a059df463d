// @ts-check
// What a sketch is taken away for: a file, a choice in the attribute table.
import { csrfToken } from "../base/session.js";
import { el } from "../table/dom.js";
import { t } from "./texts.js";

/**
 * A form of its own, so that the browser saves what comes as a file.
 * @param {string} form @param {string} title @param {any[]} features @param {(text: string) => void} say
 */
export function download(form, title, features, say) {
  if (!features.length) { say(t("草图是空的")); return; }
  const sketch = JSON.stringify({ title, features: features.map(({ type, geometry, properties }) => ({ type, geometry, properties })) });
  const values = { form, sketch, csrfmiddlewaretoken: csrfToken() };
  const sent = /** @type {HTMLFormElement} */ (el("form", { method: "post", action: "/sketches/file", target: "_blank", hidden: true }, ...Object.entries(values).map(([name, value]) => el("input", { type: "hidden", name, value }))));
  document.body.append(sent);
  sent.submit();
  sent.remove();
}

/**
 * Rows of a layer are chosen by the shapes.
 * @param {any} app @param {(name: string) => any} part
 * @param {{shapes: () => any[], say: (text: string) => void}} deps
 */
export function choosing(app, part, { shapes, say }) {
  part("layer").replaceChildren(...Object.entries(app.titles).map(([id, title]) => el("option", { value: id }, String(title))));
  part("choose").addEventListener("click", () => {
    const all = shapes(), areas = all.filter(({ type }) => type === "Polygon");
    const wanted = areas.length ? { type: "MultiPolygon", coordinates: areas.map(({ coordinates }) => coordinates) } : all[0];
    if (!wanted) { say(t("请先画出或选出图形")); return; }
    app.chooseBy(part("layer").value, areas.length === 1 ? areas[0] : wanted);
  });
}
