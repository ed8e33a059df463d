// MapLibre, with its worker under the name that changes with its content.
import { setWorkerUrl } from "../maplibre-gl/maplibre-gl.mjs";

export * from "../maplibre-gl/maplibre-gl.mjs";
setWorkerUrl(new URL("../maplibre-gl/maplibre-gl-worker.mjs", import.meta.url).href);
