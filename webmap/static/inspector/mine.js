// Own cases, and what waits to be sent: to be mended or thrown away by whoever entered it.
import { preview } from "./camera.js";
import { discard, flush, isMendable, isOwn, retry, state, waiting } from "./queue.js";
import { forget, mend } from "./report.js";
import { patience } from "../base/http.js";
import { asked, get, kept } from "./store.js";
import { reopen } from "./tasks.js";
import { clock, escape, language, t } from "./words.js";
import { go, say } from "./app.js";

const page = document.getElementById("page-mine");
const OTHER = language === "en" ? ["zh-hans", "中文"] : ["en", "English"];
let latest = 0;

export async function countMine() {
  const listed = (await waiting()).filter(isListed);
  document.getElementById("wait-count").textContent = listed.filter(isOwn).length || "";
  return listed;
}

// The track goes by itself; it is shown where it does not.
const isListed = (item) => item.path !== "patrol" || item.state === "refused" || item.tries > 2 || !isOwn(item);

export async function showMine() {
  const turn = ++latest;
  const [before, last] = [await countMine(), await kept("mine")];
  if (turn !== latest) return;
  lay(before, last); // with a poor signal the answer may take long
  const told = await asked("mine"), listed = await countMine();
  if (turn === latest) lay(listed, told);
}

function lay(listed, told) {
  const own = listed.filter(isOwn), others = listed.filter((item) => !isOwn(item));
  const sending = own.length ? `<h2>${t("待上传")} ${own.length}</h2>${own.map(entry).join("")}<button class="second" id="send-now">${t("立即上传")}</button>` : "";
  const left = others.length ? `<h2>${t("他人待上传")} ${others.length}</h2><p class="where">${t("同一部手机上由他人录入，本人登录后才会上传。")}</p>${others.map(entryOfOther).join("")}` : "";
  page.innerHTML = `${sending}${left}<h2>${t("我的上报")}</h2>${told?.old ? `<p class="old">${t("没有信号，这是上次取得的。")}</p>` : ""}${(told?.cases || []).map(made).join("") || `<p class="empty">${t("还没有上报。")}</p>`}<button class="second" id="language" lang="${OTHER[0]}">${OTHER[1]}</button>`;
}

function made(one) {
  return `<article class="card" data-urgency="${one.urgency}"><h2>${escape(one.title)} <small>${escape(one.state)}</small></h2><p>${escape(one.description || "")}</p><p class="where">${one.code}　${clock(one.reported)}</p></article>`;
}

function entry(item) {
  const photo = item.photos[0] ? `<img src="${preview(item.photos[0])}" alt="">` : "";
  const count = item.photos.length ? `　${t("照片 {n} 张", { n: item.photos.length })}` : "";
  const words = item.values.description ?? item.values.text ?? "";
  const isMended = item.path !== "patrol" && isMendable(item);
  const buttons = [isMended && `<button class="second" data-mend>${t("改正")}</button>`, (item.state === "refused" || item.tries) && `<button class="second" data-retry>${t("再次上传")}</button>`, `<button class="second no" data-discard>${t("丢弃")}</button>`];
  return `<article class="card waiting${item.state === "refused" ? " refused" : ""}" data-item="${item.id}">${photo}<div><h2>${escape(item.title)}</h2><p class="where">${clock(item.at)}${count}</p>${words ? `<p>${escape(words)}</p>` : ""}${standing(item)}</div><div class="row">${buttons.filter(Boolean).join("")}</div></article>`;
}

function standing(item) {
  if (item.state === "refused") return `<p class="bad">${t("没有被接收：{why}", { why: escape(item.error) })}</p>`;
  if (item.tries) return `<p class="warn">${t("试了 {n} 次没有传上：{why}；会再试", { n: item.tries, why: escape(item.error) })}</p>`;
  return `<p class="where">${t("等待上传")}</p>`;
}

// Whose it is and when: what was seen is between them and the centre.
function entryOfOther(item) {
  return `<article class="card waiting other"><div><h2>${escape(item.who)}</h2><p class="where">${clock(item.at)}　${item.path === "patrol" ? t("巡查轨迹") : t("上报或任务结果")}</p></div></article>`;
}

page.addEventListener("click", async (event) => {
  if (event.target.id === "send-now") { say(t("正在上传…")); await flush(true); return; }
  if (event.target.id === "language") { await speakOther(); return; }
  const id = event.target.closest("[data-item]")?.dataset.item;
  if (!id) return;
  if (event.target.matches("[data-retry]")) await retry(id);
  if (event.target.matches("[data-mend]")) await mendOne(await get("queue", id));
  if (event.target.matches("[data-discard]") && confirm(t("丢弃后不能恢复，确定丢弃这一条？"))) { await discard(id); await forget(id); }
});

async function mendOne(item) {
  if (!item) { showMine(); return; } // it went meanwhile
  if (item.path === "report") { await mend(item); go("report"); return; }
  // Kept in its task before it leaves the queue: killed between, it is in both.
  await reopen(item);
  await discard(item.id);
  go("tasks");
}

async function speakOther() {
  const body = new URLSearchParams({ language: OTHER[0], next: "/inspector/" });
  try {
    await fetch("/i18n/setlang/", { method: "POST", body, headers: { "X-CSRFToken": state.me?.csrf || "" }, signal: patience() });
    location.reload();
  } catch {
    say(t("换语言需要信号"));
  }
}
