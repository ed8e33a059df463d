// A case in its drawer or on its page: its forms are sent without leaving, refusals shown in place.
const drawer = document.getElementById("drawer");
export const ready = { open: null, done: () => {} };

export async function fill(answer) {
  drawer.innerHTML = await answer.text();
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
  try {
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body: new FormData(form), headers: { "X-Requested-With": "fetch" } });
    if (answer.headers.get("Content-Type")?.startsWith("application/json")) {
      ready.done((await answer.json()).code);
      return;
    }
    if (answer.redirected) { location.reload(); return; }
    await fill(answer);
    drawer.focus();
    drawer.scrollTop = 0;
    ready.done("");
  } catch {
    button.disabled = false;
    form.removeAttribute("aria-busy");
    tell(form, "没有发出去：网络不通，请稍后再按一次。Not sent: no network.");
  }
});

drawer.addEventListener("click", async (event) => {
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
