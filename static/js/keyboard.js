// The keyboard map. Letters are ignored while somebody types, and can be switched off (WCAG 2.1.4).

import { register, run } from "./actions.js";
import { find, findAll, isTyping, letterOf } from "./dom.js";

const LETTERS = {
  u: "use",
  f: "flag",
  i: "improve",
  c: "create",
  x: "none",
  r: "reply",
  n: "note",
  o: "open",
  j: "next",
  k: "previous",
  "/": "search",
  "?": "keys",
  "]": "next-ticket",
  "[": "previous-ticket",
};
const SECOND_KEY = 1200; // ms in which the letter after G is awaited

let awaiting = 0;

function goTo(letter) {
  const place = find(`.rail [data-go="${letter.toUpperCase()}"]`);
  if (place) location.assign(place.href);
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const letter = letterOf(event);
  const command = event.ctrlKey || event.metaKey;

  if (command && letter === "k" && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    run("palette");
    return;
  }
  if (command && event.key === "Enter") {
    event.preventDefault();
    const form = event.target.closest?.("form[data-save]");
    if (form) form.requestSubmit();
    else run("close");
    return;
  }
  if (event.key === "Escape" && !find("dialog[open]") && !find(":popover-open")) {
    if (run("leave", event.target)) return;
  }
  if (command || event.altKey) return;
  if (document.documentElement.dataset.keys === "off") return;
  if (isTyping(event.target) || find("dialog[open]") || find(":popover-open")) return;

  if (Date.now() < awaiting) {
    awaiting = 0;
    event.preventDefault();
    goTo(letter);
    return;
  }
  if (letter === "g") {
    awaiting = Date.now() + SECOND_KEY;
    return;
  }
  if (/^[1-9]$/.test(event.key)) {
    if (run("jump", Number(event.key))) event.preventDefault();
    return;
  }
  if (LETTERS[letter] && run(LETTERS[letter])) event.preventDefault();
});

register("keys", () => find("#keys")?.showModal());

// A press beside a dialog closes it.
document.addEventListener("click", (event) => {
  if (event.target instanceof HTMLDialogElement) event.target.close();
});

// Only one menu is open at a time, and a press elsewhere closes it.
document.addEventListener("click", (event) => {
  for (const menu of findAll("details.drop[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of findAll("details.drop[open]")) {
    menu.open = false;
    find("summary", menu).focus();
  }
});

// ↑ and ↓ move through the entries of an open menu.
document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const menu = event.target.closest?.(".menu");
  if (!menu || event.target.matches("input[type=radio]")) return;
  const entries = findAll("a, button", menu);
  const at = entries.indexOf(document.activeElement);
  const to = entries[at + (event.key === "ArrowDown" ? 1 : -1)];
  if (!to) return;
  event.preventDefault();
  to.focus();
});
