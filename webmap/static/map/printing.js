// Ctrl+P prints the map: a picture of what is seen, with title, day, scale and north. A picture,
// since the canvas itself comes out blank, or not as wide as the paper.
import { dayOf, inWords } from "../base/moments.js";

const SHARPNESS = 2; // of the screen's points, for paper
const WIDEST = 0.22; // of the map's width, the scale's bar

// The longest round number of metres that is no longer than so many.
export function roundMetres(most) {
  const power = 10 ** Math.floor(Math.log10(most));
  return [5, 2, 1].map((digit) => digit * power).find((metres) => metres <= most);
}

export function wirePrinting(app) {
  const { map, state, config, texts } = app;
  const part = (id) => document.getElementById(id);

  function picture() {
    const ratio = map.getPixelRatio();
    try {
      map.setPixelRatio(Math.max(ratio, SHARPNESS));
      map.redraw(); // at once: a canvas keeps its picture no longer than this turn
      return map.getCanvas().toDataURL("image/png");
    } finally {
      map.setPixelRatio(ratio);
    }
  }

  function lay() {
    const { clientWidth: width, clientHeight: height } = map.getContainer();
    const middle = [0, width].map((x) => map.unproject([x, height / 2]));
    const isFlat = map.getPitch() < 5;
    const wide = middle[0].distanceTo(middle[1]);
    const metres = roundMetres(wide * WIDEST);
    part("print-scale").hidden = !isFlat;
    part("print-scale").style.width = `${(100 * metres) / wide}%`;
    part("print-scale").textContent = metres >= 1000 ? `${metres / 1000} ${texts.km}` : `${metres} ${texts.metre}`;
    part("print-tilted").hidden = isFlat;
    part("print-north").style.transform = `rotate(${-map.getBearing()}deg)`;
    part("print-day").textContent = `${texts.print_day}　${inWords(state.at ? dayOf(state.at) : config.today, document.documentElement.lang)}`;
    part("print-map").src = picture();
  }

  window.addEventListener("beforeprint", lay);
  window.addEventListener("afterprint", () => { part("print-map").src = "data:,"; });
}
