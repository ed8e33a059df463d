// The other tools: a link to this view, a printable map, a tilt.
import { hereAddress } from "../base/session.js";
import { entranceAddress } from "./state.js";

export function wireTools(app) {
  const { map, state, texts, config } = app;
  // The zoom buttons stand below the tools, however many these are.
  document.body.style.setProperty("--tools", `${document.querySelector(".tools").offsetHeight}px`);

  document.getElementById("tool-link").addEventListener("click", async () => {
    app.keep();
    try {
      await navigator.clipboard.writeText(location.href);
      app.say(texts.copied);
    } catch {
      window.prompt(texts.copied, location.href); // no clipboard over plain http on some browsers
    }
  });

  // Another entrance keeps the day and, near by, the place; another language keeps all.
  for (const link of document.querySelectorAll(".tabs a")) {
    const path = link.getAttribute("href");
    link.addEventListener("click", () => { link.href = entranceAddress(app, path); });
  }
  for (const form of document.querySelectorAll("form.lang")) form.addEventListener("submit", () => { form.elements.next.value = hereAddress(); });

  // Menus close where something else is touched.
  document.addEventListener("click", ({ target }) => {
    for (const menu of document.querySelectorAll("details.more, details.ways")) if (!menu.contains(target)) menu.open = false;
  });

  // A plain "#panel" would take the place of the view in the address.
  document.querySelector("a.skip").addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("panel").focus();
  });

  document.getElementById("tool-tilt").addEventListener("click", () => {
    map.easeTo(map.getPitch() > 5 ? { pitch: 0, bearing: 0 } : { pitch: 55, bearing: -18 });
  });

  document.getElementById("tool-export").addEventListener("click", () => {
    const bounds = map.getBounds();
    const values = {
      entrance: config.entrance,
      bbox: [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((n) => n.toFixed(6)).join(","),
      layers: [...state.on].filter(app.isOurs).join(","),
      datetime: state.at,
      title: "",
    };
    app.send("/exports", values);
  });
}
