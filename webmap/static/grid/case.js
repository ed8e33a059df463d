// A case in its drawer or on its page: its forms are sent without leaving, refusals shown in place.
const drawer = document.getElementById("drawer");
export const ready = { open: null, done: () => {} };

export async function fill(answer) {
  const shown = put(await answer.text());
  drawer.scrollTop = 0;
  return shown;
}

function put(html) {
  drawer.innerHTML = html;
  for (const mark of drawer.querySelectorAll("input[name=uuid]")) mark.value = crypto.randomUUID?.() || fallback();
  drawer.hidden = false;
  return drawer.firstElementChild;
}

// Not on plain http, where randomUUID is missing.
function fallback() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64; bytes[8] = (bytes[8] & 63) | 128;
  return [...bytes].map((b, i) => ([4, 6, 8, 10].includes(i) ? "-" : "") + b.toString(16).padStart(2, "0")).join("");
}

for (const mark of drawer.querySelectorAll("input[name=uuid]")) mark.value = fallback();

drawer.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector("button:not([type=button])");
  button.disabled = true;
  form.setAttribute("aria-busy", "true");
  const stay = (words) => { button.disabled = false; form.removeAttribute("aria-busy"); tell(form, words); };
  try {
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body: new FormData(form), headers: { "X-Requested-With": "fetch" } });
    if (answer.headers.get("Content-Type")?.startsWith("application/json")) { ready.done((await answer.json()).code); return; }
    if (answer.redirected) { location.reload(); return; }
    const text = await answer.text();
    // What does not fit is mended in the form, which keeps what was written and chosen.
    if (answer.status === 413 || answer.status === 422 || !isCase(text)) { stay(why(answer, text)); return; }
    put(text);
    if (answer.status === 409) takeOver(form);
    drawer.focus();
    drawer.scrollTop = 0;
    ready.done("");
  } catch {
    stay("没有发出去：网络不通，请稍后再按一次。Not sent: no network.");
  }
});

const isCase = (html) => html.trimStart().startsWith("<article");
const page = (html) => new DOMParser().parseFromString(html, "text/html");

function why(answer, text) {
  if (answer.headers.get("Content-Type")?.startsWith("text/plain")) return text;
  const told = page(text).querySelector("[role=alert]")?.textContent;
  if (told) return told;
  return answer.status === 413 ? "内容过大，请减少照片，或压缩后再传。Too large." : `没有办成（${answer.status}），请刷新后再试。Failed.`;
}

// Somebody was quicker; where the same action is still to be taken, the words written go on.
function takeOver(form) {
  const wanted = `[name=action][value="${form.elements.action?.value}"]`;
  const next = drawer.querySelector(`details.offer ${wanted}`)?.form;
  if (!next) return;
  next.closest("details").open = true;
  for (const field of next.querySelectorAll("textarea, select, input:not([type=hidden]):not([type=file])")) {
    const before = form.elements[field.name];
    if (before?.value) field.value = before.value;
  }
}

drawer.addEventListener("click", async (event) => {
  if (event.target.closest("[data-refresh]")) { renew(); return; }
  const other = event.target.closest("[data-open]");
  if (other && ready.open) { event.preventDefault(); ready.open(other.dataset.open); return; }
  const reveal = event.target.closest("[data-personal]");
  if (!reveal) return;
  const token = drawer.querySelector("[name=csrfmiddlewaretoken]")?.value || JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const answer = await fetch(`/grid/cases/${reveal.dataset.personal}/personal`, { method: "POST", headers: { "X-CSRFToken": token, "X-Requested-With": "fetch" } });
  if (answer.ok) reveal.closest("dd").outerHTML = await answer.text();
});

// One form at a time, and its first field under the cursor.
drawer.addEventListener("toggle", (event) => {
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

async function ask(shown, headers = {}) {
  return fetch(`/grid/cases/${encodeURIComponent(shown.dataset.code)}`, { headers: { "X-Requested-With": "fetch", ...headers }, cache: "no-store" });
}

async function follow() {
  const shown = drawer.querySelector("article[data-version]");
  if (shown && !drawer.hidden && !document.hidden) {
    try {
      const answer = await ask(shown, { "If-None-Match": `"${shown.dataset.version}"` });
      const text = answer.status === 200 && !answer.redirected ? await answer.text() : "";
      // Meanwhile another case may have been opened, or this one sent.
      if (shown.isConnected && !drawer.hidden && !drawer.querySelector("form[aria-busy]")) changed(shown, answer.status, text);
    } catch { /* the list tells that the connection is lost */ }
  }
  setTimeout(follow, EVERY_MS);
}

function changed(shown, status, text) {
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
    const answer = await ask(shown);
    if (answer.ok && !answer.redirected && shown.isConnected) await fill(answer);
  } catch { note("没有取到：网络不通，请稍后再点。No network.", true); }
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

setTimeout(follow, EVERY_MS);
