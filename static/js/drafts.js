// Text that was typed is never lost: every field with data-draft keeps its text in this browser
// until it has been sent.

import { findAll } from "./dom.js";

const PREFIX = "kb-draft:";
const KEEP = 14 * 24 * 3600 * 1000;
const PAUSE = 250;

const keyOf = (box) => PREFIX + box.dataset.draft;

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) || "null");
  } catch {
    return null;
  }
}

function write(box) {
  try {
    // What stands there from the server is no draft.
    if (!box.value.trim() || box.value === box.defaultValue) localStorage.removeItem(keyOf(box));
    else localStorage.setItem(keyOf(box), JSON.stringify({ text: box.value, at: Date.now() }));
  } catch {
    // A full or forbidden storage must not stop anybody from typing.
  }
}

/** Put back what was being written before a reload. */
export function restore(root = document) {
  for (const box of findAll("[data-draft]:not([data-restored])", root)) {
    box.dataset.restored = "";
    const draft = read(keyOf(box));
    if (!draft || draft.text === box.value) continue;
    box.value = draft.text;
    box.dispatchEvent(new Event("draft:restored", { bubbles: true }));
  }
}

/** Forget the drafts of a form whose text has arrived. */
export function forget(form) {
  for (const box of form.querySelectorAll("[data-draft]")) {
    try {
      localStorage.removeItem(keyOf(box));
    } catch {
      // Nothing was kept then.
    }
  }
}

function sweep() {
  try {
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith(PREFIX)) continue;
      const draft = read(key);
      if (!draft || Date.now() - draft.at > KEEP) localStorage.removeItem(key);
    }
  } catch {
    // No storage, nothing to sweep.
  }
}

const timers = new WeakMap();

document.addEventListener("input", (event) => {
  const box = event.target.closest?.("[data-draft]");
  if (!box) return;
  clearTimeout(timers.get(box));
  timers.set(
    box,
    setTimeout(() => write(box), PAUSE),
  );
});

// The last letters before leaving count too.
addEventListener("pagehide", () => findAll("[data-draft]").forEach(write));

document.addEventListener("htmx:load", (event) => restore(event.target));

// Before the swap, so that the fresh form is not filled with what has just been sent.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { requestConfig, xhr } = event.detail;
  const sender = requestConfig.elt;
  const form = sender.form || sender.closest("form");
  if (requestConfig.verb !== "post" || xhr.status >= 300) return;
  if (form?.matches("[data-sends-draft]")) forget(form);
});

// "Keep theirs" gives one's own text up on purpose.
document.addEventListener(
  "click",
  (event) => {
    const prefix = event.target.closest("[data-forgets]")?.dataset.forgets;
    if (!prefix) return;
    for (const box of findAll(`[data-draft^="${CSS.escape(prefix)}"]`)) {
      localStorage.removeItem(keyOf(box));
    }
  },
  true,
);

// Without htmx the page after a sent form names what has arrived.
for (const mark of findAll("[data-draft-sent]")) {
  try {
    localStorage.removeItem(PREFIX + mark.dataset.draftSent);
  } catch {
    // Nothing was kept then.
  }
}

sweep();
restore();
