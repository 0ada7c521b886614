// Light or dark, at once; the cookie lets the server paint the next page right.

import { register } from "./actions.js";
import { csrf } from "./dom.js";

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

register("theme", () => {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  const button = document.querySelector("[data-theme-form] button");
  if (button) button.value = theme === "dark" ? "light" : "dark";
  fetch("/theme/", {
    method: "POST",
    headers: { "X-CSRFToken": csrf(), "HX-Request": "true" },
    body: new URLSearchParams({ theme }),
  });
});
