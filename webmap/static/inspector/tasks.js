// Verify and check. What is entered for a task is kept until it is queued, whatever becomes of the page.
import { add, figures } from "./camera.js";
import { enqueue, waiting, who } from "./queue.js";
import { fresh } from "./place.js";
import { distanceTo, improve, measured, stamp, told, untold } from "./spot.js";
import { patience } from "../base/http.js";
import { presence } from "../base/presence.js";
import { asked, kept, put, remove, within } from "./store.js";
import { clock, escape, t } from "./words.js";
import { say } from "./app.js";

const page = document.getElementById("page-tasks");
const CHOICES = { verifying: [["confirm", t("属实")], ["deny", t("不属实")]], checking: [["pass_check", t("通过")], ["fail_check", t("不通过")]], closing: [["recall_result", t("撤回核查结果")]] };
const NEEDS_WORDS = new Set(["deny", "fail_check", "recall_result"]);
const PHOTOS = "task-photos", MOST_PHOTOS = 120;
let drafts = null, latest = 0;

const prefix = () => `task:${who()}:`;

// Somebody else has the phone.
export function forgetDrafts() { drafts = null; }

async function draftsOfTasks() {
  if (!drafts || drafts.of !== who()) {
    const of = who();
    const rows = await within("kept", `task:${of}:`);
    drafts = Object.assign(new Map(rows.map((row) => [row.code, row])), { of });
  }
  return drafts;
}

function draftOf(code, title = "") {
  if (!drafts.has(code)) drafts.set(code, { id: prefix() + code, code, title, text: "", photos: [], spot: null, at: "" });
  return drafts.get(code);
}

const save = (draft) => put("kept", { ...draft }).catch(() => say(t("手机存储已满，写下的没有存住；请清理后再改一次")));

async function drop(code) {
  await remove("kept", prefix() + code);
  drafts.delete(code);
}

// Back from the queue: what the server did not take stands in its task again.
export async function reopen(item) {
  await draftsOfTasks();
  const { code, text } = item.values;
  const draft = Object.assign(draftOf(code), { title: item.title, text, photos: item.photos, spot: untold(item.values), at: item.values.captured_at });
  await put("kept", { ...draft });
  page.querySelector(`article[data-code="${code}"]`)?.remove();
}

export function placeMoved() {
  for (const draft of drafts?.values() || []) if (improve(draft)) save(draft);
}

export async function showTasks() {
  const turn = ++latest;
  if (!page.querySelector(".list")) await show(await kept("tasks")); // with a poor signal the answer may take long
  const said = await asked("tasks");
  if (turn !== latest) return; // a later call knows more
  const left = await show(said);
  if (said && !said.old) keepPhotos(left);
}

async function show(said) {
  const queued = await waiting();
  await draftsOfTasks();
  const done = new Set(queued.filter((item) => item.path === "act").map((item) => item.values.code));
  const left = (said?.tasks || []).filter((task) => !done.has(task.code));
  const given = (said?.given || []).filter((task) => !done.has(task.code));
  const here = new Set([...done, ...[...left, ...given].map((task) => task.code)]);
  const gone = said ? [...drafts.values()].filter((draft) => !here.has(draft.code) && (draft.text || draft.photos.length)) : [];
  document.getElementById("task-count").textContent = left.length || "";
  lay(said?.old, [...left, ...given], gone);
  return left;
}

// Cards stay what they are, so that no word, no open camera and no focus is lost to a redraw.
function lay(isOld, left, gone) {
  if (!page.querySelector(".list")) page.innerHTML = '<p class="old" hidden></p><div class="list"></div><p class="empty" hidden></p>';
  const list = page.querySelector(".list"), cards = new Map([...list.children].map((card) => [card.dataset.code, card]));
  [...left, ...gone.map((draft) => ({ ...draft, isGone: true }))].forEach((task, i) => {
    const card = cards.get(task.code) || made(task);
    cards.delete(task.code);
    tell(card, task);
    if (list.children[i] !== card) list.insertBefore(card, list.children[i] || null);
  });
  for (const card of cards.values()) card.remove();
  Object.assign(page.querySelector(".old"), { hidden: !isOld, textContent: t("没有信号，这是上次取得的任务。") });
  Object.assign(page.querySelector(".empty"), { hidden: Boolean(list.children.length), textContent: t("没有核实、核查任务。") });
}

function made({ code }) {
  const card = document.createElement("article"), draft = drafts.get(code);
  card.className = "card";
  card.dataset.code = code;
  card.innerHTML = `<div class="told"></div><div class="shots-row">${figures(draft?.photos || [])}</div>
<label class="second shoot">${t("拍照")}<input type="file" accept="image/*" capture="environment" multiple hidden></label>
<textarea rows="2" maxlength="1000" placeholder="${t("说明（不属实、不通过、撤回必填）")}" aria-label="${t("说明")}"></textarea><div class="two"></div>`;
  card.querySelector("textarea").value = draft?.text || "";
  return card;
}

