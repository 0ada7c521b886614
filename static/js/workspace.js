// The solve workspace: choosing an article, using it, closing the ticket, by mouse and keyboard.
// Parts arrive by htmx and are not initialised: everything listens at the document.

import { register, run } from "./actions.js";
import "./composer.js";
import { announce, find, findAll } from "./dom.js";

const work = find("#work, main.work");

// --- Choosing an article -------------------------------------------------------------------

const rows = () => findAll("#results .hit-row");
const current = () => find('#results .hit-row[aria-selected="true"]');

function select(row, { focus = false } = {}) {
  if (!row) return;
  for (const each of rows()) {
    const chosen = each === row;
    each.setAttribute("aria-selected", String(chosen));
    each.tabIndex = chosen ? 0 : -1;
  }
  row.scrollIntoView({ block: "nearest" });
  if (focus) row.focus({ preventScroll: true });
  else announce(find(".title", row).textContent);
  htmx.trigger(row, "pick");
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  const to = Math.min(all.length - 1, Math.max(0, at + by));
  select(all[to], { focus: Boolean(document.activeElement?.closest?.("#results")) });
}

document.addEventListener("click", (event) => {
  const row = event.target.closest("#results .hit-row");
  if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  select(row, { focus: true });
});

register("next", () => step(1));
register("previous", () => step(-1));
register("jump", (number) => select(rows()[number - 1]));
register("open", () => onceRead(() => find("#open-full")?.click()));

let answered = find("#kq")?.value.trim() ?? ""; // the words that the list answers
let asked = answered;

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt.id === "ask") asked = find("#kq").value.trim();
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.requestConfig?.elt.id !== "ask") return;
  answered = asked;
  announce(find("#results")?.dataset.said || "");
});

// The search keeps the focus while arrows move the choice below it.
document.addEventListener("keydown", (event) => {
  const inSearch = event.target.id === "kq";
  const inList = event.target.closest?.("#results");
  if (!inSearch && !inList) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    step(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && inSearch && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    // Results of older words must not be used for newer ones: then Enter only asks.
    if (event.target.value.trim() === answered) run("use");
    else find("#ask").requestSubmit();
  } else if (event.key === "Escape" && inSearch) {
    event.preventDefault();
    event.target.blur();
  }
});

// --- Verbs ---------------------------------------------------------------------------------

let waiting = null;

/** What is pressed while the next article is still on its way is meant for that article. */
function onceRead(act) {
  if (current()?.classList.contains("htmx-request")) waiting = act;
  else act();
}

document.addEventListener("htmx:afterSettle", () => {
  if (!waiting || current()?.dataset.number !== find("#reader")?.dataset.number) return;
  const act = waiting;
  waiting = null;
  act();
});

/** U twice in a row undoes; the button shows the new state before the server has answered. */
register("use", () =>
  onceRead(() => {
    if (!find("#use-form.htmx-request")) find("#use")?.click();
  }),
);

document.addEventListener("htmx:beforeRequest", (event) => {
  const button = event.detail.elt.id === "use-form" && find("#use");
  if (!button) return;
  const used = button.getAttribute("aria-pressed") === "true";
  button.setAttribute("aria-pressed", String(!used));
  button.classList.toggle("tint", !used);
  button.classList.toggle("primary", used);
  if (!used) find("span", button).textContent = button.dataset.used;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const button = event.detail.elt.id === "use-form" && !event.detail.successful && find("#use");
  if (!button) return;
  // It was refused: back to how it stood.
  const used = button.getAttribute("aria-pressed") === "true";
  button.setAttribute("aria-pressed", String(!used));
  button.classList.toggle("tint", !used);
  button.classList.toggle("primary", used);
});

register("flag", () =>
  onceRead(() => {
    const button = find("#flag");
    const popover = find("#flag-pop");
    if (!button || !popover) return;
    show("know");
    popover.showPopover({ source: button });
  }),
);

// The popover stands outside the reader, so that a new article does not close it half-written.
document.addEventListener(
  "beforetoggle",
  (event) => {
    if (event.target.id !== "flag-pop" || event.newState !== "open") return;
    find("input[name=article]", event.target).value = find("#reader")?.dataset.number || "";
  },
  true,
);

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt.id !== "flag-form" || !event.detail.successful) return;
  event.detail.elt.reset();
  find("#flag-pop").hidePopover();
});

