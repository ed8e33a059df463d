// Calls of the server with a deadline: a signal that carries nothing is no signal.
import { presence } from "./presence.js";

const ANSWER_MS = 20_000, STILL_MS = 30_000, WORK_MS = 60_000;
/** @type {{asked: XMLHttpRequest, moved: number} | null} */
let sending = null;

/**
 * Aborts after a while, or with another signal. AbortSignal.timeout and .any are not on old phones.
 * @param {number} [ms]
 * @param {AbortSignal | null} [other]
 */
export function patience(ms = ANSWER_MS, other = null) {
  const stop = new AbortController();
  setTimeout(() => stop.abort(new DOMException("no answer", "TimeoutError")), ms);
  other?.addEventListener("abort", () => stop.abort(other.reason));
  return stop.signal;
}

// The token of this moment: signing in again makes that of an open page worth nothing.
export const csrf = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] || document.querySelector("[name=csrfmiddlewaretoken]")?.value || "";

/**
 * An answer; rejects where none came in time.
 * @param {string} path
 * @param {RequestInit & {ms?: number}} [options]
 */
export function ask(path, { headers = {}, signal, ms, ...more } = {}) {
  return fetch(path, { cache: "no-store", ...more, headers: { "X-Requested-With": "fetch", ...presence(), ...headers }, signal: patience(ms, signal) });
}

/**
 * Whether the session has ended: told by 401, by older pages by leading to the sign-in.
 * @param {{status: number, redirected: boolean, url: string}} answer
 */
export const isSignedOut = (answer) => answer.status === 401 || (answer.redirected && new URL(answer.url).pathname.startsWith("/accounts/login/"));

/**
 * A form, for which not the whole time counts but how long nothing moves: a large photo on a
 * thin line goes through. Rejects where nothing was heard.
 * @param {string} path
 * @param {FormData} body
 * @param {Record<string, string>} [headers]
 * @returns {Promise<{status: number, type: string, text: string, url: string}>}
 */
export function post(path, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const asked = new XMLHttpRequest(), mine = { asked, moved: Date.now() };
    let timer = 0;
    const wait = (ms) => { mine.moved = Date.now(); clearTimeout(timer); timer = setTimeout(() => asked.abort(), ms); };
    sending = mine;
    asked.open("POST", path);
    for (const [name, value] of Object.entries({ "X-Requested-With": "fetch", ...presence(), ...headers })) asked.setRequestHeader(name, value);
    asked.upload.onprogress = () => wait(STILL_MS);
    asked.upload.onload = () => wait(WORK_MS);
    asked.onprogress = () => wait(STILL_MS);
    asked.onload = () => resolve({ status: asked.status, type: asked.getResponseHeader("Content-Type") || "", text: asked.responseText, url: asked.responseURL });
    asked.onerror = asked.onabort = () => reject(new TypeError("nothing was heard"));
    asked.onloadend = () => { clearTimeout(timer); if (sending === mine) sending = null; };
    wait(STILL_MS);
    asked.send(body);
  });
}

// Give up a form that has not moved for a while, for somebody who does not want to wait.
export function hurry(ms = 5_000) {
  if (sending && Date.now() - sending.moved > ms) sending.asked.abort();
}

// What was answered as JSON; null where it is none of the server's (a proxy, a hotel's Wi-Fi).
export function json({ type, text }) {
  if (!type.startsWith("application/json")) return null;
  try { return JSON.parse(text); } catch { return null; }
}
