// The ranking on the map: each area in the colour of its figure; a click tells and leads on.
import * as maplibregl from "../map/maplibre.js";

const config = JSON.parse(document.getElementById("config").textContent);
const codes = Object.keys(config.areas);
const colour = ["match", ["get", "code"], ...codes.flatMap((code) => [code, config.areas[code].colour]), "rgba(0,0,0,0)"];
const isStreet = config.layer === "districts";
const tiles = (id, minzoom) => ({ type: "vector", tiles: [`${location.origin}/ogc/collections/${id}/tiles/WebMercatorQuad/{z}/{y}/{x}`], minzoom, maxzoom: 18 });
const named = ["in", ["get", "code"], ["literal", codes]];

const map = new maplibregl.Map({
  container: "map",
  ...(config.bounds ? { bounds: config.bounds, fitBoundsOptions: { padding: 18 } } : {}),
  maxZoom: 18,
  attributionControl: false,
  localIdeographFontFamily: '"Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", sans-serif',
  style: {
    version: 8,
    sources: { areas: tiles(config.layer, isStreet ? 8 : 12), districts: tiles("districts", 8), roads: tiles("roads", 10), water: tiles("water", 10) },
    layers: [
      { id: "paper", type: "background", paint: { "background-color": "#f6f3ea" } },
      { id: "water", type: "fill", source: "water", "source-layer": "water", paint: { "fill-color": "#d5e4ea" } },
      { id: "areas", type: "fill", source: "areas", "source-layer": config.layer, filter: named, paint: { "fill-color": colour, "fill-opacity": 0.72 } },
      { id: "roads", type: "line", source: "roads", "source-layer": "roads", minzoom: 12, paint: { "line-color": "#fffdf8", "line-opacity": 0.7, "line-width": 1 } },
      { id: "districts", type: "line", source: "districts", "source-layer": "districts", filter: ["==", ["get", "level"], "town"], paint: { "line-color": "#8d8471", "line-width": 1 } },
      { id: "lines", type: "line", source: "areas", "source-layer": config.layer, filter: named, paint: { "line-color": "#8d8471", "line-width": 0.6 } },
      { id: "chosen", type: "line", source: "areas", "source-layer": config.layer, filter: ["==", ["get", "code"], ""], paint: { "line-color": "#24303a", "line-width": 2.5 } },
    ],
  },
});
map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
map.addControl(new maplibregl.ScaleControl({ maxWidth: 90 }), "bottom-left");
window.tujing = { map };
map.once("idle", () => { document.documentElement.dataset.ready = "idle"; });
map.on("mousemove", "areas", () => { map.getCanvas().style.cursor = "pointer"; });
map.on("mouseleave", "areas", () => { map.getCanvas().style.cursor = ""; });

map.on("click", "areas", ({ features, lngLat }) => {
  const code = features.map((feature) => feature.properties.code).find((one) => config.areas[one]);
  if (!code) return;
  const { title, said } = config.areas[code];
  const box = document.createElement("p");
  const link = document.createElement("a");
  link.href = config.one + encodeURIComponent(code);
  link.textContent = title;
  box.append(link, document.createElement("br"), `${config.figure} ${said}`);
  new maplibregl.Popup({ closeButton: false }).setLngLat(lngLat).setDOMContent(box).addTo(map);
  map.setFilter("chosen", ["==", ["get", "code"], code]);
  for (const row of document.querySelectorAll("tr[data-key]")) row.classList.toggle("chosen", row.dataset.key === code);
});
