// The shell: pages, the strip that says how things stand, and the start.
import { abandon, here, showMap } from "./map.js";
import { duty, onDuty, place, watch } from "./place.js";
import { flush, state, waiting } from "./queue.js";
import { placeChanged, start as startReport } from "./report.js";
import { showMine, showTasks } from "./tasks.js";
import { asked, get } from "./store.js";

const strip = document.getElementById("strip");
let current = "report", said = "", sayTimer = 0;

export function escape(text) {
  return String(text ?? "").replace(/[&<>"']/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[c]);
}

export function go(page) {
  if (current === "map" && page !== "map") abandon();
  current = page;
  for (const section of document.querySelectorAll(".page")) section.hidden = section.id !== `page-${page}`;
  for (const button of document.querySelectorAll("nav button")) button.toggleAttribute("aria-current", button.dataset.page === page);
  if (page === "map") showMap();
  if (page === "tasks") showTasks();
  if (page === "mine") showMine();
}

export function say(words) {
  said = words;
  clearTimeout(sayTimer);
  sayTimer = setTimeout(() => { said = ""; tell(); }, 4000);
  tell();
}

async function tell() {
  const number = (await waiting().catch(() => [])).length;
  let text = said, kind = "";
  if (!text && state.signedOut) { text = `${escape(state.why || "登录已过期")}，<a href="/accounts/login/?next=/inspector/">请登录</a>${number ? `；${number} 条已存在手机上，登录后自动上传` : ""}`; kind = "bad"; }
  else if (!text && !state.online) { text = `没有信号${number ? `，${number} 条等待上传` : ""}`; kind = "warn"; }
  else if (!text && number) { text = `正在上传，还有 ${number} 条`; }
  strip.innerHTML = state.signedOut && !said ? text : escape(text);
  strip.className = kind;
  strip.hidden = !text;
  strip.dataset.waiting = number;
}

function showDuty() {
  const button = document.getElementById("duty");
  button.textContent = onDuty() ? "离岗" : "上岗";
  button.setAttribute("aria-pressed", String(onDuty()));
}

document.querySelectorAll("nav button").forEach((button) => button.addEventListener("click", () => go(button.dataset.page)));
document.getElementById("duty").addEventListener("click", async () => {
  await duty(!onDuty());
  showDuty();
  say(onDuty() ? "已上岗，开始记录轨迹" : "已离岗，停止记录轨迹");
});

state.changed = () => {
  tell();
  document.getElementById("who").textContent = state.me?.title || "";
  if (current === "mine") showMine();
  if (current === "tasks") showTasks();
};
state.sent = (item, told) => { if (item.path !== "patrol") say(`已上传 ${told.code || ""}`); };
place.changed = () => { placeChanged(); here(); };

async function begin() {
  state.me = (await get("kept", "me").catch(() => null))?.value || null;
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/inspector/sw.js").catch(() => {});
  navigator.storage?.persist?.();
  watch();
  showDuty();
  await startReport();
  await flush();
  state.changed();
  showTasks();
  document.documentElement.dataset.ready = (await asked("area")) ? "yes" : "bare";
  setInterval(() => { if (!document.hidden) { flush(); showTasks(); } }, 60_000);
}
begin();
