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

  // Another entrance, or signing in, keeps the day and, near by, the place.
  for (const link of document.querySelectorAll(".tabs a, a.signin")) {
    link.addEventListener("click", () => {
      const [path] = link.getAttribute("href").split("#");
      const hash = new URLSearchParams(location.hash.slice(1));
      if (link.classList.contains("signin")) {
        link.href = `/accounts/login/?next=${encodeURIComponent(location.pathname + location.hash)}`;
      } else if (map.getZoom() >= 13 && path !== "/hazards") {
        const { lng, lat } = map.getCenter();
        link.href = `${path}#${map.getZoom().toFixed(2)}/${lat.toFixed(5)}/${lng.toFixed(5)}/0/${path === "/housing" ? 52 : 0}${hash.has("at") ? `&at=${hash.get("at")}` : ""}`;
      } else if (state.at) {
        link.href = `${path}#&at=${encodeURIComponent(state.at)}`;
      }
    });
  }

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
      title: "",
    };
    document.body.classList.add("open");
    app.current = "";
    window.htmx.ajax("POST", "/exports", { target: "#panel-body", swap: "innerHTML", values });
  });
}
