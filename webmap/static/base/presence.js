// Whether somebody is before the page. What it asks by itself, with nobody there, must not keep
// their session alive: it says so, and the server (web/idle.py) does not count it.
const AWAY_MS = 30_000;
let acted = performance.now(); // runs on evenly, whatever becomes of the clock

for (const kind of ["pointerdown", "pointermove", "wheel", "keydown", "input", "touchstart"]) {
  document.addEventListener(kind, () => { acted = performance.now(); }, { capture: true, passive: true });
}

export const presence = () => (performance.now() - acted > AWAY_MS ? { "X-Background": "1" } : {});
