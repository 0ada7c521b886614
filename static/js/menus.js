// Popovers stand where they were opened from; lists can be picked as a whole.

import { find, findAll, place } from "./dom.js";

document.addEventListener(
  "toggle",
  (event) => {
    const popover = event.target;
    if (!popover.matches?.("[popover]") || event.newState !== "open") return;
    const opener = find(`[popovertarget="${popover.id}"][data-anchor]`) ||
      findAll(`[popovertarget="${popover.id}"]`).find((button) => button.offsetParent);
    if (opener) place(popover, opener);
    const wanted = ["[autofocus]", "input:checked", "input, button, a"];
    for (const selector of wanted) {
      const first = findAll(selector, popover).find((each) => each.getClientRects().length);
      if (!first) continue;
      first.focus();
      break;
    }
  },
  true,
);

// In a popover with numbered choices a digit picks one: F, then 2.
document.addEventListener("keydown", (event) => {
  const popover = event.target.closest?.("[data-numbered]");
  if (!popover || !/^[1-9]$/.test(event.key)) return;
  if (event.target.matches("textarea, input:not([type=radio])")) return;
  const choices = findAll("input[type=radio]", popover);
  const choice = choices.filter((each) => each.getClientRects().length)[Number(event.key) - 1];
  if (!choice) return;
  event.preventDefault();
  choice.focus();
  choice.click();
});

// One box at the head of a table picks all rows.
document.addEventListener("change", (event) => {
  const all = event.target.closest?.("[data-pick-all]");
  if (all) {
    for (const box of findAll(`input[name="${all.dataset.pickAll}"]`)) box.checked = all.checked;
  }
  const name = all?.dataset.pickAll || event.target.name;
  if (!name) return;
  for (const bar of findAll(`[data-picked="${CSS.escape(name)}"]`)) {
    const count = findAll(`input[name="${CSS.escape(name)}"]:checked`).length;
    bar.toggleAttribute("data-some", count > 0);
    const shown = find("[data-count]", bar);
    if (shown) shown.textContent = String(count);
  }
});

// A form that is only a choice sends itself.
document.addEventListener("change", (event) => {
  event.target.closest?.("form[data-send-on-change]")?.requestSubmit();
});
