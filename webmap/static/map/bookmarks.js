// Views kept under names: in the account of who has signed in, else in this browser. Each is a link as well.
import { el } from "../table/dom.js";
import { Refused, getJson, postJson } from "../table/source.js";
import { t } from "../table/texts.js";

const KEY = "tujing-bookmarks";
const MOST_KEPT = 100; // in a browser

/** What a browser holds; what is no bookmark is left out. @param {string | null} text */
export function readKept(text) {
  let value;
  try { value = JSON.parse(text || "[]"); } catch { return []; }
  if (!Array.isArray(value)) return [];
  return value.filter((one) => one && ["title", "path", "address"].every((name) => typeof one[name] === "string") && /^\/(?!\/)/.test(one.path)).slice(0, MOST_KEPT);
}

/** With one more, or with a new view under a known name, in the order of names. @param {any[]} kept @param {any} one */
export const withOne = (kept, one) => [...kept.filter(({ title }) => title !== one.title), one].sort((a, b) => a.title.localeCompare(b.title, "zh")).slice(0, MOST_KEPT);

const inBrowser = {
  list: async () => readKept(localStorage.getItem(KEY)),
  save: async (one) => { localStorage.setItem(KEY, JSON.stringify(withOne(readKept(localStorage.getItem(KEY)), one))); return inBrowser.list(); },
  remove: async ({ title }) => { localStorage.setItem(KEY, JSON.stringify(readKept(localStorage.getItem(KEY)).filter((one) => one.title !== title))); },
};
const inAccount = {
  list: async () => (await getJson("/bookmarks")).bookmarks,
  save: async (one) => (await postJson("/bookmarks", one)).bookmarks,
  remove: ({ id }) => postJson(`/bookmarks/${id}/delete`, {}),
};

export function wireBookmarks(app) {
  const kept = app.config.keeps_bookmarks ? inAccount : inBrowser;
  document.getElementById("tool-bookmarks").addEventListener("click", () => show(kept.list()));

  async function show(asked) {
    try { draw(await asked); } catch (problem) {
      const why = problem instanceof Refused ? problem.message : kept === inBrowser ? t("这个浏览器不保存书签") : t("没有成功，请稍后重试");
      app.say(why);
    }
  }

  const here = () => { app.keep(); return { path: location.pathname, address: location.hash.slice(1) }; };
  const linkOf = ({ path, address }) => `${location.origin}${path}#${address}`;

  function open(one) {
    if (one.path !== location.pathname) location.assign(`${one.path}#${one.address}`);
    else location.hash = one.address; // the map turns to it
  }

  async function copy(one) {
    try { await navigator.clipboard.writeText(linkOf(one)); app.say(t("链接已复制")); } catch { window.prompt(t("链接已复制"), linkOf(one)); }
  }

  async function remove(one) {
    if (!window.confirm(t("删除书签“{title}”？", one))) return;
    await show(kept.remove(one).then(kept.list));
  }

  function draw(list) {
    const name = el("input", { type: "text", maxlength: 40, required: true, placeholder: t("书签名称"), "aria-label": t("书签名称") });
    const form = el("form", { class: "bookmark-form", onsubmit: (event) => { event.preventDefault(); const title = name.value.trim(); if (title) show(kept.save({ title, ...here() })); } }, name, el("button", { type: "submit" }, t("保存当前视图")));
    const lines = list.map((one) => el("li", {}, el("button", { type: "button", class: "plain open", onclick: () => open(one) }, one.title),
      el("button", { type: "button", class: "plain", title: t("复制“{title}”的链接", one), "aria-label": t("复制“{title}”的链接", one), onclick: () => copy(one) }, "⧉"),
      el("button", { type: "button", class: "plain", title: t("删除书签“{title}”", one), "aria-label": t("删除书签“{title}”", one), onclick: () => remove(one) }, "×")));
    app.put(el("div", {}, el("h2", {}, t("书签")), form, list.length ? el("ul", { class: "bookmarks" }, ...lines) : el("p", { class: "empty" }, t("还没有书签：把当前视图起个名称保存")),
      el("p", { class: "soft small" }, kept === inAccount ? t("书签保存在您的账号里") : t("书签保存在这个浏览器里；登录后保存在账号里"))));
    name.focus();
  }
}
