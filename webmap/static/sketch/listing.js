// @ts-check
// The shapes of a sketch in a list: name, colour, note, where, away.
import { el } from "../table/dom.js";
import { COLOUR } from "./drawing.js";
import { t } from "./texts.js";

const KINDS = { point: t("点"), line: t("线"), polygon: t("面"), rectangle: t("矩形"), circle: t("圆") };

/**
 * @param {any} draw @param {HTMLElement} box
 * @param {{changed: () => void, selected: () => string, isFree: () => boolean, fit: (geometries: any[]) => void}} deps
 */
export function listing(draw, box, { changed, selected, isFree, fit }) {
  /** @param {string} id @param {string} name @param {any} event */
  const describe = (id, name, { target }) => { draw.describe(id, { [name]: target.value }); changed(); };

  /** @param {any} shape @param {number} number */
  function line({ id, geometry, properties }, number) {
    const isOpen = id === selected(), free = isFree();
    const kind = KINDS[properties.drawn] ?? KINDS.polygon, name = properties.name || `${kind} ${number}`;
    const isFixed = geometry.type === "Polygon" && geometry.coordinates.length > 1;
    const choose = () => { if (free) draw.select(id); fit([geometry]); };
    const head = el("div", { class: "sketch-line" },
      el("input", { type: "color", value: properties.colour || COLOUR, disabled: !free, "aria-label": t("{name}的颜色", { name }), onchange: (/** @type {any} */ event) => describe(id, "colour", event) }),
      el("button", { type: "button", class: "plain name", onclick: choose }, name),
      el("small", {}, isFixed ? t("带洞，不能改形状") : properties.name ? kind : ""),
      ...(free ? [el("button", { type: "button", class: "plain", "aria-label": t("删除{name}", { name }), onclick: () => { draw.remove(id); changed(); } }, "×")] : []));
    if (!isOpen || !free) return el("li", { "data-id": id }, head, ...(properties.note ? [el("small", { class: "note" }, properties.note)] : []));
    return el("li", { "data-id": id, class: "is-selected" }, head,
      el("input", { type: "text", maxlength: 60, value: properties.name ?? "", placeholder: t("名称"), "aria-label": t("名称"), onchange: (/** @type {any} */ event) => describe(id, "name", event) }),
      el("textarea", { rows: 2, maxlength: 500, placeholder: t("说明"), "aria-label": t("说明"), onchange: (/** @type {any} */ event) => describe(id, "note", event) }, properties.note ?? ""));
  }

  return {
    draw() {
      const features = draw.features();
      box.replaceChildren(...features.map((/** @type {any} */ feature, /** @type {number} */ at) => line(feature, at + 1)));
      if (!features.length) box.append(el("li", { class: "empty" }, t("还没有图形：选一个工具画，或打开文件、输入坐标")));
    },
  };
}
