// The report: photos first, then class, place, words. Every touch is kept, so nothing is lost.
import { preview, shrink } from "./camera.js";
import { componentsNear, place } from "./place.js";
import { enqueue } from "./queue.js";
import { asked, get, put, remove } from "./store.js";
import { escape, go, say } from "./app.js";
import { choose } from "./map.js";

const WARN_M = 10, CONFIRM_M = 30, MOST_PHOTOS = 6;
const page = document.getElementById("page-report");
const FRESH = { id: "draft", class: "", title: "", description: "", component: "", photos: [], spot: null };
let draft = { ...FRESH }, known = { classes: [], recent: [] };

export async function start() {
  draft = { ...FRESH, ...(await get("kept", "draft")) };
  page.innerHTML = `<form id="report">
<div class="photos"><label class="shoot big">拍照<input type="file" accept="image/*" capture="environment" multiple hidden></label><div id="shots"></div></div>
<label class="field">问题类别<input id="class-search" type="search" placeholder="输入名称查找" autocomplete="off" enterkeyhint="search"></label>
<div id="class-recent" class="chips"></div><div id="class-found" class="options" hidden></div>
<div class="field"><span>位置</span><p id="spot" role="status"></p><button type="button" id="spot-map" class="second">在地图上选</button></div>
<div id="near" class="options" hidden></div>
<label class="field">情况说明<textarea id="words" rows="2" maxlength="1000"></textarea></label>
<p id="report-error" class="bad" role="alert" hidden></p>
<button class="big send">提交</button></form>`;
  wire();
  known = (await asked("classes")) || known;
  show();
}

export function placeChanged() { if (!draft.spot) showSpot(); }

function wire() {
  const $ = (selector) => page.querySelector(selector);
  $("input[type=file]").addEventListener("change", async (event) => {
    for (const file of event.target.files) {
      if (draft.photos.length >= MOST_PHOTOS) { say(`最多 ${MOST_PHOTOS} 张照片`); break; }
      try { draft.photos.push(await shrink(file)); } catch (error) { say(error.message); }
    }
    event.target.value = "";
    draft.captured_at ||= new Date().toISOString();
    save(); show();
  });
  $("#class-search").addEventListener("input", () => options($("#class-search").value.trim()));
  page.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-class]");
    if (chosen) { Object.assign(draft, { class: chosen.dataset.class, title: chosen.textContent.trim(), component: "" }); save(); show(); }
    const near = event.target.closest("[data-component]");
    if (near) { draft.component = draft.component === near.dataset.component ? "" : near.dataset.component; save(); show(); }
    const gone = event.target.closest("[data-drop]");
    if (gone) { draft.photos.splice(Number(gone.dataset.drop), 1); save(); show(); }
  });
  $("#words").addEventListener("input", (event) => { draft.description = event.target.value; save(); });
  $("#spot-map").addEventListener("click", async () => {
    go("map");
    const spot = await choose(draft.spot || place.now);
    if (spot) { draft.spot = { ...spot, accuracy: 1, isChosen: true }; save(); }
    go("report"); show();
  });
  $("#report").addEventListener("submit", send);
}

function save() { put("kept", { ...draft, id: "draft" }); }

function options(text) {
  const box = page.querySelector("#class-found");
  const found = text ? known.classes.filter((one) => one.name.includes(text) || one.group.includes(text)).slice(0, 12) : [];
  box.hidden = !text;
  box.innerHTML = found.map((one) => `<button type="button" data-class="${one.kind}:${one.code}">${escape(one.name)}<small> ${escape(one.group)}</small></button>`).join("") || "<p>没有这个类别</p>";
}

async function show() {
  page.querySelector("#shots").innerHTML = draft.photos.map((photo, i) => `<figure><img src="${preview(photo)}" alt="照片 ${i + 1}"><button type="button" data-drop="${i}" aria-label="删去照片 ${i + 1}">×</button></figure>`).join("");
  const names = Object.fromEntries(known.classes.map((one) => [`${one.kind}:${one.code}`, one.name]));
  page.querySelector("#class-recent").innerHTML = [...new Set([draft.class, ...known.recent])].filter((id) => names[id]).map((id) => `<button type="button" data-class="${id}" aria-pressed="${id === draft.class}">${escape(names[id])}</button>`).join("");
  page.querySelector("#class-found").hidden = true;
  page.querySelector("#class-search").value = "";
  page.querySelector("#words").value = draft.description;
  showSpot();
  const near = page.querySelector("#near");
  near.hidden = true;
  const at = draft.spot || place.now;
  if (draft.class.startsWith("component:") && at) {
    const found = await componentsNear(at, draft.class.split(":")[1]);
    near.hidden = false;
    near.innerHTML = `<p>附近的部件</p>${found.map((one) => `<button type="button" data-component="${one.code}" aria-pressed="${one.code === draft.component}">${escape(one.name || one.class_code)}<small> ${one.far.toFixed(0)} m　${one.code}</small></button>`).join("") || "<p>50 米内没有登记的部件</p>"}`;
  }
}

function showSpot() {
  const line = page.querySelector("#spot");
  if (!line) return;
  const at = draft.spot || place.now;
  line.className = "";
  if (!at) { line.textContent = place.error || "正在定位…"; return; }
  if (draft.spot?.isChosen) { line.textContent = `已在地图上选定 ${at.lat.toFixed(5)}, ${at.lon.toFixed(5)}`; line.className = "good"; return; }
  line.textContent = `精度 ${Math.round(at.accuracy)} 米`;
  line.className = at.accuracy > CONFIRM_M ? "bad" : at.accuracy > WARN_M ? "warn" : "good";
  if (at.accuracy > CONFIRM_M) line.textContent += "，偏差较大，请在地图上选定";
}

async function send(event) {
  event.preventDefault();
  const error = page.querySelector("#report-error");
  const at = draft.spot || place.now;
  const missing = !draft.class ? "请选择问题类别" : !at ? "还没有位置，请在地图上选" : !draft.spot && at.accuracy > CONFIRM_M ? `定位偏差 ${Math.round(at.accuracy)} 米，请在地图上选定位置` : "";
  error.hidden = !missing;
  error.textContent = missing;
  if (missing) return;
  const names = Object.fromEntries(known.classes.map((one) => [`${one.kind}:${one.code}`, one.name]));
  // From which edition it was chosen: the codes of another may mean something else.
  const scheme = known.classes.find((one) => `${one.kind}:${one.code}` === draft.class)?.scheme;
  const values = { class: draft.class, scheme, lon: at.lon, lat: at.lat, accuracy: at.accuracy, description: draft.description, component: draft.component, captured_at: draft.captured_at || new Date().toISOString() };
  try {
    await enqueue("report", names[draft.class] || draft.title, values, draft.photos);
  } catch (fault) {
    error.hidden = false;
    error.textContent = `手机存储已满，没有存下：${fault.message}。请清理后再提交，内容还在。`;
    return;
  }
  await remove("kept", "draft");
  draft = { ...FRESH, photos: [] };
  show();
  say("已存入手机，有信号即上传");
}
