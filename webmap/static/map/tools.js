// The other tools: a link to this view, a printable map, a tilt.

export function wireTools(app) {
  const { map, state, texts, config } = app;

  document.getElementById("tool-link").addEventListener("click", async () => {
    app.keep();
    try {
      await navigator.clipboard.writeText(location.href);
      app.say(texts.copied);
    } catch {
      window.prompt(texts.copied, location.href); // no clipboard over plain http on some browsers
    }
  });

  document.getElementById("tool-tilt").addEventListener("click", () => {
    map.easeTo(map.getPitch() > 5 ? { pitch: 0, bearing: 0 } : { pitch: 55, bearing: -18 });
  });

  document.getElementById("tool-export").addEventListener("click", () => {
    const bounds = map.getBounds();
    const values = {
      entrance: config.entrance,
      bbox: [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((n) => n.toFixed(6)).join(","),
      layers: [...state.on].join(","),
      datetime: state.at,
      title: document.title,
    };
    document.body.classList.add("open");
    app.current = "";
    window.htmx.ajax("POST", "/exports", { target: "#panel-body", swap: "innerHTML", values });
  });
}
