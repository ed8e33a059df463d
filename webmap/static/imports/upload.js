// Uploads in pieces by the tus protocol: an interrupted file goes on where it stopped.
import { ask, csrfToken } from "../base/session.js";

const PIECE = 8 * 1024 * 1024;
const PIECE_MS = 600_000; // for a piece on a thin line
const texts = JSON.parse(document.getElementById("texts").textContent);
const form = document.getElementById("delivery");
const list = document.getElementById("uploads");
const send = document.getElementById("send");
const said = document.getElementById("said");
const drop = document.getElementById("drop");
const files = new Map();

document.getElementById("files").addEventListener("change", (event) => { take([...event.target.files]); event.target.value = ""; });
drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => { event.preventDefault(); drop.classList.remove("over"); take([...event.dataTransfer.files]); });
window.addEventListener("beforeunload", (event) => { if ([...files.values()].some((f) => f.busy)) event.preventDefault(); });

document.getElementById("layer").addEventListener("change", ({ target }) => {
  for (const option of document.querySelectorAll("#source option[data-layer]")) option.hidden = option.dataset.layer !== target.value;
});
document.getElementById("layer").dispatchEvent(new Event("change"));

form.addEventListener("submit", (event) => {
  for (const old of form.querySelectorAll("[name=uploads]")) old.remove();
  const whole = [...files.values()].filter((f) => f.done);
  if (!whole.length || whole.length < files.size) {
    event.preventDefault();
    said.textContent = files.size ? texts.not_yet : texts.no_file;
    return;
  }
  for (const { url } of whole) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "uploads", value: url }));
  send.disabled = true;
});

async function take(chosen) {
  const fresh = chosen.filter((file) => !files.has(file.name)).map(entry);
  for (const item of fresh) files.set(item.file.name, item);
  ready();
  for (const item of fresh) await upload(item);
}

function entry(file) {
  const row = document.createElement("li");
  const name = Object.assign(document.createElement("span"), { textContent: `${file.name}（${size(file.size)}）` });
  const bar = Object.assign(document.createElement("progress"), { max: Math.max(file.size, 1), value: 0 });
  const state = Object.assign(document.createElement("button"), { type: "button", className: "plain", textContent: texts.waiting });
  const remove = Object.assign(document.createElement("button"), { type: "button", className: "plain", textContent: texts.remove });
  row.append(name, bar, state, remove);
  list.append(row);
  const item = { file, row, bar, state, url: "", done: false, busy: false };
  state.addEventListener("click", () => { if (!item.done && !item.busy) upload(item); });
  remove.addEventListener("click", () => {
    files.delete(file.name);
    row.remove();
    if (item.url) call(item.url, "DELETE");
    ready();
  });
  return item;
}

async function upload(item) {
  item.busy = true;
  for (let attempt = 0; attempt < 6 && !item.done && files.has(item.file.name); attempt++) {
    try {
      await go(item);
    } catch (problem) {
      if (problem.fragment) { item.state.textContent = texts.failed; break; } // goes on after signing in
      if (problem.final) { item.state.textContent = problem.message; break; }
      item.state.textContent = texts.again;
      await new Promise((wait) => { setTimeout(wait, 500 * 2 ** attempt); });
    }
  }
  item.busy = false;
  if (item.done) item.state.textContent = texts.done;
  else if (item.state.textContent === texts.again) item.state.textContent = texts.failed;
  ready();
}

async function go(item) {
  const { file } = item;
  if (!item.url) {
    const name = btoa(String.fromCharCode(...new TextEncoder().encode(file.name)));
    const answer = await call("/imports/uploads", "POST", { "Upload-Length": file.size, "Upload-Metadata": `filename ${name}` });
    item.url = new URL(answer.headers.get("Location")).pathname;
  }
  let offset = Number((await call(item.url, "HEAD")).headers.get("Upload-Offset"));
  while (offset < file.size) {
    const piece = file.slice(offset, offset + PIECE);
    const answer = await call(item.url, "PATCH", { "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream" }, piece);
    offset = Number(answer.headers.get("Upload-Offset"));
    item.bar.value = offset;
    item.state.textContent = `${Math.floor((100 * offset) / file.size)}%`;
  }
  item.bar.value = file.size || 1;
  item.done = true;
}

async function call(url, method, headers = {}, body = undefined) {
  const answer = await ask(url, { method, body, ms: PIECE_MS, headers: { "Tus-Resumable": "1.0.0", "X-Requested-With": "fetch", "X-CSRFToken": csrfToken(), ...headers } });
  if (answer.ok) return answer;
  const problem = new Error((await answer.text()).trim().slice(0, 120) || answer.statusText);
  problem.final = answer.status >= 400 && answer.status < 500 && ![408, 409, 423].includes(answer.status);
  throw problem;
}

function ready() {
  const all = [...files.values()];
  send.disabled = !all.length || all.some((f) => !f.done);
  said.textContent = "";
}

function size(bytes) {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
