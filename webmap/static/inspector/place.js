// Where the phone is, and the track of a patrol.
import { asked, newId, put } from "./store.js";
import { enqueue, state } from "./queue.js";

const TRACK_EVERY_MS = 15_000, TRACK_LEAST_M = 8, BATCH = 20;
export const place = { now: null, changed: () => {}, error: "" };
let lastKept = null, batch = [];

export function watch() {
  if (!navigator.geolocation) { place.error = "本机没有定位功能"; return; }
  navigator.geolocation.watchPosition(
    ({ coords, timestamp }) => {
      place.now = { lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy, at: new Date(timestamp).toISOString() };
      place.error = "";
      if (onDuty()) keep(place.now);
      place.changed();
    },
    (error) => { place.error = error.code === 1 ? "没有定位权限，请在浏览器设置中允许，或在地图上选位置" : "暂时定不到位，可在地图上选位置"; place.changed(); },
    { enableHighAccuracy: true, maximumAge: 5_000, timeout: 30_000 },
  );
}

export const onDuty = () => Boolean(localStorage.getItem("duty"));

export async function duty(on) {
  const at = new Date().toISOString();
  if (on) localStorage.setItem("duty", at);
  else { localStorage.removeItem("duty"); await sendTrack(); }
  await enqueue("patrol", on ? "上岗" : "离岗", { action: on ? "start" : "stop", at });
}

function keep(fix) {
  const far = lastKept ? metres(lastKept, fix) : Infinity;
  const since = lastKept ? Date.parse(fix.at) - Date.parse(lastKept.at) : Infinity;
  if (since < TRACK_EVERY_MS || far < TRACK_LEAST_M) return;
  lastKept = fix;
  batch.push(fix);
  put("track", { id: newId(), ...fix });
  if (batch.length >= BATCH) sendTrack();
}

async function sendTrack() {
  const points = batch;
  batch = [];
  if (points.length) await enqueue("patrol", `轨迹 ${points.length} 点`, { points });
}

export function metres(a, b) {
  const rad = Math.PI / 180, x = (b.lon - a.lon) * rad * Math.cos(((a.lat + b.lat) / 2) * rad), y = (b.lat - a.lat) * rad;
  return Math.hypot(x, y) * 6_371_000;
}

// The components near a place, out of what the phone keeps of the area.
export async function componentsNear(at, classCode, within = 50) {
  const area = await asked("area");
  const found = [];
  for (const { geometry, properties } of area?.components?.features || []) {
    if (geometry.type !== "Point") continue;
    const far = metres(at, { lon: geometry.coordinates[0], lat: geometry.coordinates[1] });
    if (far <= within) found.push({ ...properties, far });
  }
  found.sort((a, b) => (b.class_code === classCode) - (a.class_code === classCode) || a.far - b.far);
  return found.slice(0, 8);
}

export const signedIn = () => Boolean(state.me) && !state.signedOut;
