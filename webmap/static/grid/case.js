// A case in its drawer or on its page: its forms are sent without leaving, refusals shown in place.
import { ask, csrf, isSignedOut, post } from "../base/http.js";
import { draftsOf, forget, formKey, keep, refill } from "../base/drafts.js";

const drawer = document.getElementById("drawer");
export const ready = { open: null, done: () => {}, place: () => {} };

export async function fill(answer) {
  const shown = put(await answer.text());
  drawer.scrollTop = 0;
  return shown;
}

function put(html) {
  drawer.innerHTML = html;
  mark(drawer);
  drawer.hidden = false;
  offerDrafts();
  return drawer.firstElementChild;
}

function mark(part) {
  for (const field of part.querySelectorAll("input[name=uuid]")) field.value ||= crypto.randomUUID?.() || fallback();
}

// Not on plain http, where randomUUID is missing.
function fallback() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64; bytes[8] = (bytes[8] & 63) | 128;
  return [...bytes].map((b, i) => ([4, 6, 8, 10].includes(i) ? "-" : "") + b.toString(16).padStart(2, "0")).join("");
}

mark(drawer);
drawer.addEventListener("input", (event) => { if (event.target.form) keep(event.target.form); });

drawer.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector("button:not([type=button])");
  button.disabled = true;
  form.setAttribute("aria-busy", "true");
  const stay = (words) => { button.disabled = false; form.removeAttribute("aria-busy"); tell(form, words); };
  try {
    const body = new FormData(form);
    body.delete("csrfmiddlewaretoken"); // the header's is of this moment
    const answer = await post(form.getAttribute("action"), body, { "X-CSRFToken": csrf() });
    const { status, type, text } = answer;
    const settled = () => forget(form.closest("article"), formKey(form));
    if (type.startsWith("application/json")) { settled(); ready.done(JSON.parse(text).code); return; }
    // What does not fit is mended in the form, which keeps what was written and chosen.
    if (status === 401) { stay(SIGNED_OUT); offerSignIn(form.querySelector(".remark.bad")); return; }
    if (status === 413 || status === 422 || !isCase(text)) { stay(why(answer)); return; }
    if (status < 300) settled();
    put(text);
    if (status === 409) await takeOver(form);
    drawer.focus();
    drawer.scrollTop = 0;
    ready.done("");
  } catch {
    stay("没有发出去：网络不通，请稍后再按一次。Not sent: no network.");
  }
});

export const SIGNED_OUT = "登录已过期。写下的内容还在：请在新页面登录，再回来按一次。Signed out; what you wrote is kept.";
const isCase = (html) => html.trimStart().startsWith("<article");
const page = (html) => new DOMParser().parseFromString(html, "text/html");

function why({ status, type, text }) {
  if (type.startsWith("text/plain")) return text;
  const told = page(text).querySelector("[role=alert]")?.textContent;
  if (told) return told;
  if (status === 404) return "此案件已转给别的环节，不在您的办理范围了；写下的内容没有收入案件。No longer in your hands.";
  return status === 413 ? "内容过大，请减少照片，或压缩后再传。Too large." : `没有办成（${status}），请稍后再按一次；写下的内容还在。Failed; try again.`;
}

// Elsewhere, so that what is written here stays.
export function offerSignIn(line) {
  const link = document.createElement("a");
  link.href = `/accounts/login/?next=${encodeURIComponent(location.pathname)}`;
  link.target = "_blank";
  link.textContent = "请登录 / sign in";
  line.append(" ", link);
}

// Somebody was quicker; where the same action is still to be taken, the words written go on.
async function takeOver(form) {
  const next = await formCalled(formKey(form));
  if (!next) return;
  next.closest("details").open = true;
  for (const field of next.querySelectorAll("textarea, select, input:not([type=hidden])")) {
    const before = form.elements[field.name];
    if (field.type === "file") field.files = before?.files || field.files;
    else if (before?.value) field.value = before.value;
  }
}

// The form of an action or of a value; those that correct values come when they are asked for.
async function formCalled(which) {
  const section = drawer.querySelector("details[data-load]");
  if (which.startsWith("amend:") && section) { section.open = true; await load(section); }
  return [...drawer.querySelectorAll("details.offer form")].find((form) => formKey(form) === which) || null;
}

// Once, however often it is asked for: a second answer would take away what was written meanwhile.
const loads = new WeakMap();
function load(section) {
  if (!loads.has(section)) loads.set(section, loadNow(section));
  return loads.get(section);
}

async function loadNow(section) {
  const answer = await ask(section.dataset.load).catch(() => null);
  if (!answer?.ok || answer.redirected) {
    if (answer && isSignedOut(answer)) noteSignedOut();
    else note(answer ? `没有取到（${answer.status}）。Failed.` : "没有取到：网络不通，请稍后再点。No network.", false);
    loads.delete(section);
    section.open = false;
    return;
  }
  section.querySelector(".loaded").innerHTML = await answer.text();
  mark(section);
}

// What was written before and never sent is offered back; where the action is gone it is shown.
function offerDrafts() {
  const article = drawer.querySelector("article[data-who]");
  if (!article || article.dataset.new) return;
  for (const [which, draft] of draftsOf(article)) {
    const line = document.createElement("p"), titled = draft.title ? `“${draft.title}”` : "";
    line.className = "remark draft";
    line.append(`有写下没有提交的内容${titled}（${new Date(draft.at).toLocaleString()}；照片须重选）。Unsent text. `);
    for (const [words, act] of [["恢复 / restore", "restore"], ["丢弃 / discard", "discard"]]) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "button ghost tiny", textContent: words });
      button.dataset.draft = act;
      button.dataset.which = which;
      line.append(button, " ");
    }
    (article.querySelector("header") || article).after(line);
  }
}

