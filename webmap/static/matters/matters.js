// Forms of matters are sent without leaving the page, so that nothing written is lost: neither
// when the session has ended nor when the network is away. Without this program they are sent as usual.
// What is being written is kept in this browser too, and offered back when the page is opened again.
import { draftsOf, forget, formKey, keep, refill } from "../base/drafts.js";
import { csrf, isSignedOut, post } from "../base/http.js";

const main = document.getElementById("content");
const SIGNED_OUT = "登录已过期。写下的内容还在：请在新页面登录，再回来按一次。Signed out; what you wrote is kept.";

main.addEventListener("submit", async (event) => {
  const form = event.target.closest("form.kept");
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  form.setAttribute("aria-busy", "true");
  try {
    const body = new FormData(form);
    body.delete("csrfmiddlewaretoken"); // the header's is of this moment
    const answer = await post(form.getAttribute("action") || location.href, body, { "X-CSRFToken": csrf() });
    const isOut = isSignedOut({ status: answer.status, redirected: true, url: answer.url });
    // Forgotten before the answer is shown, which would offer it back; what was refused the answer holds itself.
    if (!isOut && answer.status < 400) forget(form.closest("article"), formKey(form));
    if (isOut) signIn(tell(form, SIGNED_OUT));
    else if (put(answer)) return;
    else tell(form, answer.type.startsWith("text/plain") ? answer.text : `没有办成（${answer.status}），请稍后再按一次；写下的内容还在。Failed; try again.`);
  } catch {
    tell(form, "没有发出去：网络不通，请稍后再按一次。Not sent: no network.");
  }
  button.disabled = false;
  form.removeAttribute("aria-busy");
});

// The page that was answered, in place of this one's content.
function put({ text, url }) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const content = fresh.querySelector("body.matters #content");
  if (!content) return false;
  main.className = content.className;
  main.innerHTML = content.innerHTML;
  document.title = fresh.title;
  if (fresh.querySelector("[role=alert]") === null && url && url !== location.href) history.pushState(null, "", url);
  offer();
  (main.querySelector("[role=alert]") || main).focus?.();
  scrollTo(0, 0);
  return true;
}

function tell(form, words) {
  let line = form.querySelector(".remark.bad");
  if (!line) { line = document.createElement("p"); line.className = "remark bad"; line.setAttribute("role", "alert"); form.append(line); }
  line.textContent = words;
  return line;
}

// Elsewhere, so that what is written here stays.
function signIn(line) {
  const link = document.createElement("a");
  link.href = `/accounts/login/?next=${encodeURIComponent(location.pathname)}`;
  link.target = "_blank";
  link.textContent = "请登录 / sign in";
  line.append(" ", link);
}

// One form at a time, and its first field under the cursor.
main.addEventListener("toggle", (event) => {
  if (!event.target.matches?.("details.offer") || !event.target.open) return;
  for (const other of main.querySelectorAll("details.offer[open]")) if (other !== event.target) other.open = false;
  event.target.querySelector("select, textarea, input:not([type=hidden])")?.focus();
}, true);

main.addEventListener("input", (event) => { if (event.target.form?.matches("form.kept")) keep(event.target.form); });

// What was written here before and not sent: put back, or dropped. Of a form that is no longer shown, its text.
function offer() {
  const article = main.querySelector("article[data-who]");
  if (!article || main.querySelector("[role=alert]")) return;
  for (const [which, draft] of draftsOf(article)) {
    const form = [...article.querySelectorAll("form.kept")].find((one) => formKey(one) === which);
    if (!form && !article.dataset.code) continue; // of another procedure
    const line = document.createElement("p");
    line.className = "remark draft";
    line.append(`有写下没有提交的内容（${new Date(draft.at).toLocaleString()}）。Unsent text. `);
    if (form) line.append(choice("填回表单 / restore", "restore", () => { restore(form, draft); line.remove(); }));
    else line.append(Object.values(draft.written).join("；"), " ");
    line.append(choice("不要了 / discard", "discard", () => { forget(article, which); line.remove(); }));
    article.prepend(line);
  }
}

function choice(text, what, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button ghost small";
  button.dataset.draft = what;
  button.textContent = text;
  button.addEventListener("click", act);
  return button;
}

function restore(form, draft) {
  const folded = form.closest("details.instead");
  if (folded) folded.open = true;
  const offered = form.closest("details.offer");
  if (offered) offered.open = true;
  refill(form, draft);
}

offer();
addEventListener("popstate", () => location.reload());
