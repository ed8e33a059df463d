// Names in a tilted view: those of streets and areas pass below the buildings, which then cover them, and
// the name of a building behind another is left out. MapLibre draws names over all blocks by itself.

const WAIT_MS = 250;
const LEAST_PITCH = 15; // degrees: below, roofs hide next to nothing

/** The codes whose place on the screen belongs to another block, of names with the block seen there.
 * @param {{code: string, seen: string | undefined}[]} names @returns {string[]} */
export const hiddenOf = (names) => [...new Set(names.filter(({ code, seen }) => seen && seen !== code).map(({ code }) => code))].sort();

export function wireOcclusion(app) {
  const { map } = app;
  let timer = 0, hidden = "";
  const plain = new Map(); // label layer → its filter without what is hidden
  const blocks = () => (map.getStyle()?.layers ?? []).filter(({ type, id, source }) => type === "fill-extrusion" && id === source);
  const soon = () => { clearTimeout(timer); timer = window.setTimeout(look, WAIT_MS); };

  function look() {
    for (const { source } of blocks()) {
      const own = map.getStyle().layers.filter((one) => one.source === source && one.type === "symbol");
      const names = map.getPitch() < LEAST_PITCH ? [] : own.flatMap(({ id }) => map.queryRenderedFeatures({ layers: [id] })).filter(({ geometry }) => geometry.type === "Point").map((name) => {
        const point = map.project(name.geometry.coordinates);
        return { code: name.properties.code, seen: map.queryRenderedFeatures(point, { layers: [source] })[0]?.properties.code };
      });
      const found = hiddenOf(names);
      // What was hidden stays so until the view moves: left out, it cannot be asked again.
      const key = JSON.stringify([source, found]);
      if (!found.length || key === hidden) continue;
      hidden = key;
      for (const { id, filter } of own) {
        if (!plain.has(id)) plain.set(id, filter);
        const covered = ["!", ["in", ["get", "code"], ["literal", found]]];
        map.setFilter(id, plain.get(id) ? ["all", plain.get(id), covered] : covered);
      }
    }
  }

  function reset() {
    clearTimeout(timer);
    for (const [id, filter] of plain) if (map.getLayer(id)) map.setFilter(id, filter ?? null);
    plain.clear();
    hidden = "";
  }

  map.on("movestart", reset);
  map.on("idle", () => { if (!plain.size && blocks().length) soon(); });
}
