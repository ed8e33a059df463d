// @ts-check
// 我的草图: the list, names, links, away with one.
import { latestOnly } from "../base/latest.js";
import { el } from "../table/dom.js";
import { Refused, getJson, postJson } from "../table/source.js";
import { t } from "./texts.js";

/**
 * @param {HTMLElement | null} box null for who has not signed in
 * @param {{open: (key: string) => void, current: () => any, told: (one: any) => void, gone: () => void}} deps
 */
export function keptSketches(box, { open, current, told, gone }) {
  const turn = latestOnly();

  async function list(problem = "") {
    if (!box || box.hidden) return;
    const signal = turn.begin();
    try {
      const { sketches } = await getJson("/sketches/", signal);
      if (!signal.aborted) draw(sketches, problem);
    } catch (fault) {
      if (!signal.aborted) draw([], worded(fault));
    }
  }
  /** @param {any} problem */
  const worded = (problem) => (problem instanceof Refused ? problem.message : t("没有成功，请稍后重试"));

  /** @param {any} one */
  async function rename(one) {
    const title = window.prompt(t("草图名称"), one.title);
    if (!title || title === one.title) return;
    const fault = await postJson(`/sketches/${one.id}`, { version: one.version, title }).then((found) => { told(found); return ""; }, worded);
    list(fault);
  }
  /** @param {any} one */
  async function remove(one) {
    if (!window.confirm(t("删除草图“{title}”？", one))) return;
    const fault = await postJson(`/sketches/${one.id}/delete`, {}).then(() => { if (one.id === current().id) gone(); return ""; }, worded);
    list(fault);
  }
  /** @param {any} one @param {string} audience */
  async function share(one, audience) {
    const fault = await postJson(`/sketches/${one.id}/share`, { audience }).then((found) => { told({ id: found.id, link: found.link, audience: found.audience }); return ""; }, worded);
    list(fault);
  }

  /** @param {any[]} sketches @param {string} problem */
  function draw(sketches, problem) {
    const lines = sketches.map((one) => {
      const address = one.link ? `${location.origin}/#&sketch=~${one.link}` : "";
      const audience = el("select", { "aria-label": t("“{title}”共享给谁", one), onchange: (/** @type {any} */ event) => share(one, event.target.value) },
        ...[["", t("不共享")], ["signed_in", t("登录用户凭链接查看")], ["public", t("任何人凭链接查看")]].map(([value, title]) => el("option", { value, selected: value === one.audience }, title)));
      return el("li", { "data-id": one.id },
        el("button", { type: "button", class: "plain name", onclick: () => open(one.id) }, one.title),
        el("small", {}, t("{number} 个图形 · {changed}", one)),
        el("span", { class: "sketch-row" }, audience,
          ...(address ? [el("button", { type: "button", onclick: () => navigator.clipboard.writeText(address).catch(() => window.prompt(t("链接"), address)) }, t("复制链接"))] : []),
          el("button", { type: "button", onclick: () => rename(one) }, t("改名")),
          el("button", { type: "button", onclick: () => remove(one) }, t("删除"))));
    });
    box?.replaceChildren(...(problem ? [el("p", { class: "error", role: "alert" }, problem)] : []),
      lines.length ? el("ul", { class: "sketch-kept" }, ...lines) : el("p", { class: "hint" }, t("还没有保存的草图")));
  }

  return { list: () => list() };
}