function tell(card, task) {
  card.dataset.urgency = task.urgency || "";
  card.dataset.title = task.title;
  card.querySelector(".shoot").hidden = Boolean(task.isGone) || task.step === "closing";
  const head = task.isGone ? toldGone(task) : toldOf(task);
  const buttons = task.isGone ? `<button class="second no" data-forget>${t("丢弃")}</button>`
    : (CHOICES[task.step] || []).map(([action, title]) => `<button class="big${NEEDS_WORDS.has(action) ? " no" : ""}" data-act="${action}">${title}</button>`).join("");
  for (const [place, text] of [[".told", head], [".two", buttons]]) {
    const box = card.querySelector(place);
    if (box.said !== text) { box.innerHTML = text; box.said = text; }
  }
}

function toldGone(draft) {
  return `<h2>${escape(draft.title)}</h2><p class="bad">${t("任务 {code} 已不在您的名下（已由他人办理或改派），写下的内容还在这里。", { code: escape(draft.code) })}</p>`;
}

function toldOf(task) {
  const far = distanceTo(task);
  const due = task.due ? (task.urgency === "late" ? t("已超时") : (task.due_is_provisional ? t("{time} 前（暂定）", { time: clock(task.due) }) : t("{time} 前", { time: clock(task.due) }))) : "";
  return `<h2>${escape(task.title)} <small>${escape(task.state)}</small></h2>
<p>${escape(task.description || "")}</p><p class="where">${escape(task.place)} ${escape(task.address)} <b>${far === null ? "" : t("{n} 米", { n: Math.round(far) })}</b>　${due}</p>
<div class="thumbs">${task.photos.map((src) => `<img src="${src}" alt="${t("现场照片")}">`).join("")}</div>`;
}

page.addEventListener("input", (event) => {
  if (!event.target.matches("textarea")) return;
  const card = event.target.closest("article"), draft = draftOf(card.dataset.code, card.dataset.title);
  draft.text = event.target.value;
  stamp(draft);
  save(draft);
});

page.addEventListener("change", async (event) => {
  if (event.target.type !== "file") return;
  const card = event.target.closest("article"), draft = draftOf(card.dataset.code, card.dataset.title);
  stamp(draft, !draft.photos.length);
  await add(draft.photos, [...event.target.files], say);
  event.target.value = "";
  shown(card, draft);
});

function shown(card, draft) {
  card.querySelector(".shots-row").innerHTML = figures(draft.photos);
  save(draft);
}

page.addEventListener("click", async (event) => {
  const card = event.target.closest("article");
  if (!card) return;
  const { code } = card.dataset, dropped = event.target.closest("[data-drop]"), button = event.target.closest("[data-act]");
  if (dropped) { const draft = draftOf(code); draft.photos.splice(Number(dropped.dataset.drop), 1); shown(card, draft); }
  if (event.target.closest("[data-forget]") && confirm(t("丢弃后不能恢复，确定丢弃这一条？"))) { await drop(code); showTasks(); }
  if (button) await hand(card, button.dataset.act, button.textContent);
});

// A picture that did not come is asked for again: by then the signal may be back.
page.addEventListener("error", ({ target }) => {
  if (!target.matches?.(".thumbs img")) return;
  const tries = Number(target.dataset.tries || 0);
  if (tries > 8) return;
  target.dataset.tries = tries + 1;
  setTimeout(() => { if (target.isConnected) target.src = target.getAttribute("src"); }, Math.min(1_000 * 2 ** tries, 60_000));
}, true);

async function hand(card, action, title) {
  const { code } = card.dataset, draft = drafts.get(code) || {}, text = card.querySelector("textarea").value.trim();
  if (NEEDS_WORDS.has(action) && !text) { say(t("请写明情况")); card.querySelector("textarea").focus(); return; }
  const values = { code, action, text, ...told(draft.spot || measured(fresh())), captured_at: draft.at || new Date().toISOString() };
  try {
    await enqueue("act", `${title} ${code.slice(-5)}`, values, draft.photos || []);
  } catch (fault) {
    say(t("手机存储已满，没有存下：{why}。请清理后再提交，内容还在。", { why: fault.message }));
    return;
  }
  await drop(code);
  card.remove();
  say(t("已存入手机，有信号即上传"));
  showTasks();
}

// The small photos of the own tasks, for where there is no signal; the first in the list before all.
async function keepPhotos(tasks) {
  if (!("caches" in window)) return;
  const wanted = tasks.flatMap((task) => task.photos).slice(0, MOST_PHOTOS);
  const cache = await caches.open(PHOTOS);
  const there = new Set();
  for (const { url } of await cache.keys()) {
    const path = url.slice(location.origin.length);
    if (wanted.includes(path)) there.add(path);
    else await cache.delete(url);
  }
  for (const path of wanted) if (!there.has(path)) await keepPhoto(cache, path).then(() => there.add(path), () => {});
  page.dataset.kept = there.size;
}

async function keepPhoto(cache, path) {
  const answer = await fetch(path, { headers: presence(), signal: patience() });
  if (!answer.ok) throw new Error(String(answer.status));
  await cache.put(path, answer);
}

export const forgetPhotos = () => ("caches" in window ? caches.delete(PHOTOS) : undefined);
