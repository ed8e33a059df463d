// The place of what is entered: that of its moment, not of the moment when it is handed in.
import { fresh, metres } from "./place.js";

const WALK_M_PER_S = 1.5, LATE_S = 60;

// The first thing entered, and then the first photo, give a draft its moment and its place.
export function stamp(draft, isFirstPhoto = false) {
  if (draft.at && !isFirstPhoto) return;
  draft.at = new Date().toISOString();
  if (draft.spot?.source !== "map" && !draft.isPlaced) draft.spot = measured(fresh());
}

// Take a later fix where it tells that moment's place better, walking reckoned in. Whether it did.
export function improve(draft) {
  const now = fresh();
  if (!now || !draft.at || draft.isPlaced || draft.spot?.source === "map") return false;
  const late = Math.max(0, (Date.parse(now.at) - Date.parse(draft.at)) / 1000);
  if (draft.spot ? now.accuracy + late * WALK_M_PER_S >= draft.spot.accuracy : late > LATE_S) return false;
  draft.spot = measured(now);
  return true;
}

export function measured(fix) {
  return fix && { lon: fix.lon, lat: fix.lat, accuracy: fix.accuracy, at: fix.at, source: "gps" };
}

// A place that was chosen has no accuracy of its own; the device's says how the phone stood to it.
export function chosen({ lon, lat }) {
  const now = fresh();
  const device = now && { accuracy: now.accuracy, at: now.at, distance: Math.round(metres(now, { lon, lat })) };
  return { lon, lat, accuracy: null, source: "map", device };
}

// What the server is told of it.
export function told(spot) {
  if (!spot) return { lon: null, lat: null, accuracy: null };
  const { lon, lat, accuracy, source, device } = spot;
  return { lon, lat, accuracy, place_source: source, fixed_at: spot.at || device?.at || null, device_accuracy: device?.accuracy ?? null, device_distance: device?.distance ?? null };
}

// Back from what the server was told.
export function untold({ lon, lat, accuracy, place_source, fixed_at, device_accuracy, device_distance }) {
  if (lon == null) return null;
  if (place_source === "map") return { lon, lat, accuracy: null, source: "map", device: fixed_at && { accuracy: device_accuracy, at: fixed_at, distance: device_distance } };
  return { lon, lat, accuracy, at: fixed_at, source: "gps" };
}

export function distanceTo(point) {
  const now = fresh();
  return now && metres(now, point);
}
