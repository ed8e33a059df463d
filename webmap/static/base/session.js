// Asking the server on behalf of the one who opened the page. The page says who that was;
// when the session has ended since, the server refuses (401) and says so in words, which
// are shown over the page with a way back to this very place. Nothing typed is lost.

import { csrf, patience } from "./http.js";
import { presence } from "./presence.js";

export const csrfToken = csrf;
const LOST = "X-Signed-Out", LONG_MS = 60_000; // a check of a whole register may take its time
const CHECK_MS = 60_000;
let checked = Date.now();

// The language is switched in place: the address after # is known to the browser alone.
document.addEventListener("submit", ({ target }) => {
  const next = target instanceof HTMLFormElement && target.matches("form.lang") && target.elements.namedItem("next");
  if (next instanceof HTMLInputElement) next.value = location.pathname + location.search + location.hash;
});

export class SignedOut extends Error {
  constructor(fragment) {
    super("signed out");
    this.fragment = fragment;
  }
}

export const headers = () => {
  const user = document.body.dataset.user;
  return { ...(user ? { "X-Signed-In-As": user } : {}), ...presence() };
};

/**
 * Rejects where no answer came within ``ms``, and where the session has ended.
 * @param {string} url
 * @param {RequestInit & {ms?: number}} [options]
 */
export async function ask(url, { ms = LONG_MS, signal, ...options } = {}) {
  const answer = await fetch(url, { ...options, signal: patience(ms, signal), headers: { ...headers(), ...options.headers } });
  if (answer.status === 401 && answer.headers.has(LOST)) {
    const fragment = await answer.text();
    tell(fragment);
    throw new SignedOut(fragment);
  }
  if (answer.ok) document.getElementById("signed-out")?.remove();
  return answer;
}

// Something failed that cannot tell why (a tile): ask whether the session stands.
export async function check() {
  if (!document.body.dataset.user || Date.now() - checked < 1000) return;
  checked = Date.now();
  await ask("/accounts/session").catch(() => {});
}

export function hereAddress() {
  return location.pathname + location.search + location.hash;
}

function tell(fragment) {
  const box = document.getElementById("signed-out") ?? document.createElement("div");
  box.id = "signed-out";
  box.setAttribute("role", "alert");
  box.innerHTML = fragment;
  // Beside a form one signs in in another tab: what was typed stays, and goes on after.
  // A part of the map's panel is no such form: the address brings it back.
  const isTyped = [...document.querySelectorAll("main form:not([data-post])")].some((form) => form.checkVisibility());
  if (isTyped) box.querySelector("a.signin")?.setAttribute("target", "_blank");
  document.body.append(box);
}

// Signing in leads back to exactly this view, also where the link came later than the page.
for (const kind of ["pointerdown", "click"]) {
  document.addEventListener(kind, ({ target }) => {
    const link = target.closest?.("a.signin");
    if (link) link.href = `/accounts/login/?next=${encodeURIComponent(hereAddress())}`;
  }, true);
}

// Who comes back to the page after a while is told at once, not at the next click.
document.addEventListener("visibilitychange", () => {
  const isDue = Date.now() - checked > CHECK_MS || document.getElementById("signed-out");
  if (document.visibilityState === "visible" && isDue) check();
});

// A form is sent only while its writer is signed in: what was typed would be lost otherwise.
const sure = new WeakSet();
document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (!document.body.dataset.user || form.getAttribute("method")?.toLowerCase() !== "post" || !form.closest("main")) return;
  if (form.matches(".kept, [data-post]") || form.closest("[data-keeps]")) return; // sent by a program that loses nothing
  if (sure.delete(form)) {
    const field = form.querySelector("[name=csrfmiddlewaretoken]");
    if (field) field.value = csrfToken();
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  const isOver = await ask("/accounts/session").catch((problem) => problem instanceof SignedOut);
  if (isOver === true) return;
  sure.add(form);
  form.requestSubmit(submitter);
}, true);
