// Maps of others: what lies below all layers, and what lies among them. One that does not answer says so in the legend.

const BASE = "base"; // the source and style layer of what lies below

export function wireOutside(app, changed) {
  const { map, config, state } = app;
  const known = new Map(config.outside.map((one) => [one.id, one]));
  const overlays = config.outside.filter(({ is_basemap }) => !is_basemap).map(({ id }) => id);
  const radios = [...document.querySelectorAll("input[name=base]")];
  const credit = document.getElementById("outside-credit");
  let drawn = "";
  for (const radio of radios) radio.addEventListener("change", () => { state.base = radio.value; changed(); });

  const idOf = (source) => (source === BASE ? state.base : source);
  app.isOutside = (source) => source === BASE || overlays.includes(source);
  map.on("error", ({ sourceId }) => { if (app.isOutside(sourceId)) tell(idOf(sourceId), true); });
  map.on("sourcedata", ({ sourceId, tile }) => { if (app.isOutside(sourceId) && tile?.state === "loaded") tell(idOf(sourceId), false); });

  function tell(id, isDown) {
    for (const word of document.querySelectorAll(`[data-down="${CSS.escape(id)}"]`)) word.hidden = !isDown;
  }

  const source = ({ tiles, attribution, zooms: [minzoom, maxzoom] }) => ({ type: "raster", tiles: [tiles], tileSize: 256, minzoom, maxzoom, attribution });
  const firstShape = () => map.getStyle().layers.find(({ type }) => type !== "background")?.id;
  const firstName = () => map.getStyle().layers.find(({ type }) => type === "symbol")?.id;

  // The sources that are wanted, each made when it is first shown.
  function add() {
    if (drawn !== state.base) {
      if (map.getLayer(BASE)) { map.removeLayer(BASE); map.removeSource(BASE); }
      drawn = state.base;
      const chosen = known.get(drawn);
      if (chosen) {
        map.addSource(BASE, source(chosen));
        map.addLayer({ id: BASE, type: "raster", source: BASE }, firstShape());
      }
      map.setPaintProperty("paper", "background-color", drawn === "none" ? "#ffffff" : paper);
    }
    for (const id of overlays) {
      if (map.getSource(id)) continue;
      map.addSource(id, source(known.get(id)));
      map.addLayer({ id, type: "raster", source: id, layout: { visibility: "none" } }, firstName());
    }
  }
  let paper = "";
  map.once("styledata", () => { paper = map.getPaintProperty("paper", "background-color"); });

  // Radios and credits as the state has them; a map that is not there, or not for this person, is none.
  function reflect() {
    if (state.base && state.base !== "none" && !known.get(state.base)?.is_basemap) state.base = "";
    for (const radio of radios) radio.checked = radio.value === state.base;
    const shown = config.outside.filter(({ id }) => id === state.base || (overlays.includes(id) && state.on.has(id)));
    credit.textContent = shown.map(({ attribution }) => `${attribution} · `).join("");
  }

  return { ids: overlays, add, reflect };
}
