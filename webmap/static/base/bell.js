// The bell of every page: how many notices are unread; at a desk a sound when an urgent one comes.
import { ask, isSignedOut } from "./http.js";
import { latestOnly } from "./latest.js";

const SHOWN_MS = 20_000, HIDDEN_MS = 60_000;
const MUTED = "bell.muted", RUNG = "bell.rung"; // of all pages: each urgent notice rings once
const bell = document.querySelector(".bell"), sound = document.querySelector(".bell-sound");
const number = bell.querySelector("b");
const asking = latestOnly();
let tag = "", timer = 0, audio = null;

const kept = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
const keep = (name, value) => { try { localStorage.setItem(name, value); } catch { /* without storage */ } };

function show(unread) {
  number.textContent = unread;
  number.hidden = !unread;
  bell.classList.toggle("has-unread", Boolean(unread));
  bell.title = unread ? `${bell.dataset.title}：${unread} ${bell.dataset.unread}` : bell.dataset.title;
  bell.setAttribute("aria-label", bell.title);
}

// Two short tones, made here: no file, no other host. A browser plays nothing before the first
// touch of the page.
function ring() {
  document.documentElement.dataset.rang = String(Number(document.documentElement.dataset.rang || 0) + 1);
  audio ??= new AudioContext();
  audio.resume();
  [880, 660].forEach((pitch, place) => {
    const tone = audio.createOscillator(), volume = audio.createGain(), start = audio.currentTime + place * 0.25;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.2, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.22);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.24);
  });
}

function heard(urgent) {
  if (!sound || !urgent || urgent <= Number(kept(RUNG) || 0)) return;
  keep(RUNG, urgent);
  if (kept(MUTED) !== "1") ring();
}

async function look() {
  clearTimeout(timer);
  const signal = asking.begin();
  try {
    const answer = await ask("/notices/count", { signal, headers: tag ? { "If-None-Match": tag } : {} });
    if (isSignedOut(answer)) { show(""); return; } // the next page asks again
    if (answer.ok) {
      tag = answer.headers.get("ETag") || "";
      const { unread = "", urgent = 0 } = answer.status === 204 ? {} : await answer.json();
      show(unread);
      heard(urgent);
    }
  } catch { /* no answer: later */ }
  if (signal.aborted) return;
  timer = setTimeout(look, document.hidden ? HIDDEN_MS : SHOWN_MS);
}

if (sound) {
  const pressed = () => sound.setAttribute("aria-pressed", String(kept(MUTED) !== "1"));
  sound.addEventListener("click", () => { keep(MUTED, kept(MUTED) === "1" ? "0" : "1"); pressed(); });
  pressed();
}
document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
look();
