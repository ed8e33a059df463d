// The map without a mouse: while it has the keyboard's focus a cross marks its middle,
// arrows and plus/minus move it (MapLibre's own keys), and Enter asks what is there. While
// something is measured, space sets a point at the cross and Enter ends (measure.js).

export function wireKeyboard(app) {
  const { map } = app;
  const canvas = map.getCanvas();
  const cross = document.createElement("div");
  cross.className = "cross";
  cross.hidden = true;
  cross.setAttribute("aria-hidden", "true");
  map.getContainer().append(cross);

  const place = () => {
    const { x, y } = map.project(map.getCenter());
    cross.style.transform = `translate(${x}px, ${y}px)`;
  };
  canvas.addEventListener("focus", () => { cross.hidden = !canvas.matches(":focus-visible"); place(); });
  canvas.addEventListener("blur", () => { cross.hidden = true; });
  map.on("move", () => { if (!cross.hidden) place(); });
  canvas.addEventListener("keydown", (event) => {
    if (event.key === " " && app.drawing) {
      event.preventDefault();
      app.points[app.drawing]?.(map.getCenter());
      return;
    }
    if (event.key !== "Enter" || app.drawing) return;
    const middle = map.getCenter();
    app.pick(map.project(middle), middle);
  });
}
