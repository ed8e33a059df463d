// @ts-check
// What the sketch says: Chinese in the code, the page's language from the page.
import { textsOf } from "../table/texts.js";

export { number } from "../table/texts.js";
export const t = textsOf("sketch-texts");
