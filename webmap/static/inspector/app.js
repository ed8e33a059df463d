// The shell: pages, the strip that says how things stand, and the start.
import { abandon, forgetMap, here, renewArea, showMap } from "./map.js";
import { countMine, showMine } from "./mine.js";
import { duty, endLeftPatrol, onDuty, place, sendTrack, watch } from "./place.js";
import { flush, isOwn, known, state, waiting } from "./queue.js";
import { placeChanged, start as startReport } from "./report.js";
import { forgetDrafts, forgetPhotos, placeMoved, showTasks } from "./tasks.js";
import { get, removeAll } from "./store.js";
import { escape, t } from "./words.js";

const strip = document.getElementById("strip");
const OF_ONE_PERSON = ["area", "classes", "mine", "tasks"];
let current = "report", said = "", sayTimer = 0;

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
  const own = (await waiting().catch(() => [])).filter(isOwn);
  const [html, kind] = said ? [escape(said), ""] : standing(own);
  strip.innerHTML = html;
  strip.className = kind;
  strip.hidden = !html;
  strip.dataset.waiting = own.length;
}

// (HTML, class) of the strip.
function standing(own) {
  const n = own.length, left = own.filter((item) => item.state === "waiting").length;
  if (state.signedOut) return [`${escape(state.why || t("登录已过期"))} <a href="/accounts/login/?next=/inspector/">${t("请登录")}</a>${n ? t("；{n} 条已存在手机上，登录后自动上传", { n }) : ""}`, "bad"];
  if (!state.online) return [t("没有信号") + (n ? t("，{n} 条等待上传", { n }) : ""), "warn"];
  if (state.unwell) return [t("服务器暂时没有正常应答") + (n ? t("，{n} 条等待上传", { n }) : ""), "warn"];
  if (left) return [own.some((item) => item.tries) ? t("有 {n} 条还没有传上，会再试，详见“我的”", { n: left }) : t("正在上传，还有 {n} 条", { n: left }), own.some((item) => item.tries) ? "warn" : ""];
  return n ? [t("有 {n} 条没有被接收，请在“我的”中改正", { n }), "warn"] : ["", ""];
}

function showDuty() {
  const button = document.getElementById("duty");
  button.textContent = onDuty() ? t("离岗") : t("上岗");
  button.setAttribute("aria-pressed", String(onDuty()));
}

document.querySelectorAll("nav button").forEach((button) => button.addEventListener("click", () => go(button.dataset.page)));
document.getElementById("duty").addEventListener("click", async () => {
  await duty(!onDuty());
  showDuty();
  say(onDuty() ? t("已上岗，开始记录轨迹") : t("已离岗，停止记录轨迹"));
});

state.changed = () => {
  tell();
  document.getElementById("who").textContent = state.me?.title || "";
  if (current === "mine") showMine();
  else countMine();
  if (current === "tasks") showTasks();
};
state.sent = (item, told) => { if (item.path !== "patrol") say(t("已上传 {code}", { code: told.code || "" })); };
// The phone is in other hands: what the one before saw goes, what they entered waits for them.
state.switched = async () => {
  await removeAll("kept", OF_ONE_PERSON);
  await forgetPhotos();
  forgetDrafts();
  forgetMap();
  await endLeft();
  await startReport();
};
place.changed = () => { placeChanged(); placeMoved(); here(); };

async function endLeft() {
  if (await endLeftPatrol()) say(t("上次巡查没有离岗，已在最后一个轨迹点处结束"));
  showDuty();
}

async function begin() {
  state.me = (await get("kept", "me").catch(() => null))?.value || null;
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/inspector/sw.js").catch(() => {});
  navigator.serviceWorker?.addEventListener("message", ({ data }) => { if (data === "flush") flush(); });
  navigator.storage?.persist?.();
  watch();
  await startReport();
  await known();
  await endLeft();
  await sendTrack();
  await flush();
  state.changed();
  showTasks();
  document.documentElement.dataset.ready = (await renewArea()) ? "yes" : "bare";
  setInterval(() => { if (!document.hidden) { endLeft(); flush(); showTasks(); } }, 60_000);
}
begin();
