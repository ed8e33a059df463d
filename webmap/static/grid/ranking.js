// The ranking on the map: areas in the colour of their share, a click leads to the row.
import * as maplibregl from "../maplibre-gl/maplibre-gl.mjs";

const config = JSON.parse(document.getElementById("config").textContent);
const rows = [...document.querySelectorAll("tr[data-key]")];
const shade = (text) => { const p = Number(text); return text === "" ? "#c9c4b8" : p >= 90 ? "#2c7a4b" : p >= 75 ? "#2f7fc1" : p >= 60 ? "#d9a400" : "#a63a2b"; };
const colour = ["match", ["get", "code"], ...rows.flatMap((row) => [row.dataset.key, shade(row.dataset.percent)]), "rgba(0,0,0,0)"];
const ground = (id) => ({ type: "vector", tiles: [`${location.origin}/ogc/collections/${id}/tiles/WebMercatorQuad/{z}/{y}/{x}`], minzoom: config.layer === "districts" ? 8 : 12, maxzoom: 18 });

const map = new maplibregl.Map({
  container: "map", center: [config.longitude, config.latitude], zoom: config.layer === "districts" ? config.zoom - 3.6 : config.zoom, attributionControl: false,
  style: {
    version: 8,
    sources: { areas: ground(config.layer), districts: { ...ground("districts"), minzoom: 8 } },
    layers: [
      { id: "paper", type: "background", paint: { "background-color": "#f6f3ea" } },
      { id: "areas", type: "fill", source: "areas", "source-layer": config.layer, paint: { "fill-color": colour, "fill-opacity": 0.55 } },
      { id: "lines", type: "line", source: "areas", "source-layer": config.layer, paint: { "line-color": "#8d8471", "line-width": 0.8 } },
    ],
  },
});
map.addControl(new maplibregl.NavigationControl(), "top-right");
window.tujing = { map };
map.once("idle", () => { document.documentElement.dataset.ready = "idle"; });
map.on("click", "areas", (event) => {
  const codes = event.features.map((feature) => feature.properties.code);
  const row = rows.find((one) => codes.includes(one.dataset.key));
  if (!row) return;
  for (const one of rows) one.classList.toggle("chosen", one === row);
  row.scrollIntoView({ block: "center", behavior: "smooth" });
});