async function takeDraft({ dataset: { draft, which } }, line) {
  const article = drawer.querySelector("article[data-who]");
  const [, written] = draftsOf(article).find(([one]) => one === which) || [];
  if (draft === "restore" && written) {
    const form = await formCalled(which);
    if (!form) { line.textContent = `现在不能办理，写下的是：${Object.values(written.written).join("；")}。No longer possible.`; return; }
    form.closest("details").open = true;
    refill(form, written);
  } else forget(article, which);
  line.remove();
}

drawer.addEventListener("click", async (event) => {
  const draft = event.target.closest("[data-draft]");
  if (draft) { await takeDraft(draft, draft.parentElement); return; }
  if (event.target.closest("[data-refresh]")) { renew(); return; }
  const other = event.target.closest("[data-open]");
  if (other && ready.open) { event.preventDefault(); ready.open(other.dataset.open); return; }
  const reveal = event.target.closest("[data-personal]");
  if (!reveal) return;
  const reason = reveal.closest("dd").querySelector("[name=reason]");
  if (!reason.value.trim()) { reason.focus(); return; }
  const body = new URLSearchParams({ reason: reason.value });
  const answer = await ask(`/grid/cases/${reveal.dataset.personal}/personal`, { method: "POST", body, headers: { "X-CSRFToken": csrf() } }).catch(() => null);
  if (answer?.ok && !answer.redirected) reveal.closest("dd").outerHTML = await answer.text();
  else if (answer && isSignedOut(answer)) noteSignedOut();
  else note(answer ? `没有取到（${answer.status}）。Failed.` : "没有取到：网络不通，请稍后再点。No network.", false);
});

// One form at a time, and its first field under the cursor.
drawer.addEventListener("toggle", (event) => {
  if (event.target.matches?.("details[data-load]") && event.target.open) load(event.target);
  const placing = event.target.querySelector?.(":scope > form[data-placing]");
  if (placing) ready.place(event.target.open ? placing : null);
  if (!event.target.matches?.("details.offer") || !event.target.open) return;
  for (const other of drawer.querySelectorAll("details.offer[open]")) if (other !== event.target) other.open = false;
  event.target.querySelector("select, textarea, input:not([type=hidden])")?.focus();
}, true);

function tell(form, words) {
  let line = form.querySelector(".remark.bad");
  if (!line) { line = document.createElement("p"); line.className = "remark bad"; line.setAttribute("role", "alert"); form.append(line); }
  line.textContent = words;
}

// ---- somebody else acts on the case that is open ---------------------------
const EVERY_MS = 5000;

const again = (shown, headers) => ask(`/grid/cases/${encodeURIComponent(shown.dataset.code)}`, { headers });

async function follow() {
  let isOut = false;
  const shown = drawer.querySelector("article[data-version]");
  if (shown && !drawer.hidden && !document.hidden) {
    try {
      const answer = await again(shown, { "If-None-Match": `"${shown.dataset.version}"` });
      isOut = isSignedOut(answer);
      const text = answer.status === 200 && !answer.redirected ? await answer.text() : "";
      // Meanwhile another case may have been opened, or this one sent.
      if (shown.isConnected && !drawer.hidden && !drawer.querySelector("form[aria-busy]")) changed(shown, answer.status, text);
    } catch { /* the list tells that the connection is lost */ }
  }
  setTimeout(follow, isOut ? EVERY_MS * 6 : EVERY_MS);
}

function changed(shown, status, text) {
  const isTold = drawer.querySelector(".changed")?.dataset.about === "out";
  if (status === 401) {
    if (!isTold) noteSignedOut();
    return;
  }
  if (isTold) drawer.querySelector(".changed").remove();
  if (status === 404) {
    delete shown.dataset.version;
    note("此案件已转给别的环节，不在您的办理范围了。No longer in your hands.", false);
  } else if (isCase(text)) {
    const fresh = page(text).querySelector("article");
    if (drawer.querySelector("details.offer[open], [data-revealed]")) {
      shown.dataset.version = fresh.dataset.version;
      note(fresh.dataset.changed, true);
    } else keepPlace(() => put(text));
  }
}

function keepPlace(renewing) {
  const { scrollTop } = drawer;
  const opened = [...drawer.querySelectorAll("details:not(.offer)")].map((one) => one.open);
  renewing();
  drawer.querySelectorAll("details:not(.offer)").forEach((one, n) => { one.open = opened[n] ?? one.open; });
  drawer.scrollTop = scrollTop;
}

async function renew() {
  const shown = drawer.querySelector("article[data-code]");
  try {
    const answer = await again(shown);
    if (!answer.ok || answer.redirected || !shown.isConnected) return;
    const begun = drawer.querySelector("details.offer[open] form");
    await fill(answer);
    if (begun) await takeOver(begun);
  } catch { note("没有取到：网络不通，请稍后再点。No network.", true); }
}

function noteSignedOut() {
  note(SIGNED_OUT, false);
  const line = drawer.querySelector(".changed");
  line.dataset.about = "out";
  offerSignIn(line);
}

function note(words, isButton) {
  drawer.querySelector(".changed")?.remove();
  const line = document.createElement(isButton ? "button" : "p");
  line.className = "remark changed";
  line.setAttribute("role", "status");
  line.textContent = words;
  if (isButton) { line.type = "button"; line.dataset.refresh = "1"; }
  drawer.querySelector("article > header").after(line);
}

document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
offerDrafts();
setTimeout(follow, EVERY_MS);
