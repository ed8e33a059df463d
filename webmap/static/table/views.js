// @ts-check
// Saved views: what was chosen, under a name, for oneself or for all who sign in.
import { latestOnly } from "../base/latest.js";
import { el } from "./dom.js";
import { packed } from "./query.js";
import { Refused, getJson, postJson } from "./source.js";
import { t } from "./texts.js";

/** @param {HTMLElement} box @param {{choice: () => any, take: (state: any) => void}} deps */
export function savedViews(box, { choice, take }) {
  const turn = latestOnly();
  let layer = "", title = "", shared = false;

  /** @param {Promise<any>} asked @param {AbortSignal} signal */
  async function told(asked, signal) {
    try {
      const { views } = await asked;
      if (!signal.aborted) draw(views);
    } catch (problem) {
      if (!signal.aborted) draw(null, problem instanceof Refused ? problem.message : t("没有成功，请稍后重试"));
    }
  }
  const list = () => { const signal = turn.begin(); return told(getJson(`/table/views?layer=${layer}`, signal), signal); };

  function save() {
    const signal = turn.begin();
    return told(postJson("/table/views", { layer, title, is_shared: shared, state: packed(choice()) }, signal).then((answer) => { title = ""; return answer; }), signal);
  }

  /** @param {any} view */
  async function remove(view) {
    if (!window.confirm(t("删除视图“{title}”？", view))) return;
    try { await postJson(`/table/views/${view.id}/delete`, {}); } catch { /* the list says what is left */ }
    list();
  }

  /** @param {any[] | null} views */
  function draw(views, problem = "") {
    const name = el("input", { type: "text", maxlength: 40, value: title, required: true, placeholder: t("视图名称"), "aria-label": t("视图名称"), oninput: (/** @type {any} */ e) => { title = e.target.value; } });
    const share = el("input", { type: "checkbox", checked: shared, onchange: (/** @type {any} */ e) => { shared = e.target.checked; } });
    const form = el("form", { class: "table-row", onsubmit: (/** @type {Event} */ e) => { e.preventDefault(); save(); } }, name, el("label", {}, share, " ", t("与所有登录用户共享")), el("button", { type: "submit" }, t("保存当前视图")));
    const lines = (views ?? []).map((view) => el("li", {},
      el("button", { type: "button", class: "plain", onclick: () => take(view.state) }, view.title),
      el("small", {}, view.is_mine ? (view.is_shared ? t("已共享") : "") : t("{owner} 共享", view)),
      ...(view.is_mine ? [el("button", { type: "button", class: "plain", "aria-label": t("删除视图“{title}”", view), onclick: () => remove(view) }, "×")] : [])));
    const known = views && !views.length ? el("p", { class: "hint" }, t("还没有保存的视图：选好条件、排序和列之后起个名称")) : el("ul", {}, ...lines);
    box.replaceChildren(form, known, ...(problem ? [el("p", { class: "error", role: "alert" }, problem)] : []));
  }

  return { /** @param {string} wanted */ open(wanted) { layer = wanted; list(); }, end: () => turn.end() };
}
