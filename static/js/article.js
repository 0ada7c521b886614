// The pages of articles: choices that depend on each other, links to other articles, and drafts
// that remember which version they began from.

import { register } from "./actions.js";
import { find, findAll } from "./dom.js";

// An audience outside can be chosen once the confidence is Validated: the server decides, this
// only keeps what it would refuse out of the list.
function narrow(box) {
  const confidence = find("[name=confidence]", box);
  const audience = find("[name=audience]", box);
  const governance = find("[name=governance]", box);
  const editors = find("[data-only-compliance]", box);
  if (editors && governance) editors.hidden = governance.value !== "compliance";
  if (!confidence || !audience) return;
  const later = (box.dataset.validated || "").split(" ").filter(Boolean);
  for (const option of audience.options) {
    const off = later.includes(option.value) && confidence.value !== "validated";
    option.hidden = option.disabled = off;
    if (off && option.selected) audience.value = "internal";
  }
}

document.addEventListener("change", (event) => {
  const box = event.target.closest?.("[data-states]");
  if (box) narrow(box);
});

// Text is written in the direction of its language.
const RIGHT_TO_LEFT = /^(ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)(-|$)/;

document.addEventListener("change", (event) => {
  const form = event.target.matches?.("#id_language") && event.target.form;
  if (!form) return;
  const language = event.target.value;
  for (const box of findAll("#id_title, [data-editor] :is(textarea, .preview)", form)) {
    box.lang = language;
    box.dir = RIGHT_TO_LEFT.test(language) ? "rtl" : "ltr";
  }
});

// Typing into the merged text means wanting it.
document.addEventListener("input", (event) => {
  const name = event.target.dataset?.picks;
  const radio = name && find(`input[name="${CSS.escape(name)}"][value=merged]`);
  if (radio) radio.checked = true;
});

// --- Links to other articles ---

let written = null; // the text that was written in last

document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("[data-editor] textarea")) written = event.target;
});

register("link-article", (button) => {
  const box = written?.isConnected ? written : find("#id_resolution");
  if (!box) return;
  const chosen = box.value.slice(box.selectionStart, box.selectionEnd);
  const words = (chosen || button.dataset.title).replace(/[[\]\\]/g, "\\$&");
  box.focus();
  box.setRangeText(
    `[${words}](${button.dataset.number})`,
    box.selectionStart,
    box.selectionEnd,
    "end",
  );
  box.dispatchEvent(new Event("input", { bubbles: true }));
});

// --- Drafts ---

const PREFIX = "kb-draft:";
const baseKey = (form) => `${PREFIX}${form.dataset.draftOf}:base`;
const boxesOf = (form) => findAll("[data-draft]", form);

function stored(key) {
  try {
    return JSON.parse(localStorage.getItem(key) || "null");
  } catch {
    return null;
  }
}

function forget(form) {
  // Leaving the page writes drafts once more; what has arrived is none.
  for (const box of boxesOf(form)) box.removeAttribute("data-draft");
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(`${PREFIX}${form.dataset.draftOf}:`)) localStorage.removeItem(key);
    }
  } catch {
    // Nothing was kept then.
  }
}

// A draft that comes back belongs to the version it began from. If somebody saved meanwhile,
// saving it must show both texts and not write over theirs.
function resume(form) {
  const base = find("input[name=base]", form);
  const isBack = boxesOf(form).some((box) => box.value !== box.defaultValue);
  const note = find("[data-restored-note]", form);
  if (note) note.hidden = !isBack;
  const began = stored(baseKey(form));
  if (isBack && began && base) base.value = began.text;
}

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("[data-draft-of]");
  const base = form && find("input[name=base]", form);
  if (!base || !event.target.matches("[data-draft]") || stored(baseKey(form))) return;
  try {
    localStorage.setItem(baseKey(form), JSON.stringify({ text: base.value, at: Date.now() }));
  } catch {
    // Without storage there are no drafts either.
  }
});

register("discard-draft", (button) => {
  const form = button.closest("form");
  forget(form);
  location.reload();
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { xhr, elt, successful } = event.detail;
  const form = elt.closest?.("form[data-saves]");
  if (form && xhr?.getResponseHeader("HX-Redirect")) forget(form);
  const menu = elt.matches?.("[data-closes-menu]") && successful && elt.closest("details");
  if (menu) {
    elt.reset();
    menu.open = false;
  }
});

function begin(root) {
  findAll("[data-states]", root).forEach(narrow);
  findAll("[data-draft-of]", root).forEach(resume);
}

document.addEventListener("htmx:load", (event) => begin(event.target.parentElement || document));
begin(document);

register("improve", () => find("[data-act=improve-here]")?.click());