register("improve", () =>
  onceRead(() => {
    const link = find("#improve");
    if (!link) return;
    show("know");
    htmx
      .ajax("GET", link.href, { target: "#know", swap: "outerHTML" })
      .then(() => focusIn("#f-resolution"));
  }),
);

register("create", () => {
  if (find("#capture") || !work) return;
  show("know");
  htmx
    .ajax("GET", `${location.pathname}create/`, {
      target: "#know",
      swap: "outerHTML",
      source: find("#answer") || undefined,
    })
    .then(() => focusIn("#f-resolution"));
});

register("none", () => {
  find("#reasons")?.showPopover({ source: find("#none") });
});

function focusIn(selector) {
  const box = find(selector);
  if (!box) return;
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
}

register("search", () => {
  show("know");
  find("#kq")?.focus();
});

// Esc leaves a form of the knowledge pane; what was typed is kept as a draft.
register("leave", (target) => {
  if (target.closest?.("#capture")) find("[data-back]")?.click();
  else if (target.closest?.("#answer")) target.blur();
});

// A duplicate that is found while writing is opened in the list instead.
register("duplicate", (link) => {
  htmx.ajax("GET", link.href, { target: "#know", swap: "outerHTML", select: "#know" });
});

register("copy-link", async (button) => {
  await navigator.clipboard?.writeText(new URL(button.dataset.url, location.href).href);
  announce(button.dataset.said);
  document.dispatchEvent(new CustomEvent("toast", { detail: { message: button.dataset.said } }));
});

register("around", () => {
  const details = find("#aside details");
  show("ticket");
  if (details) details.open = true;
  find("#talk")?.scrollTo({ top: 0 });
});

// --- The outcome bar -----------------------------------------------------------------------

function shake() {
  const bar = find("#bar");
  bar.classList.remove("shake");
  requestAnimationFrame(() => bar.classList.add("shake"));
  announce(find("#why")?.textContent.trim() || "");
}

register("close", () => {
  const button = find("#close");
  if (button) {
    for (const popover of findAll("[popover]:popover-open")) popover.hidePopover();
    button.click();
  } else {
    find("#next-ticket")?.click();
  }
});

// A closed gate says why instead of asking the server.
document.addEventListener(
  "click",
  (event) => {
    const button = event.target.closest("#close");
    if (button?.getAttribute("aria-disabled") !== "true") return;
    event.preventDefault();
    event.stopPropagation();
    shake();
  },
  true,
);

document.addEventListener("htmx:afterSwap", () => {
  if (find("#bar .why.refused:not([data-shown])")) {
    find("#bar .why.refused").dataset.shown = "";
    shake();
  }
});

// What is not yet so is done by pressing it: "Reuse + flag" opens the flags.
document.addEventListener("click", (event) => {
  const radio = event.target.closest(".out input[data-does]");
  if (!radio || "proved" in radio.dataset) return;
  // Arrow keys walk through the choices and must not start anything (they click with detail 0).
  if (event.detail === 0 && !event.target.dataset.pressed) return;
  event.preventDefault();
  run(radio.dataset.does);
});
document.addEventListener("click", (event) => {
  const label = event.target.closest("label.out");
  const radio = label && find("input[data-does]", label);
  if (!radio || event.target === radio || "proved" in radio.dataset) return;
  event.preventDefault();
  run(radio.dataset.does);
});

document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.(".out input[data-does]") || "proved" in event.target.dataset) return;
  if (event.key === " " || (event.key === "Enter" && !event.ctrlKey && !event.metaKey)) {
    event.preventDefault();
    run(event.target.dataset.does);
  }
});

/** The gate opens for an honest reason too: the bar says which. */
function openGate(words) {
  const why = find("#why");
  const button = find("#close");
  if (!why || !button) return;
  why.className = "why ready";
  why.lastElementChild.textContent = words;
  button.classList.add("primary");
  button.removeAttribute("aria-disabled");
}

