// Small things that every module needs.

export const find = (selector, root = document) => root.querySelector(selector);

export const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Say something to people who listen instead of look. */
export function announce(message) {
  const live = find("#live");
  if (live) live.textContent = message;
}

export function csrf() {
  return JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
}

/** Whether keys go into a text: then no letter is a shortcut. */
export function isTyping(target) {
  return Boolean(
    target.closest?.(
      "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=button], [type=submit])",
    ),
  );
}

/**
 * The Latin letter of a key: what the layout gives, else the letter that stands at the same place.
 * So U works while a Hebrew or a Russian layout is on.
 */
export function letterOf(event) {
  if (/^[a-z]$/i.test(event.key)) return event.key.toLowerCase();
  if (/^Key[A-Z]$/.test(event.code)) return event.code[3].toLowerCase();
  if (event.code === "Slash" && !/^[?/]$/.test(event.key)) return event.shiftKey ? "?" : "/";
  if (event.code === "BracketLeft") return "[";
  if (event.code === "BracketRight") return "]";
  return event.key;
}

// Positions without style attributes: one constructable stylesheet, which a strict CSP allows.
const placed = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, placed];
const rules = new Map();

/** Put a popover below (or above, when there is no room) the thing that opened it. */
export function place(popover, anchor) {
  const box = anchor.getBoundingClientRect();
  const rightToLeft = document.documentElement.dir === "rtl";
  const width = popover.offsetWidth;
  const height = popover.offsetHeight;
  const wanted = rightToLeft ? box.right - width : box.left;
  const left = Math.max(8, Math.min(wanted, innerWidth - width - 8));
  const below = box.bottom + 6;
  const top = below + height > innerHeight - 8 ? Math.max(8, box.top - height - 6) : below;
  rules.set(
    popover.id,
    `#${popover.id} { inset: auto; margin: 0; left: ${left}px; top: ${top}px; }`,
  );
  placed.replaceSync([...rules.values()].join("\n"));
}
