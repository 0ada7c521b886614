// Ctrl K: commands of this page, places, and what a search finds, in one list.

import { register } from "./actions.js";
import { announce, find, findAll } from "./dom.js";

const WAIT = 120; // ms of quiet before a search is asked

const palette = find("#palette");

if (palette) {
  const input = find("input[name=q]", palette);
  const commands = find("[data-commands]", palette);
  const found = find("[data-found]", palette);
  let timer = 0;
  let asked = 0;

  const options = () =>
    findAll("[role=option]", palette).filter((option) => option.offsetParent !== null);

  const current = () => find('[role=option][aria-selected="true"]', palette);

  const select = (option) => {
    current()?.setAttribute("aria-selected", "false");
    if (!option) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  };

  const filter = () => {
    const words = input.value.trim().toLowerCase();
    for (const option of findAll("[role=option]", commands)) {
      option.hidden = Boolean(words) && !option.textContent.toLowerCase().includes(words);
    }
  };

  const search = async () => {
    const words = input.value.trim();
    const mine = ++asked;
    if (!words || !palette.dataset.url) {
      found.replaceChildren();
      return;
    }
    input.form.classList.add("htmx-request");
    try {
      const answer = await fetch(`${palette.dataset.url}?q=${encodeURIComponent(words)}`, {
        headers: { "HX-Request": "true" },
      });
      const html = answer.ok && !answer.redirected ? await answer.text() : "";
      // A slow answer to an old question must not replace a newer one.
      if (mine !== asked) return;
      const parsed = new DOMParser().parseFromString(html, "text/html");
      found.replaceChildren(...parsed.body.children);
      if (!current()?.offsetParent) select(options()[0]);
      announce(String(options().length));
    } catch {
      found.replaceChildren();
    } finally {
      if (mine === asked) input.form.classList.remove("htmx-request");
    }
  };

  register("palette", () => {
    if (palette.open) return;
    palette.showModal();
    input.value = "";
    filter();
    found.replaceChildren();
    select(options()[0]);
    input.focus();
  });

  input.addEventListener("input", () => {
    filter();
    select(options()[0]);
    clearTimeout(timer);
    timer = setTimeout(search, WAIT);
  });

  palette.addEventListener("keydown", (event) => {
    const all = options();
    const at = all.indexOf(current());
    if (event.key === "ArrowDown") select(all[Math.min(all.length - 1, at + 1)]);
    else if (event.key === "ArrowUp") select(all[Math.max(0, at - 1)]);
    else if (event.key === "Enter" && current()) current().click();
    else return;
    event.preventDefault();
  });

  // Whatever is chosen, the palette goes first; then the action has the page to itself.
  palette.addEventListener(
    "click",
    (event) => {
      if (event.target === palette || event.target.closest("[role=option]")) palette.close();
    },
    true,
  );
}
