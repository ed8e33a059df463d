// Verify and check; own cases; what waits to be sent.
import { preview, shrink } from "./camera.js";
import { metres, place } from "./place.js";
import { discard, enqueue, flush, retry, state, waiting } from "./queue.js";
import { asked } from "./store.js";
import { escape, say } from "./app.js";

const pages = { tasks: document.getElementById("page-tasks"), mine: document.getElementById("page-mine") };
const CHOICES = { verifying: [["confirm", "属实"], ["deny", "不属实"]], checking: [["pass_check", "通过"], ["fail_check", "不通过"]] };
const NEEDS_WORDS = new Set(["deny", "fail_check"]);
const shots = {};

export async function showTasks() {
  const [told, queued] = [await asked("tasks"), await waiting()];
  const done = new Set(queued.filter((item) => item.path === "act").map((item) => item.values.code));
  const left = (told?.tasks || []).filter((task) => !done.has(task.code));
  document.getElementById("task-count").textContent = left.length || "";
  if (pages.tasks.querySelector("textarea:focus, .shots-row img")) return;
  pages.tasks.innerHTML = (told?.old ? '<p class="old">没有信号，这是上次取得的任务。</p>' : "") + (left.map(card).join("") || '<p class="empty">没有核实、核查任务。</p>');
}

function card(task) {
  const far = place.now ? `${Math.round(metres(place.now, task))} 米` : "";
  const choices = CHOICES[task.step] || [];
  return `<article class="card" data-code="${task.code}" data-urgency="${task.urgency}"><h2>${escape(task.title)} <small>${escape(task.state)}</small></h2>
<p>${escape(task.description || "")}</p><p class="where">${escape(task.place)} ${escape(task.address)} <b>${far}</b>${task.due ? `　${task.urgency === "late" ? "已超时" : `${clock(task.due)} 前${task.due_is_provisional ? "（暂定）" : ""}`}` : ""}</p>
<div class="thumbs">${task.photos.map((src) => `<img src="${src}" alt="现场照片" loading="lazy">`).join("")}</div>
<div class="shots-row"></div><label class="second shoot">拍照<input type="file" accept="image/*" capture="environment" multiple hidden></label>
<textarea rows="2" maxlength="1000" placeholder="说明（不属实、不通过必填）" aria-label="说明"></textarea>
<div class="two">${choices.map(([action, title]) => `<button class="big${NEEDS_WORDS.has(action) ? " no" : ""}" data-act="${action}">${title}</button>`).join("")}</div></article>`;
}

pages.tasks.addEventListener("change", async (event) => {
  if (event.target.type !== "file") return;
  const box = event.target.closest("article");
  const kept = (shots[box.dataset.code] ??= []);
  for (const file of event.target.files) try { kept.push(await shrink(file)); } catch (error) { say(error.message); }
  event.target.value = "";
  box.querySelector(".shots-row").innerHTML = kept.map((photo) => `<img src="${preview(photo)}" alt="已拍">`).join("");
});

pages.tasks.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  const box = button.closest("article"), code = box.dataset.code, text = box.querySelector("textarea").value.trim();
  if (NEEDS_WORDS.has(button.dataset.act) && !text) { say("请写明情况"); box.querySelector("textarea").focus(); return; }
  const at = place.now || {};
  await enqueue("act", `${button.textContent} ${code.slice(-5)}`, { code, action: button.dataset.act, text, lon: at.lon ?? null, lat: at.lat ?? null, accuracy: at.accuracy ?? null, captured_at: new Date().toISOString() }, shots[code] || []);
  delete shots[code];
  box.remove();
  say("已存入手机，有信号即上传");
  showTasks();
});

export async function showMine() {
  const [queued, told] = [await waiting(), await asked("mine")];
  const counted = queued.filter((item) => item.path !== "patrol" || item.state === "refused");
  document.getElementById("wait-count").textContent = counted.length || "";
  const sending = counted.length ? `<h2>待上传 ${counted.length}</h2>${counted.map(entry).join("")}<button class="second" id="send-now">立即上传</button>` : "";
  pages.mine.innerHTML = `${sending}<h2>我的上报</h2>${told?.old ? '<p class="old">没有信号，这是上次取得的。</p>' : ""}${(told?.cases || []).map((one) => `<article class="card" data-urgency="${one.urgency}"><h2>${escape(one.title)} <small>${escape(one.state)}</small></h2><p>${escape(one.description || "")}</p><p class="where">${one.code}　${clock(one.reported)}</p></article>`).join("") || '<p class="empty">还没有上报。</p>'}`;
}

function entry(item) {
  const photo = item.photos[0] ? `<img src="${preview(item.photos[0])}" alt="">` : "";
  const refused = item.state === "refused";
  return `<article class="card waiting${refused ? " refused" : ""}" data-item="${item.id}">${photo}<div><h2>${escape(item.title)}</h2><p class="where">${clock(item.at)}${item.photos.length ? `　照片 ${item.photos.length} 张` : ""}</p>
${refused ? `<p class="bad">没有被接收：${escape(item.error)}</p><textarea rows="2" aria-label="改正说明">${escape(item.values.description ?? item.values.text ?? "")}</textarea><div class="two"><button class="second" data-retry>再次上传</button><button class="second no" data-discard>丢弃</button></div>` : '<p class="where">等待信号</p>'}</div></article>`;
}

pages.mine.addEventListener("click", async (event) => {
  if (event.target.id === "send-now") { say("正在上传…"); await flush(); return; }
  const box = event.target.closest("[data-item]");
  if (!box) return;
  const words = box.querySelector("textarea")?.value;
  if (event.target.matches("[data-retry]")) await retry(box.dataset.item, { description: words, text: words });
  if (event.target.matches("[data-discard]") && confirm("丢弃后不能恢复，确定丢弃这一条？")) await discard(box.dataset.item);
});

function clock(text) {
  return new Date(text).toLocaleString("zh-CN", { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false });
}

export const isBusy = () => state.sending;
