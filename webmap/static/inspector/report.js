// The report: photos first, then class, place, words. Every touch is kept, so nothing is lost.
import { add, figures } from "./camera.js";
import { componentsNear, fresh, place } from "./place.js";
import { discard, enqueue, hold, who } from "./queue.js";
import { chosen, improve, measured, stamp, told, untold } from "./spot.js";
import { asked, get, kept, newId, put, remove } from "./store.js";
import { clock, escape, t } from "./words.js";
import { go, say } from "./app.js";
import { choose } from "./map.js";

const WARN_M = 10, CONFIRM_M = 30;
const page = document.getElementById("page-report");
const $ = (selector) => page.querySelector(selector);
let nearTurn = 0, draft = blank(), known = { classes: [], recent: [] };

// ``mends`` is the item of the queue that the draft stands for.
function blank() {
  return { class: "", title: "", description: "", component: "", photos: [], spot: null, at: "", mends: "" };
}

const keptAs = (item) => `draft:${who()}:${item}`;

export async function start() {
  draft = { ...blank(), ...(await get("kept", keptAs(""))) };
  page.innerHTML = `<form id="report"><div id="mending" class="old" hidden></div>
<div class="photos"><label class="shoot big">${t("拍照")}<input type="file" accept="image/*" capture="environment" multiple hidden></label><div id="shots"></div></div>
<label class="field">${t("问题类别")}<input id="class-search" type="search" placeholder="${t("输入名称查找")}" autocomplete="off" enterkeyhint="search"></label>
<div id="class-recent" class="chips"></div><div id="class-found" class="options" hidden></div>
<div class="field"><span>${t("位置")}</span><p id="spot" role="status"></p><div class="two"><button type="button" id="spot-map" class="second">${t("在地图上选")}</button><button type="button" id="spot-now" class="second">${t("用现在的位置")}</button></div></div>
<div id="near" class="options" hidden></div>
<label class="field">${t("情况说明")}<textarea id="words" rows="2" maxlength="1000"></textarea></label>
<p id="report-error" class="bad" role="alert" hidden></p>
<button class="big send">${t("提交")}</button></form>`;
  wire();
  // What is kept first: with a poor signal the answer may take long.
  known = (await kept("classes")) || known;
  show();
  const said = await asked("classes");
  if (said?.classes) known = said; // signed out on a new phone there are none yet
  const sought = $("#class-search").value.trim();
  if (sought) options(sought);
  else showClass();
  showNear();
}

export function placeChanged() {
  if (improve(draft)) save();
  showSpot();
}

// Mend what the server did not take: in this form, beside the report that may be half filled in.
export async function mend(item) {
  await hold(item.id);
  const { values } = item;
  const begun = { class: values.class, title: item.title, description: values.description, component: values.component, photos: item.photos, spot: untold(values), at: values.captured_at, error: item.error, isTaken: item.field === "uuid", sent: item.at };
  await open(item.id, begun);
}

// What was thrown away is not mended any more.
export async function forget(id) {
  await remove("kept", keptAs(id));
  if (draft.mends === id) await open("");
}

async function open(item, begun = {}) {
  draft = { ...blank(), ...begun, ...(await get("kept", keptAs(item))), mends: item };
  $("#report-error").hidden = true;
  show();
}

function wire() {
  $("input[type=file]").addEventListener("change", async (event) => {
    const into = draft, isFirst = !into.photos.length;
    stamp(into, isFirst);
    await add(into.photos, [...event.target.files], say);
    event.target.value = "";
    save(into);
    // Only what has changed: whoever waits for the photos is typing meanwhile.
    if (into === draft) { showPhotos(); showSpot(); }
  });
  $("#class-search").addEventListener("input", () => options($("#class-search").value.trim()));
  $("#words").addEventListener("input", (event) => { draft.description = event.target.value; stamp(draft); save(); });
  $("#spot-map").addEventListener("click", onMap);
  $("#spot-now").addEventListener("click", () => { Object.assign(draft, { spot: measured(fresh()), isPlaced: true }); save(); showSpot(); showNear(); });
  $("#report").addEventListener("click", touched);
  $("#report").addEventListener("submit", send);
}

function touched(event) {
  const on = (name) => event.target.closest(`[data-${name}]`)?.dataset[name];
  if (event.target.closest("[data-give-up]")) open("");
  else if (on("class")) { Object.assign(draft, { class: on("class"), title: event.target.closest("[data-class]").dataset.title, component: "" }); stamp(draft); save(); chooseClass(); }
  else if (on("component")) { draft.component = draft.component === on("component") ? "" : on("component"); save(); showNear(); }
  else if (on("drop")) { draft.photos.splice(Number(on("drop")), 1); save(); showPhotos(); }
}

async function onMap() {
  go("map");
  const spot = await choose(draft.spot || fresh());
  if (spot) { stamp(draft); draft.spot = chosen(spot); save(); }
  go("report");
  showSpot();
  showNear();
}

function save(what = draft) {
  put("kept", { ...what, id: keptAs(what.mends) }).catch(() => say(t("手机存储已满，写下的没有存住；请清理后再改一次")));
}

const classButton = (id, title, more = "", attributes = "") => `<button type="button" data-class="${id}" data-title="${escape(title)}"${attributes}>${escape(title)}${more}</button>`;

