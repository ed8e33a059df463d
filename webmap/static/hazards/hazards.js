// The table of levels keeps itself up to date; what goes wrong is said in its place.
import { wireFragments } from "../base/fragments.js";

wireFragments(document.querySelector("#content"), (status) => {
  const words = document.createElement("p");
  words.className = "remark bad";
  words.setAttribute("role", "alert");
  words.textContent = document.documentElement.lang === "en" ? `Not brought up to date (${status}); reload the page.` : `没有刷新成功（${status}），请重新打开本页。`;
  document.querySelector(".risk")?.prepend(words);
});
