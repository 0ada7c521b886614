// The queue by keyboard: J and K move, X picks, Enter opens, A takes the next ticket.

import { register } from "./actions.js";
import { find, findAll, isTyping, letterOf } from "./dom.js";

const titles = () => findAll("#list .title");

// Where one is in the list: the title that has the focus, or had it before the list changed.
let last = -1;

function at() {
  const now = titles().findIndex((title) => title.closest("tr").contains(document.activeElement));
  return now < 0 ? last : now;
}

function move(step) {
  const all = titles();
  if (!all.length) return;
  last = Math.max(0, Math.min(all.length - 1, at() + step));
  all[last].focus();
  all[last].closest("tr").scrollIntoView({ block: "nearest" });
}

register("next", () => move(1));
register("previous", () => move(at() < 0 ? 1 : -1));

register("search", () => {
  const box = find("#queue-q");
  box.focus();
  box.select();
});

register("leave", (element) => {
  if (element?.id === "queue-q") {
    element.blur();
    move(0);
  } else {
    unpick();
  }
});

function unpick() {
  for (const box of findAll("#bulk input[type=checkbox]:checked")) box.checked = false;
  find("#bulk [data-pick-all]")?.dispatchEvent(new Event("change", { bubbles: true }));
}

register("unpick", unpick);

// Shift picks everything between the last picked and this one.
let anchor = null;

document.addEventListener("click", (event) => {
  const box = event.target.closest?.("#bulk input[name=numbers]");
  if (!box) return;
  if (event.shiftKey && anchor?.isConnected) {
    const all = findAll("#bulk input[name=numbers]");
    const [from, to] = [all.indexOf(anchor), all.indexOf(box)].sort((a, b) => a - b);
    for (const each of all.slice(from, to + 1)) each.checked = box.checked;
  }
  anchor = box;
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.documentElement.dataset.keys === "off") return;
  if (isTyping(event.target) || find("dialog[open]") || find(":popover-open")) return;
  const letter = letterOf(event);
  if (letter === "x") {
    titles()[at()]?.closest("tr").querySelector("input[name=numbers]").click();
  } else if (letter === "a") {
    find("#claim")?.requestSubmit();
  } else {
    return;
  }
  event.preventDefault();
});

// The list has followed the search as it was typed. Leaving the box would tell its form of a
// change once more, and the list that came for it would take the focus from the row under it.
document.addEventListener(
  "change",
  (event) => {
    if (event.target.id === "queue-q") event.stopPropagation();
  },
  true,
);

// From the search box the arrow leads into the list.
document.addEventListener("keydown", (event) => {
  if (event.target.id !== "queue-q" || event.key !== "ArrowDown") return;
  event.preventDefault();
  last = -1;
  move(1);
});

// New tickets appear by themselves. Once a minute a small question, and only when something has
// changed the list itself; never while tickets are picked, for a list must not move under a hand.
const EVERY = 60_000;
let newest = "";

function busy() {
  return find("#bulk input[name=numbers]:checked") || find("#queue-filters details[open]") ||
    find("#views details[open]") || find("dialog[open]");
}

async function refresh() {
  const row = at();
  await htmx.ajax("GET", location.pathname + location.search, {
    target: "#list",
    swap: "outerHTML",
    // As if the search had been typed: a whole number in it must not lead away.
    headers: { "HX-Trigger-Name": "q" },
  });
  last = row;
}

async function look() {
  if (document.visibilityState !== "visible") return;
  try {
    const answer = await fetch(find("#list").dataset.newest, {
      headers: { Accept: "application/json" },
      cache: "no-store",
    });
    if (!answer.ok || answer.redirected) return;
    const now = (await answer.json()).newest;
    if (newest && now !== newest) {
      if (busy()) return;
      await refresh();
    }
    newest = now;
  } catch {
    // The next minute asks again.
  }
}

look();
setInterval(look, EVERY);
document.addEventListener("queue:look", look);

// An address says only what was chosen.
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.detail.elt.closest?.("#queue-filters")) return;
  const data = event.detail.formData;
  if (!data) return;
  for (const name of [...new Set(data.keys())]) {
    const plain = { state: "undone", sort: "changed" }[name] ?? "";
    if (data.get(name) === plain) data.delete(name);
  }
});

// Whoever stands on a row stands on it in the new list too, or else at its head: the arrow may
// come before the answer to what was typed.
let held = null;

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target.id !== "list") return;
  held = document.activeElement?.closest?.("#list a")?.getAttribute("href") ?? null;
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "list") return;
  last = -1;
  if (held === null) return;
  const all = titles();
  (all.find((title) => title.getAttribute("href") === held) ?? all[0])?.focus();
  held = null;
});
