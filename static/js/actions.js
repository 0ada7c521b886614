// What a press does. Buttons and links name an action in data-act; keys run the same actions.

const actions = new Map();

/** Teach the page an action: `register("use", (element) => …)`. */
export function register(name, act) {
  actions.set(name, act);
}

/** Do it, if this page knows how. Returns whether it did. */
export function run(name, element = null) {
  const act = actions.get(name);
  if (!act) return false;
  act(element);
  return true;
}

document.addEventListener("click", (event) => {
  const element = event.target.closest("[data-act]");
  if (!element) return;
  // A new tab or window is the person's own wish.
  if (element.href && (event.ctrlKey || event.metaKey || event.shiftKey)) return;
  if (run(element.dataset.act, element)) event.preventDefault();
});
