// The report of somebody without an account: a place on the map, a class, photos made smaller.
import { shrink } from "../inspector/camera.js";
import { ground, isInside, maplibregl } from "./ground.js";

const form = document.getElementById("report"), place = document.getElementById("place"), problem = document.getElementById("problem");
const map = ground({ cooperativeGestures: false });
const pin = new maplibregl.Marker({ color: "#a63a2b", draggable: true });
pin.on("dragend", () => put(pin.getLngLat()));
map.on("click", (event) => put(event.lngLat));
if (form.elements.lon.value) { const kept = [Number(form.elements.lon.value), Number(form.elements.lat.value)]; put(new maplibregl.LngLat(...kept)); map.jumpTo({ center: kept, zoom: 17 }); }

function put(lngLat) {
  pin.setLngLat(lngLat).addTo(map);
  form.elements.lon.value = lngLat.lng.toFixed(7);
  form.elements.lat.value = lngLat.lat.toFixed(7);
  place.textContent = place.dataset.set;
  place.classList.add("set");
}

// ---- the own position ---------------------------------------------------------
const locate = document.getElementById("locate");
if (!navigator.geolocation) locate.hidden = true;
locate.addEventListener("click", () => {
  locate.disabled = true;
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    locate.disabled = false;
    const here = new maplibregl.LngLat(coords.longitude, coords.latitude);
    if (!isInside(here)) { place.textContent = place.dataset.outside; return; }
    put(here);
    map.easeTo({ center: here, zoom: 17 });
  }, () => { locate.disabled = false; place.textContent = place.dataset.denied; }, { enableHighAccuracy: true, timeout: 15000 });
});

// ---- the class: a few letters find it --------------------------------------------
const sift = document.getElementById("sift"), select = form.elements.class, none = document.getElementById("none");
const groups = [...select.querySelectorAll("optgroup")].map((group) => ({ label: group.label, rows: [...group.children] }));
sift.hidden = false;
sift.addEventListener("input", () => {
  const wanted = sift.value.trim();
  const first = select.options[0];
  const found = groups.map(({ label, rows }) => ({ label, rows: rows.filter((row) => label.includes(wanted) || row.textContent.includes(wanted)) })).filter(({ rows }) => rows.length);
  const kept = select.value;
  select.replaceChildren(first, ...found.map(({ label }) => Object.assign(document.createElement("optgroup"), { label })).map((group, n) => { group.append(...found[n].rows); return group; }));
  const all = found.flatMap(({ rows }) => rows);
  // One that fits is chosen; of several the person chooses.
  select.value = all.length === 1 ? all[0].value : all.some((row) => row.value === kept) ? kept : "";
  if (wanted && all.length > 1) select.size = Math.min(all.length + found.length + 1, 8);
  else select.removeAttribute("size");
  none.hidden = all.length > 0;
});
select.addEventListener("change", () => select.removeAttribute("size"));
sift.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); select.focus(); } });

// ---- photos ------------------------------------------------------------------------
const input = form.elements.photos, previews = document.getElementById("previews");
input.addEventListener("change", async () => {
  tell("");
  for (const old of previews.querySelectorAll("img")) URL.revokeObjectURL(old.src);
  previews.replaceChildren();
  if (input.files.length > Number(input.dataset.most)) { input.value = ""; return tell(input.dataset.many); }
  const made = new DataTransfer();
  try {
    for (const file of input.files) {
      const small = await shrink(file);
      made.items.add(new File([small.bytes], small.name, { type: small.type }));
    }
  } catch (error) { input.value = ""; return tell(error.message); }
  input.files = made.files;
  for (const file of made.files) previews.append(Object.assign(new Image(), { src: URL.createObjectURL(file), alt: "", height: 90 }));
  return undefined;
});

function tell(text) {
  problem.textContent = text;
  problem.hidden = !text;
  if (text) problem.scrollIntoView({ block: "center" });
}

form.addEventListener("submit", (event) => {
  if (!form.elements.lon.value) { event.preventDefault(); place.scrollIntoView({ block: "center" }); return tell(place.dataset.none); }
  const button = form.querySelector(".send");
  button.disabled = true;
  button.textContent = button.dataset.sending;
  return undefined;
});
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
