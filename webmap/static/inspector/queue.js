// Things on their way to the server. One leaves only on a 2xx or when its owner throws it away.
import { all, get, newId, put, remove } from "./store.js";

const FIRST_MS = 4_000, LAST_MS = 120_000;
export const state = { me: null, online: navigator.onLine, signedOut: false, sending: false, changed: () => {}, sent: () => {} };
let wait = FIRST_MS, timer = 0;

// ``path`` of the API, ``values`` as JSON, ``photos`` as {name, type, bytes}.
export async function enqueue(path, title, values, photos = []) {
  const item = { id: newId(), path, title, values, photos, at: new Date().toISOString(), state: "waiting", error: "" };
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

export async function retry(id, values) {
  const item = await get("queue", id);
  if (!item) return;
  Object.assign(item, { state: "waiting", error: "", values: { ...item.values, ...values } });
  await put("queue", item);
  state.changed();
  flush();
}

export async function discard(id) {
  await remove("queue", id);
  state.changed();
}

// One page at a time sends; where the browser has no locks the UUID keeps double sending harmless.
export function flush() {
  clearTimeout(timer);
  if (navigator.locks) return navigator.locks.request("inspector-queue", { ifAvailable: true }, (lock) => (lock ? send() : undefined)).then(again);
  return state.sending ? undefined : send().then(again);
}

async function again() {
  const left = (await waiting()).filter((item) => item.state === "waiting");
  if (left.length && !state.signedOut) { timer = setTimeout(flush, wait); wait = Math.min(wait * 2, LAST_MS); }
}

async function send() {
  const left = async () => (await waiting()).filter((item) => item.state === "waiting");
  if (!(await left()).length && state.me && !state.signedOut) return;
  state.sending = true;
  try {
    if (!(await known())) return;
    // Once more for what was entered meanwhile: its own call found the sender at work.
    for (let items = await left(); items.length; items = await left()) {
      for (const item of items) if (!(await sendOne(item))) return;
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
    const answer = await fetch("/inspector/api/me", { cache: "no-store" });
    state.online = true;
    state.signedOut = answer.status === 401;
    if (answer.ok) { state.me = await answer.json(); await put("kept", { id: "me", value: state.me }); }
    else if (answer.status === 403) { state.signedOut = true; state.why = (await answer.json()).error; }
    return answer.ok;
  } catch {
    state.online = false;
    return false;
  }
}

// Whether to go on with the next.
async function sendOne(item) {
  const body = new FormData();
  body.set("json", JSON.stringify(item.values));
  for (const photo of item.photos) body.append("photos", new Blob([photo.bytes], { type: photo.type }), photo.name);
  let answer;
  try {
    answer = await fetch(`/inspector/api/${item.path}`, { method: "POST", body, headers: { "X-CSRFToken": state.me.csrf } });
  } catch {
    state.online = false;
    return false;
  }
  if (answer.ok) {
    const told = await answer.json();
    await remove("queue", item.id);
    state.sent(item, told);
    return true;
  }
  const isOurs = answer.headers.get("Content-Type")?.startsWith("application/json");
  if (answer.status === 401 || (answer.status === 403 && !isOurs)) { state.signedOut = true; return false; }
  if (answer.status >= 500 || answer.status === 429 || !isOurs) return false;
  item.state = "refused";
  item.error = (await answer.json()).error || String(answer.status);
  await put("queue", item);
  return true;
}

addEventListener("online", () => { state.online = true; wait = FIRST_MS; flush(); });
addEventListener("offline", () => { state.online = false; state.changed(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden) { wait = FIRST_MS; flush(); } });
navigator.serviceWorker?.addEventListener("message", (event) => { if (event.data === "flush") flush(); });
