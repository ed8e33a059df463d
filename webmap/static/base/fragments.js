// Parts of a page that the server writes. In the HTML:
//   data-get    of a button: asked for when it is pressed; with data-every (seconds), of anything:
//               asked for by itself, again and again, as long as the answer says so
//   data-post   of a form: sent when it is submitted
//   data-into   where the answer goes: in place of what this selector finds, from the element
//               outwards; without it in place of the element itself
//   data-within of a form or button: the answer goes into what the selector finds
import { ask, csrfToken } from "./session.js";

/**
 * @param {HTMLElement} root
 * @param {(status: number, text: string) => void} refused is told an answer that is no fragment for
 *   its place, while that is shown
 */
export function wireFragments(root, refused) {
  root.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-post]");
    if (!form) return;
    event.preventDefault();
    fetchInto(form, form.dataset.post, { method: "POST", body: new URLSearchParams(/** @type {any} */ (new FormData(form))), headers: { "X-CSRFToken": csrfToken() } }, refused);
  });
  root.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-get]");
    if (button) fetchInto(button, button.dataset.get, {}, refused);
  });
  new MutationObserver(() => watch(root, refused)).observe(root, { childList: true, subtree: true });
  watch(root, refused);
}

const watched = new WeakSet();

function watch(root, refused) {
  for (const part of root.querySelectorAll("[data-every]")) {
    if (watched.has(part)) continue;
    watched.add(part);
    setTimeout(() => { if (part.isConnected) fetchInto(part, part.dataset.get, {}, refused); }, 1000 * Number(part.dataset.every));
  }
}

/**
 * @param {HTMLElement} element
 * @param {string} address
 * @param {RequestInit} options
 * @param {(status: number, text: string) => void} refused
 */
async function fetchInto(element, address, options, refused) {
  if (element.hasAttribute("aria-busy")) return; // one question at a time
  element.setAttribute("aria-busy", "true");
  let status = 0, text = "";
  try {
    const answer = await ask(address, { ...options, headers: { "X-Requested-With": "fragment", ...options.headers } });
    [status, text] = [answer.status, await answer.text()];
  } catch (problem) {
    if (problem.fragment) { element.removeAttribute("aria-busy"); return; } // said over the page; goes on after signing in
  }
  if (!element.isConnected) return; // the panel shows something else by now
  if (status < 200 || status >= 300) { refused(status, text); return; }
  const place = element.dataset.within ? element.ownerDocument.querySelector(element.dataset.within) : element.closest(element.dataset.into || "*");
  if (element.dataset.within) place.innerHTML = text;
  else place.outerHTML = text;
}
