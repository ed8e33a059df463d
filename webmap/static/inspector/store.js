// What the phone keeps: things to send, the form as it stands, what the server said last.
// A connection that the system has cut (iOS does) is opened anew by the next call.
import { patience } from "../base/http.js";
import { presence } from "../base/presence.js";

const NAME = "tujing-inspector", VERSION = 1;
const STORES = ["queue", "kept", "track"];
let opening = null;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => { for (const store of STORES) if (!request.result.objectStoreNames.contains(store)) request.result.createObjectStore(store, { keyPath: "id" }); };
    request.onsuccess = () => {
      request.result.onclose = () => { opening = null; };
      request.result.onversionchange = () => { request.result.close(); opening = null; };
      resolve(request.result);
    };
    request.onerror = () => { opening = null; reject(request.error); };
  });
  return opening;
}

async function run(store, mode, action, again = true) {
  try {
    const database = await open();
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(store, mode, { durability: "strict" });
      const request = action(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error || request.error);
    });
  } catch (error) {
    if (again && ["InvalidStateError", "UnknownError", "AbortError"].includes(error?.name)) { opening = null; return run(store, mode, action, false); }
    throw error;
  }
}

export const put = (store, row) => run(store, "readwrite", (s) => s.put(row));
export const get = (store, id) => run(store, "readonly", (s) => s.get(id));
export const all = (store) => run(store, "readonly", (s) => s.getAll());
export const remove = (store, id) => run(store, "readwrite", (s) => s.delete(id));
export const within = (store, prefix) => run(store, "readonly", (s) => s.getAll(IDBKeyRange.bound(prefix, `${prefix}\uffff`)));
export const removeAll = (store, ids) => run(store, "readwrite", (s) => ids.map((id) => s.delete(id)).at(-1) || s.count());

// Amend a row that is still there; one that was thrown away meanwhile stays away.
export const change = (store, id, amend) => run(store, "readwrite", (s) => {
  const request = s.get(id);
  request.onsuccess = () => { if (request.result) { amend(request.result); s.put(request.result); } };
  return request;
});

// What the server said last, without asking it.
export async function kept(path) {
  return (await get("kept", path))?.value || null;
}

// The answer of the server, or what it said last when there is no signal.
export async function asked(path) {
  try {
    const answer = await fetch(`/inspector/api/${path}`, { headers: { Accept: "application/json", ...presence() }, credentials: "same-origin", signal: patience() });
    if (answer.status === 401) return { ...(await kept(path)), signedOut: true };
    if (!answer.ok) throw new Error(String(answer.status));
    const value = await answer.json();
    await put("kept", { id: path, value, at: Date.now() });
    return value;
  } catch {
    const last = await kept(path);
    return last ? { ...last, old: true } : null;
  }
}

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64; bytes[8] = (bytes[8] & 63) | 128;
  return [...bytes].map((b, i) => ([4, 6, 8, 10].includes(i) ? "-" : "") + b.toString(16).padStart(2, "0")).join("");
}
