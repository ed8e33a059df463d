// @ts-check
// The way to the sketch: a tool, an address, a measured shape. Its program comes when it is wanted.
import { t } from "./texts.js";

/** @param {any} app the map's program */
export function wireSketch(app) {
  const card = /** @type {HTMLElement} */ (document.getElementById("sketch"));
  const button = /** @type {HTMLElement} */ (document.getElementById("tool-sketch"));
  let coming = /** @type {Promise<any> | null} */ (null);

  async function load() {
    const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: card.dataset.style });
    const styled = new Promise((resolve) => { style.onload = style.onerror = resolve; });
    document.head.append(style);
    const plane = /** @type {HTMLElement} */ (document.getElementById("where")).dataset.proj4; // of the map's own, once
    for (const address of [plane, card.dataset.draw, card.dataset.adapter]) await script(address ?? "");
    const { sketch } = await import("../sketch/sketch.js");
    await styled;
    return sketch(app, card);
  }
  async function program() {
    coming ??= load();
    try { return await coming; } catch (problem) { coming = null; app.say(t("没有成功，请稍后重试")); throw problem; }
  }

  button.addEventListener("click", async () => { if (card.hidden) await (await program()).open(app.state.sketch || "new"); else await (await program()).close(); });
  /** Take shapes into the sketch, and open it. @param {any[]} geometries @param {string} [name] */
  app.sketch = async (geometries, name = "") => (await program()).take(geometries, name);
  document.addEventListener("tujing:measured", (event) => {
    const keep = Object.assign(document.createElement("button"), { type: "button", className: "plain", textContent: t("留作草图") });
    keep.addEventListener("click", async () => { await app.sketch([/** @type {CustomEvent} */ (event).detail]); app.forgetMeasure(); });
    document.getElementById("notice")?.append(" ", keep);
  });
  async function restore() {
    if (app.state.sketch) await (await program()).open(app.state.sketch);
    else if (coming && !card.hidden) (await program()).close();
  }
  document.addEventListener("tujing:restored", restore);
  app.map.once("load", restore);
}

/** A classic script, once. @param {string} address */
function script(address) {
  return new Promise((resolve, reject) => {
    if (document.querySelector(`script[src="${address}"]`)) { resolve(null); return; }
    const element = Object.assign(document.createElement("script"), { src: address, onload: resolve, onerror: reject });
    document.head.append(element);
  });
}
