// The state of a document, asked for again until its file is there.
import { wireFragments } from "../base/fragments.js";

wireFragments(document.getElementById("content"), () => location.reload());
