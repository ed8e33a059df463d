// Where the phone is, and the track of a patrol.
import { all, kept, newId, put, removeAll } from "./store.js";
import { enqueue, state, who } from "./queue.js";
import { t } from "./words.js";

const TRACK_EVERY_MS = 15_000, TRACK_LEAST_M = 8, BATCH = 20, MOST_SENT = 500;
const STALE_MS = 60_000, RENEW_MS = 20_000, OPTIONS = { enableHighAccuracy: true, maximumAge: 5_000, timeout: 30_000 };
export const place = { now: null, changed: () => {}, error: "" };
let lastKept = null, taken = 0, sending = Promise.resolve();

export function watch() {
  if (!navigator.geolocation) { place.error = t("本机没有定位功能"); return; }
  navigator.geolocation.watchPosition(took, failed, OPTIONS);
  // Some devices say nothing while they lie still: ask, or what is known grows stale.
  setInterval(renew, RENEW_MS);
  document.addEventListener("visibilitychange", renew);
}

// Where the phone is now. An older fix says where it was.
export function fresh() {
  return place.now && Date.now() - place.now.received <= STALE_MS ? place.now : null;
}

function renew() {
  if (document.hidden) return;
  if (!place.now || Date.now() - place.now.received > RENEW_MS / 2) navigator.geolocation.getCurrentPosition(took, failed, OPTIONS);
  place.changed();
}

function took({ coords, timestamp }) {
  // How old it is is told by the phone's own clock; that of the fix may be another.
  place.now = { lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy, at: new Date(timestamp).toISOString(), received: Date.now() };
  place.error = "";
  if (onDuty() && !isLeft(dutyKept())) keep(place.now);
  place.changed();
}

function failed(error) {
  place.error = error.code === 1 ? t("没有定位权限，请在浏览器设置中允许，或在地图上选位置") : t("暂时定不到位，可在地图上选位置");
  place.changed();
}

// {at, who, last}: since when who is on duty, and when the last fix was kept.
function dutyKept() {
  try { return JSON.parse(localStorage.getItem("duty")); } catch { return null; }
}

export const onDuty = () => Boolean(dutyKept()) && dutyKept().who === who();

export async function duty(on) {
  const at = new Date().toISOString();
  if (!on) { await end(at); return; }
  await enqueue("patrol", t("上岗"), { action: "start", at });
  localStorage.setItem("duty", JSON.stringify({ at, who: who(), last: at }));
  lastKept = null;
}

// The end is queued before it is forgotten that there was a patrol.
async function end(at) {
  const patrol = dutyKept();
  if (!patrol) return;
  await sendTrack();
  await enqueue("patrol", t("离岗"), { action: "stop", at }, [], { who: patrol.who });
  localStorage.removeItem("duty");
}

// No fix for so long is no patrol any more; the server ends it just so.
const isLeft = (patrol) => Date.now() - Date.parse(patrol.last) > (state.me?.patrol_idle_hours || 12) * 3_600_000;

// Ends a patrol that nobody ended: of who had the phone before, or of yesterday. Whether there was one.
export async function endLeftPatrol() {
  const patrol = dutyKept();
  if (!patrol) return false;
  if (!isLeft(patrol) && patrol.who === who()) return false;
  await end(patrol.last);
  return true;
}

function keep(fix) {
  const far = lastKept ? metres(lastKept, fix) : Infinity;
  const since = lastKept ? Date.parse(fix.at) - Date.parse(lastKept.at) : Infinity;
  if (since < TRACK_EVERY_MS || far < TRACK_LEAST_M) return;
  lastKept = fix;
  const patrol = dutyKept();
  localStorage.setItem("duty", JSON.stringify({ ...patrol, last: fix.at }));
  const { lon, lat, accuracy, at } = fix;
  put("track", { id: newId(), who: patrol.who, since: patrol.at, lon, lat, accuracy, at }).catch(() => {});
  taken += 1;
  if (taken >= BATCH) sendTrack();
}

// Queue what is kept of the track, also from before the page was killed; one at a time.
export function sendTrack() {
  taken = 0;
  sending = sending.then(queueTrack).catch(() => {});
  return sending;
}

// Queued first, then cleared: killed between, a point goes twice, and the server takes it once.
async function queueTrack() {
  const rows = (await all("track")).sort((a, b) => a.at.localeCompare(b.at));
  const patrols = new Map();
  for (const row of rows) patrols.set(patrolOf(row), [...(patrols.get(patrolOf(row)) || []), row]);
  for (const some of patrols.values()) {
    for (let first = 0; first < some.length; first += MOST_SENT) {
      const portion = some.slice(first, first + MOST_SENT);
      const points = portion.map(({ lon, lat, accuracy, at }) => ({ lon, lat, accuracy, at }));
      await enqueue("patrol", t("轨迹 {n} 点", { n: points.length }), { since: some[0].since, points }, [], { who: some[0].who || "" });
      await removeAll("track", portion.map((row) => row.id));
    }
  }
}

const patrolOf = (row) => `${row.who} ${row.since}`;

export function metres(a, b) {
  const rad = Math.PI / 180, x = (b.lon - a.lon) * rad * Math.cos(((a.lat + b.lat) / 2) * rad), y = (b.lat - a.lat) * rad;
  return Math.hypot(x, y) * 6_371_000;
}

// The components near a place, out of what the phone keeps of the area.
export async function componentsNear(at, classCode, within = 50) {
  const area = await kept("area");
  const found = [];
  for (const { geometry, properties } of area?.components?.features || []) {
    if (geometry.type !== "Point") continue;
    const far = metres(at, { lon: geometry.coordinates[0], lat: geometry.coordinates[1] });
    if (far <= within) found.push({ ...properties, far });
  }
  found.sort((a, b) => Number(b.class_code === classCode) - Number(a.class_code === classCode) || a.far - b.far);
  return found.slice(0, 8);
}
