// @ts-check
// 核对: the area is checked by the server's processes; the answer is read here, its pieces are on the map.
import { latestOnly } from "../base/latest.js";
import { csrfToken, ask } from "../base/session.js";
import { el } from "../table/dom.js";
import { t } from "./texts.js";

const MOST_LAYERS = 12;

/**
 * @param {any} app @param {(name: string) => any} part
 * @param {{shapes: () => any[], all: () => any[], title: () => string, shown: any, fit: (geometries: any[]) => void}} deps
 */
export function checking(app, part, { shapes, all, title, shown, fit }) {
  const out = part("checked"), turn = latestOnly();
  let answered = { shapes: /** @type {string[]} */ ([]), isAll: false, at: "" };
  let pieces = { type: "FeatureCollection", features: /** @type {any[]} */ ([]) };

  part("checking").addEventListener("submit", async (/** @type {Event} */ event) => {
    event.preventDefault();
    const signal = turn.begin(), began = Date.now();
    const layers = part("contents").checked ? [...app.state.on].slice(0, MOST_LAYERS) : [];
    const wanted = shapes(), asked = { shapes: wanted.map(written), isAll: wanted.length === all().length, at: app.state.at };
    const body = JSON.stringify({ geometries: wanted, reach_m: Number(part("reach").value) || 0, title: title(), at: app.state.at, layers });
    const tell = () => out.replaceChildren(el("p", { class: "hint" }, t("正在核对…{seconds} 秒", { seconds: Math.round((Date.now() - began) / 1000) }), " ", el("button", { type: "button", onclick: clear }, t("取消"))));
    tell();
    const ticking = setInterval(tell, 1000);
    try {
      const answer = await ask("/sketches/check", { method: "POST", body, signal, headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken(), Accept: "text/html, application/json" } });
      const text = await answer.text();
      if (signal.aborted) return;
      if (!answer.ok) { fail(told(text)); return; }
      answered = asked;
      show(text);
      outdate();
    } catch (problem) {
      if (!signal.aborted) fail(problem?.fragment ? "" : t("没有成功，请稍后重试"));
    } finally {
      clearInterval(ticking);
    }
  });

  /** @param {string} text */
  function told(text) { try { return JSON.parse(text).error; } catch { return t("没有成功，请稍后重试"); } }

  /** @param {string} text */
  function fail(text) {
    shown.pieces(null);
    out.replaceChildren(el("p", { class: "error", role: "alert" }, text));
  }

  /** @param {string} fragment */
  function show(fragment) {
    out.innerHTML = fragment;
    pieces = JSON.parse(document.getElementById("check-pieces")?.textContent || "null");
    shown.pieces(pieces);
    const wanted = /** @type {HTMLInputElement} */ (document.getElementById("check-wanted"));
    wanted.value = document.getElementById("check-order")?.textContent ?? "";
  }

  /** Show some of the pieces strongly, the others not. @param {(key: string) => boolean} isMeant @param {boolean} isNear */
  function point(isMeant, isNear) {
    const features = pieces.features.filter(({ properties }) => isMeant(properties.key)).map((one) => ({ ...one, properties: { ...one.properties, strong: true } }));
    shown.pieces(features.length ? { type: "FeatureCollection", features } : pieces);
    if (isNear && features.length) fit(features.map(({ geometry }) => geometry));
  }

  // An answer of other shapes or of another day says so, and makes no report.
  function outdate() {
    const found = out.querySelector(".check");
    if (!found) return;
    const now = all().map(written);
    const isOld = answered.at !== app.state.at || (answered.isAll && now.length !== answered.shapes.length) || answered.shapes.some((one) => !now.includes(one));
    found.classList.toggle("stale", isOld);
    out.querySelector(".remark.is-old")?.remove();
    if (isOld) out.prepend(el("p", { class: "remark is-old", role: "status" }, t("图形或日期已变，这是改动前的结果，请重新核对")));
    for (const button of out.querySelectorAll("form button")) button.disabled = isOld;
  }
  document.addEventListener("tujing:time", outdate);

  function clear() {
    turn.end();
    shown.pieces(null);
    out.replaceChildren();
  }

  out.addEventListener("click", (/** @type {any} */ event) => {
    const link = event.target.closest("[data-piece]"), layer = event.target.closest("summary")?.closest("[data-layer]")?.dataset.layer;
    if (link) event.preventDefault();
    if (link) point((key) => key === link.dataset.piece, true);
    else if (layer) point((key) => key.startsWith(`${layer}/`), false);
  });

  return { clear, outdate };
}

const written = (/** @type {any} */ geometry) => JSON.stringify(geometry);
