// Things on their way to the server. One leaves only on a 2xx or when its owner throws it away.
import { hurry, json, patience, post } from "../base/http.js";
import { presence } from "../base/presence.js";
import { all, change, get, newId, put, remove } from "./store.js";
import { t } from "./words.js";

const FIRST_MS = 4_000, LAST_MS = 120_000, LAST_OF_ONE_MS = 600_000;
/** @type {{me: any, online: boolean, signedOut: boolean, unwell: boolean, sending: boolean, why?: string, changed: () => void, sent: (item: any, told: any) => void, switched: (before: any) => unknown}} */
export const state = { me: null, online: navigator.onLine, signedOut: false, unwell: false, sending: false, changed: () => {}, sent: () => {}, switched: () => {} };
let wait = FIRST_MS, timer = 0;

export const who = () => state.me?.name || "";
// What was entered before anybody had signed in belongs to whoever does.
export const isOwn = (item) => !item.who || item.who === who();

// ``path`` of the API, ``values`` as JSON, ``photos`` as {name, type, bytes}; an ``id`` that is there already is replaced.
export async function enqueue(path, title, values, photos = [], more = {}) {
  const item = { id: newId(), who: who(), path, title, values, photos, at: new Date().toISOString(), state: "waiting", error: "", tries: 0, next: 0, ...more };
  item.values.uuid = item.id;
  await put("queue", item);
  wait = FIRST_MS;
  state.changed();
  navigator.serviceWorker?.ready.then((worker) => worker.sync?.register("flush")).catch(() => {});
  flush();
  return item;
}

export async function waiting() {
  return (await all("queue")).sort((a, b) => a.at.localeCompare(b.at));
}

export async function retry(id) {
  await change("queue", id, (item) => Object.assign(item, { state: "waiting", error: "", next: 0 }));
  state.changed();
  flush();
}

// Not sent until its owner has mended it.
export const hold = (id) => change("queue", id, (item) => { item.state = "refused"; });

export async function discard(id) {
  await remove("queue", id);
  state.changed();
}

// Whether the server can be sure not to have it under its UUID.
export const isMendable = (item) => item.state === "refused" || (item.tries > 0 && !item.isMaybeTaken);

// One page at a time sends; where the browser has no locks the UUID keeps double sending harmless.
// ``isNow``: also what failed a moment ago and waits for its next try.
export function flush(isNow = false) {
  clearTimeout(timer);
  if (isNow) hurry();
  // Who asks for it now waits for what is on its way; else one that is at work is enough.
  if (navigator.locks) return navigator.locks.request("inspector-queue", { ifAvailable: !isNow }, (lock) => (lock ? send(isNow) : undefined)).then(again);
  return state.sending ? undefined : send(isNow).then(again);
}

async function again() {
  const left = (await waiting()).filter((item) => item.state === "waiting" && isOwn(item));
  if (!left.length || state.signedOut) return;
  const soonest = Math.min(...left.map((item) => item.next || 0)) - Date.now();
  clearTimeout(timer);
  timer = setTimeout(flush, Math.max(wait, soonest));
  wait = Math.min(wait * 2, LAST_MS);
}

// The order matters among the results on one case, and within a patrol: its start, its track, its end.
function line(item) {
  if (item.path === "act") return `act ${item.values.code}`;
  return item.path === "patrol" ? "patrol" : item.id;
}

// What may go now. What failed or must be mended holds up its own line only.
async function ready(tried, isNow) {
  const held = new Set(), found = [];
  for (const item of (await waiting()).filter(isOwn)) {
    const isWaiting = item.state === "waiting";
    if (held.has(line(item))) continue;
    if (isWaiting && !tried.has(item.id) && (isNow || (item.next || 0) <= Date.now())) found.push(item);
    else if (isWaiting || item.path === "act") held.add(line(item));
  }
  return found;
}

async function send(isNow) {
  const tried = new Set();
  if (state.me && !state.signedOut && !(await ready(tried, isNow)).length) return;
  state.sending = true;
  try {
    if (!(await known())) return;
    // Once more for what was entered meanwhile: its own call found the sender at work.
    for (let items = await ready(tried, isNow); items.length; items = await ready(tried, isNow)) {
      const held = new Set();
      for (const item of items) {
        if (held.has(line(item))) continue;
        tried.add(item.id);
        const told = await sendOne(item.id);
        if (told === "stop") return;
        if (told === "kept") held.add(line(item));
      }
    }
    wait = FIRST_MS;
  } finally {
    state.sending = false;
    state.changed();
  }
}

// Who is signed in, with a fresh token: one from before the last sign-in is worth nothing.
export async function known() {
  try {
    const answer = await fetch("/inspector/api/me", { cache: "no-store", headers: presence(), signal: patience() });
    state.signedOut = answer.status === 401;
    state.unwell = answer.status >= 500;
    if (answer.ok) await met(await answer.json());
    else if (answer.status === 403) { state.signedOut = true; state.why = (await answer.json()).error; }
    state.online = true;
    return answer.ok;
  } catch {
    state.online = false;
    return false;
  }
}

async function met(me) {
  const before = state.me;
  state.me = me;
  state.why = "";
  await put("kept", { id: "me", value: me });
  if (before && before.name !== me.name) await state.switched(before);
}

// "sent", "kept" (it stays; others may go), or "stop" (nothing can go now).
async function sendOne(id) {
  const item = await get("queue", id);
  if (!item) return "sent";
  const body = new FormData();
  body.set("json", JSON.stringify(item.values));
  for (const photo of item.photos) body.append("photos", new Blob([photo.bytes], { type: photo.type }), photo.name);
  let answer, told;
  try {
    answer = await post(`/inspector/api/${item.path}`, body, { "X-CSRFToken": state.me.csrf });
    told = json(answer);
  } catch {
    state.online = false;
    // Next time another goes first: one that is too large for the line must not hold up all.
    await change("queue", id, (row) => { Object.assign(row, later(row, t("没有信号，或服务器没有应答"), LAST_MS), { isMaybeTaken: true }); });
    return "stop";
  }
  if (answer.status >= 200 && answer.status < 300 && told) {
    await remove("queue", id);
    state.sent(item, told);
    return "sent";
  }
  return kept(id, answer.status, told);
}

async function kept(id, status, told) {
  if (status === 401) { state.signedOut = true; return "stop"; }
  if (status === 429) return "stop";
  const isRefused = told && status >= 400 && status < 500;
  await change("queue", id, (row) => {
    if (isRefused) Object.assign(row, { tries: (row.tries || 0) + 1, state: "refused", error: told.error || String(status), field: told.field || "" });
    else Object.assign(row, later(row, t("服务器没有正常应答（{status}）", { status })), { isMaybeTaken: row.isMaybeTaken || status >= 500 });
  });
  return "kept";
}

// One more try is over; the next one comes the later the more there were.
function later(row, error, most = LAST_OF_ONE_MS) {
  const tries = (row.tries || 0) + 1;
  return { tries, error, next: Date.now() + Math.min(FIRST_MS * 2 ** tries, most) };
}

addEventListener("online", () => { state.online = true; wait = FIRST_MS; flush(true); });
addEventListener("offline", () => { state.online = false; state.changed(); });