function options(text) {
  const box = $("#class-found");
  const found = text ? known.classes.filter((one) => one.name.includes(text) || one.group.includes(text)).slice(0, 12) : [];
  box.hidden = !text;
  box.innerHTML = found.map((one) => classButton(`${one.kind}:${one.code}`, one.name, `<small> ${escape(one.group)}</small>`)).join("") || `<p>${t("没有这个类别")}</p>`;
}

// The whole form, for another draft; while one is written, only the parts below that change.
function show() {
  $("#mending").hidden = !draft.mends;
  $("#mending").innerHTML = draft.mends ? `<p>${t("正在改正：{title}", { title: escape(draft.title) })}</p><p class="bad">${escape(draft.error)}</p><button type="button" class="second" data-give-up>${t("先不改，回到新上报")}</button>` : "";
  $("#words").value = draft.description;
  showPhotos();
  chooseClass();
  showSpot();
}

function showPhotos() { $("#shots").innerHTML = figures(draft.photos); }

// A class is chosen: what was sought has been found.
function chooseClass() {
  $("#class-found").hidden = true;
  $("#class-search").value = "";
  showClass();
  showNear();
}

function showClass() {
  const names = Object.fromEntries(known.classes.map((one) => [`${one.kind}:${one.code}`, one.name]));
  if (draft.class && !names[draft.class]) names[draft.class] = draft.title;
  $("#class-recent").innerHTML = [...new Set([draft.class, ...known.recent])].filter((id) => names[id]).map((id) => classButton(id, names[id], "", ` aria-pressed="${id === draft.class}"`)).join("");
}

async function showNear() {
  const near = $("#near"), at = draft.spot || fresh();
  near.hidden = !(draft.class.startsWith("component:") && at);
  if (near.hidden) return;
  const turn = ++nearTurn;
  const found = await componentsNear(at, draft.class.split(":")[1]);
  if (turn !== nearTurn) return; // another class or place was chosen meanwhile
  near.innerHTML = `<p>${t("附近的部件")}</p>${found.map((one) => `<button type="button" data-component="${one.code}" aria-pressed="${one.code === draft.component}">${escape(one.name || one.class_code)}<small> ${one.far.toFixed(0)} m　${one.code}</small></button>`).join("") || `<p>${t("50 米内没有登记的部件")}</p>`}`;
}

function showSpot() {
  if (!$("#spot")) return;
  const now = fresh(), { spot } = draft;
  $("#spot-now").hidden = !draft.at || !now || (spot?.source === "gps" && spot.at === now.at);
  [$("#spot").textContent, $("#spot").className] = spotTold(spot, now);
}

// (words, class) of the line about the place.
function spotTold(spot, now) {
  if (spot?.source === "map") return [t("已在地图上选定 {place}", { place: `${spot.lat.toFixed(5)}, ${spot.lon.toFixed(5)}` }), "good"];
  if (!spot && draft.at) return [now ? t("录入时没有定位。人还在现场可用现在的位置，否则请在地图上选") : place.error || t("录入时没有定位，正在定位…"), "warn"];
  const at = spot || now;
  if (!at) return [place.error || (place.now ? t("定位已过期，正在重新定位…") : t("正在定位…")), ""];
  const metres = Math.round(at.accuracy);
  const words = spot?.at ? t("{time} 录入时的位置，精度 {n} 米", { time: clock(spot.at, { hour: "2-digit", minute: "2-digit", hour12: false }), n: metres }) : t("现在的位置，精度 {n} 米", { n: metres });
  if (at.accuracy > CONFIRM_M) return [words + t("，偏差较大，请在地图上选定"), "bad"];
  return [words, at.accuracy > WARN_M ? "warn" : "good"];
}

function missing() {
  if (!draft.class) return t("请选择问题类别");
  if (!draft.spot) return t("还没有位置：请用现在的位置，或在地图上选");
  if (draft.spot.source === "gps" && draft.spot.accuracy > CONFIRM_M) return t("定位偏差 {n} 米，请在地图上选定位置", { n: Math.round(draft.spot.accuracy) });
  return "";
}

async function send(event) {
  event.preventDefault();
  const error = $("#report-error"), done = draft;
  error.textContent = missing();
  error.hidden = !error.textContent;
  if (!error.hidden) return;
  // From which edition it was chosen: the codes of another may mean something else.
  const scheme = known.classes.find((one) => `${one.kind}:${one.code}` === done.class)?.scheme;
  const values = { class: done.class, scheme, ...told(done.spot), description: done.description, component: done.component, captured_at: done.at };
  // The UUID stays the item's own, unless the server has it from somebody else.
  const more = done.mends ? { id: done.isTaken ? newId() : done.mends, at: done.sent } : {};
  try {
    await enqueue("report", done.title, values, done.photos, more);
  } catch (fault) {
    error.hidden = false;
    error.textContent = t("手机存储已满，没有存下：{why}。请清理后再提交，内容还在。", { why: fault.message });
    return;
  }
  if (done.isTaken) await discard(done.mends);
  await remove("kept", keptAs(done.mends));
  await open("");
  say(t("已存入手机，有信号即上传"));
}
