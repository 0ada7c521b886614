// Short messages at the foot of the page. Each stays ten seconds, longer while one looks at it.

import { register } from "./actions.js";
import { announce, find, findAll } from "./dom.js";

const STAY = 10_000;

function retire(toast) {
  if (!toast.isConnected) return;
  if (toast.matches(":hover, :focus-within")) {
    setTimeout(() => retire(toast), 2000);
    return;
  }
  toast.remove();
}

/** Start the clock of every toast that came with a page or a fragment. */
function adopt(root) {
  for (const toast of findAll("[data-toast]:not([data-timed])", root)) {
    toast.dataset.timed = "";
    setTimeout(() => retire(toast), STAY);
    announce(toast.firstElementChild?.textContent || toast.textContent);
  }
}

/** Show a message. `again` is an action to offer: { label, act }. */
export function toast(message, { bad = false, again = null } = {}) {
  const element = document.createElement("div");
  element.className = bad ? "toast bad" : "toast";
  element.dataset.toast = "";
  const text = document.createElement("p");
  text.textContent = message;
  element.append(text);
  if (again) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = again.label;
    button.addEventListener("click", () => {
      element.remove();
      again.act();
    });
    element.append(button);
  }
  find("#toasts").append(element);
  adopt(document);
}

register("dismiss", (element) => element.closest("[data-toast]")?.remove());

// What a toast offered has been done: it has nothing more to say.
document.addEventListener("htmx:beforeRequest", (event) => {
  event.detail.elt.closest?.("[data-toast]")?.setAttribute("hidden", "");
});
document.addEventListener("htmx:afterRequest", (event) => {
  event.detail.elt.closest?.("[data-toast]")?.remove();
});

// A server may say a word in a header: HX-Trigger: {"toast": "Saved."}
document.addEventListener("toast", (event) => {
  toast(event.detail.message ?? event.detail.value ?? String(event.detail));
});
document.addEventListener("htmx:load", () => adopt(document));
document.addEventListener("htmx:oobAfterSwap", () => adopt(document));
adopt(document);