document.addEventListener("change", (event) => {
  const reason = event.target.closest?.("#reasons input[name=reason]");
  if (!reason) return;
  const none = find('#reasons input[name=outcome][value="no_knowledge"]');
  none.checked = true;
  const shown = find("#bar [data-none]");
  shown.hidden = false;
  find("[data-none-label]", shown).textContent =
    reason.nextElementSibling.textContent.trim() || reason.value;
  openGate(find("#why").dataset.none);
  announce(`${find("#why").dataset.none}: ${reason.nextElementSibling.textContent.trim()}`);
});

document.addEventListener("keydown", (event) => {
  const popover = event.target.closest?.("#reasons");
  if (!popover || event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
  // Enter here would send the reply: it only closes the menu.
  event.preventDefault();
  popover.hidePopover();
  find("#close")?.focus();
});

// --- Panes on narrow screens ---------------------------------------------------------------

function show(pane) {
  if (!work) return;
  work.dataset.pane = pane;
  for (const link of findAll(".panes a")) {
    if (link.dataset.pane === pane) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

register("pane", (link) => show(link.dataset.pane));
register("reply", () => {
  show("ticket");
  compose("0");
});
register("note", () => {
  show("ticket");
  compose("1");
});

function compose(internal) {
  const form = find("#answer");
  if (!form) return;
  find(`input[name=internal][value="${internal}"]`, form).checked = true;
  focusIn("#reply");
}

// --- Other tickets -------------------------------------------------------------------------

function ticketAway(by) {
  const tabs = findAll(".tabs .tab > a");
  const at = tabs.findIndex((tab) => tab.hasAttribute("aria-current"));
  const to = tabs[(at + by + tabs.length) % tabs.length];
  if (to && at >= 0 && tabs.length > 1) location.assign(to.href);
}

register("next-ticket", () => ticketAway(1));
register("previous-ticket", () => ticketAway(-1));

// --- The words of the search, marked in the conversation -------------------------------------

/** CSS highlights mark words without changing the text, so nothing has to be cleaned up. */
function markTerms() {
  const thread = find("#thread");
  if (!thread || !("highlights" in CSS)) return;
  const words = findAll("#terms .term:not(:has(:checked)) bdi, #terms .chip.on bdi")
    .map((term) => term.textContent.trim().toLowerCase())
    .filter((word) => word.length > 1);
  const ranges = [];
  if (words.length) {
    const escaped = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${escaped.join("|")})[\\p{L}]{0,3}`, "giu");
    const walker = document.createTreeWalker(thread, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node && ranges.length < 200; node = walker.nextNode()) {
      if (!node.parentElement.closest(".body")) continue;
      for (const match of node.data.matchAll(pattern)) {
        const range = new Range();
        range.setStart(node, match.index);
        range.setEnd(node, match.index + match[0].length);
        ranges.push(range);
      }
    }
  }
  CSS.highlights.set("kb-terms", new Highlight(...ranges));
}

document.addEventListener("htmx:afterSettle", markTerms);
markTerms();

// The newest message is what one wants to read.
const talk = find("#talk");
if (talk && !location.hash) talk.scrollTop = talk.scrollHeight;
for (const swapped of ["htmx:afterSwap", "htmx:oobAfterSwap"]) {
  document.addEventListener(swapped, (event) => {
    if (event.detail.target?.id === "thread" && talk) talk.scrollTop = talk.scrollHeight;
  });
}

// --- Presence ------------------------------------------------------------------------------

let ownChange = false;
let lastPulse = Date.now();
let lastTyped = 0;

document.addEventListener("input", (event) => {
  if (event.target.id === "reply") lastTyped = Date.now();
});

document.addEventListener("htmx:configRequest", (event) => {
  const { elt, parameters, verb } = event.detail;
  if (elt.id !== "presence") {
    if (verb === "post") ownChange = true;
    return;
  }
  // Nobody works in a tab that is out of sight.
  if (document.hidden) {
    event.preventDefault();
    return;
  }
  parameters.seen = ownChange ? "" : elt.dataset.seen;
  parameters.typing = Date.now() - lastTyped < 20_000 ? "1" : "0";
  parameters.seconds = String(Math.min(60, Math.round((Date.now() - lastPulse) / 1000)));
  lastPulse = Date.now();
  ownChange = false;
});
