// Search as one types; up, down, enter and escape by keyboard. Enter answers what stands in
// the field: while that is still being asked it waits, and nothing older is ever opened.
import { ask } from "../base/session.js";
import { latestOnly } from "../base/latest.js";

const TYPING_MS = 200;
const PATIENCE_MS = 150; // a list that comes at once replaces the old one without a flash
const LONGEST_MS = 15_000; // then it is said that no answer came

export function wireSearch(app) {
  const field = document.getElementById("q");
  const box = document.getElementById("found");
  const turn = latestOnly();
  let timer = 0;
  let asked = { key: "", answer: null };
  let answered = ""; // the question that the list answers
  let isComposing = false;

  const wanted = () => (field.value.trim() ? JSON.stringify([field.value.trim(), app.state.at]) : "");
  const options = () => (answered && answered === wanted() ? [...box.querySelectorAll("[data-open]")] : []);
  const chosen = () => options().find((option) => option.getAttribute("aria-selected") === "true");
  const show = (open) => { box.hidden = !open; field.setAttribute("aria-expanded", String(open)); };

  // Whether the list now answers what stands in the field; asked once, however often wanted.
  function answer() {
    clearTimeout(timer);
    const key = wanted();
    if (!key) { forget(); return Promise.resolve(false); }
    if (key === answered) { show(true); return Promise.resolve(true); }
    if (key !== asked.key) asked = { key, answer: fetchList(key, turn.begin()) };
    return asked.answer;
  }

  async function fetchList(key, signal) {
    const patience = setTimeout(searching, PATIENCE_MS);
    const [text, at] = JSON.parse(key);
    const query = new URLSearchParams({ q: text, ...(at && { at }) });
    try {
      const found = await ask(`/search?${query}`, { signal, ms: LONGEST_MS, headers: { "X-Requested-With": "fragment" } });
      const fragment = await found.text();
      if (signal.aborted) return false;
      if (found.ok) { fill(fragment); answered = key; }
      else say(app.texts.failed);
    } catch (problem) {
      if (signal.aborted) return false;
      if (problem.fragment) fill(problem.fragment);
      else say(app.texts.failed);
    } finally {
      clearTimeout(patience);
    }
    asked = { key: "", answer: null };
    box.classList.remove("stale");
    box.removeAttribute("aria-busy");
    show(true);
    return answered === key;
  }

  function fill(fragment) {
    box.innerHTML = fragment;
    field.removeAttribute("aria-activedescendant");
  }

  function say(text) {
    const line = document.createElement("p");
    line.className = "empty";
    line.setAttribute("role", "status");
    line.textContent = text;
    box.replaceChildren(line);
  }

  function searching() {
    if (!asked.key) return;
    answered = "";
    say(app.texts.searching);
    box.classList.remove("stale");
    box.setAttribute("aria-busy", "true");
    show(true);
  }

  function forget() {
    clearTimeout(timer);
    turn.end();
    asked = { key: "", answer: null };
    show(false);
  }

  // What is listed no longer answers the field: it may be read, not chosen by keyboard.
  function outdate() {
    box.classList.toggle("stale", wanted() !== answered);
    for (const option of box.querySelectorAll("[aria-selected=true]")) option.setAttribute("aria-selected", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function choose(option) {
    forget();
    field.blur();
    app.open(option.dataset.open, { fly: true }).then((isShown) => {
      if (isShown) document.getElementById("panel").focus({ preventScroll: true });
    });
  }

  function select(option) {
    options().forEach((one) => one.setAttribute("aria-selected", String(one === option)));
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const all = options();
    if (!all.length) return;
    const at = all.indexOf(chosen());
    select(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length]);
  }

  // The one that was chosen, the only one, or the one that is called just so; of several
  // that begin alike none is opened unseen: the first is offered for another Enter.
  async function enter() {
    const key = wanted();
    const doing = app.panelTurn.signal; // whoever opens something else meanwhile has moved on
    if (key && key !== answered) { answer(); searching(); }
    if (!(await answer()) || key !== wanted() || doing !== app.panelTurn.signal || box.hidden) return;
    const all = options();
    const exact = all.filter((option) => "exact" in option.dataset);
    const isWhole = !box.querySelector("[data-late]"); // else the only one is the only one so far
    const [one] = [chosen(), isWhole && all.length === 1 && all[0], exact.length === 1 && exact[0]].filter(Boolean);
    if (one) choose(one);
    else if (all.length) select(all[0]);
  }

  field.addEventListener("input", () => {
    outdate();
    clearTimeout(timer);
    if (!wanted()) forget();
    else timer = setTimeout(answer, TYPING_MS);
  });
  field.addEventListener("focus", () => { if (wanted()) answer(); });
  field.addEventListener("compositionstart", () => { isComposing = true; });
  field.addEventListener("compositionend", () => { isComposing = false; });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) { // the keys are the input method's
      if (event.key === "Enter") event.preventDefault();
      return;
    }
    if (event.key === "ArrowDown") { event.preventDefault(); step(1); }
    if (event.key === "ArrowUp") { event.preventDefault(); step(-1); }
    if (event.key === "Escape") { event.stopPropagation(); forget(); field.blur(); }
  });
  document.getElementById("search-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!isComposing) enter();
  });
  box.addEventListener("click", (event) => {
    const option = event.target.closest("[data-open]");
    if (option) { event.preventDefault(); event.stopPropagation(); choose(option); }
  });
  document.addEventListener("click", (event) => { if (!event.target.closest(".search")) forget(); });
}
