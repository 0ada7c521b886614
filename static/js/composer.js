// The composer: canned replies on a slash, colleagues on an at sign, and text that survives
// whatever is swapped in around it.

import { register } from "./actions.js";
import { announce, find, findAll, place } from "./dom.js";

const box = () => find("#reply");
const offers = () => find("#offers");

// --- Offers --------------------------------------------------------------------------------

let begun = null; // where the slash or the at sign stands

function close() {
  begun = null;
  const list = offers();
  if (list?.matches(":popover-open")) list.hidePopover();
  box()?.removeAttribute("aria-activedescendant");
}

const chosen = () => find('[aria-selected="true"]', offers());

function choose(option) {
  for (const each of findAll("[role=option]", offers())) {
    each.setAttribute("aria-selected", String(each === option));
  }
  option?.scrollIntoView({ block: "nearest" });
  if (option) box().setAttribute("aria-activedescendant", option.id);
}

function insert(option) {
  const text = option.dataset.text;
  const area = box();
  area.focus();
  area.setSelectionRange(begun ?? area.selectionStart, area.selectionEnd);
  if (!document.execCommand("insertText", false, text)) {
    area.setRangeText(text, begun ?? area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  close();
}

let asked = 0;

async function parsed(url) {
  const answer = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

async function cannedReplies(words) {
  const { canned, ticket } = box().dataset;
  if (!canned) return [];
  const page = await parsed(`${canned}?${new URLSearchParams({ q: words, ticket })}`);
  return page ? findAll("[role=option]", page) : [];
}

let colleagues = null; // everyone who can be mentioned; asked for at the first at sign

async function people(words) {
  if (!colleagues) {
    const page = await parsed(box().dataset.people);
    colleagues = findAll("#assign-to option", page || document)
      .filter((option) => option.value)
      .map((option) => ({ name: option.textContent.trim(), email: option.value }));
  }
  const wanted = words.toLowerCase();
  return colleagues
    .filter(({ name, email }) =>
      [...name.split(" "), email].some((word) => word.toLowerCase().startsWith(wanted)),
    )
    .slice(0, 8)
    .map(({ name, email }) => {
      const option = document.createElement("div");
      const small = document.createElement("small");
      option.setAttribute("role", "option");
      option.dataset.text = `@${email.split("@")[0]} `;
      option.textContent = name;
      small.textContent = email;
      option.append(small);
      return option;
    });
}

async function offer(kind, words) {
  const list = offers();
  if (!box() || !list) return;
  const mine = ++asked;
  const options = await (kind === "/" ? cannedReplies(words) : people(words));
  if (mine !== asked) return;
  if (!options.length) {
    close();
    return;
  }
  list.replaceChildren(...options);
  options.forEach((option, index) => {
    option.id = `offer-${index}`;
  });
  if (!list.matches(":popover-open")) list.showPopover();
  place(list, box());
  choose(options[0]);
  announce(String(options.length));
}

document.addEventListener("input", (event) => {
  if (event.target.id !== "reply") return;
  const area = event.target;
  const before = area.value.slice(0, area.selectionStart);
  const typed = before.match(/(?:^|\s)([/@])([\p{L}\p{N}._-]{0,30})$/u);
  if (!typed) {
    close();
    return;
  }
  begun = before.length - typed[2].length - 1;
  offer(typed[1], typed[2]);
});

document.addEventListener("keydown", (event) => {
  if (event.target.id !== "reply" || !offers()?.matches(":popover-open")) return;
  const options = findAll("[role=option]", offers());
  const at = options.indexOf(chosen());
  if (event.key === "ArrowDown") choose(options[Math.min(options.length - 1, at + 1)]);
  else if (event.key === "ArrowUp") choose(options[Math.max(0, at - 1)]);
  else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") {
    insert(chosen());
  } else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
});

document.addEventListener("mousedown", (event) => {
  const option = event.target.closest?.("#offers [role=option]");
  if (!option) return;
  event.preventDefault();
  insert(option);
});

document.addEventListener("focusout", (event) => {
  if (event.target.id === "reply") setTimeout(close, 120);
});

register("canned", () => {
  const area = box();
  area.focus();
  begun = area.selectionStart;
  offer("/", "");
});

// --- Typing survives a swap ------------------------------------------------------------------

let sent = null; // what the composer held when the last request left

document.addEventListener("htmx:configRequest", () => {
  if (box()) sent = box().value;
});

let typedMeanwhile = null;

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target?.id !== "composer" || !box()) return;
  const area = box();
  typedMeanwhile = {
    text: area.value !== sent ? area.value : null,
    focused: document.activeElement === area,
    start: area.selectionStart,
    end: area.selectionEnd,
    internal: find("#answer input[name=internal]:checked")?.value,
  };
});

document.addEventListener("htmx:oobAfterSwap", (event) => {
  const kept = typedMeanwhile;
  if (!kept || event.detail.target?.id !== "composer" || !box()) return;
  typedMeanwhile = null;
  const area = box();
  const empty = !kept.text && !area.value;
  if (kept.text !== null) area.value = kept.text;
  if (kept.internal && !empty) {
    find(`#answer input[name=internal][value="${kept.internal}"]`).checked = true;
  }
  if (kept.focused) {
    area.focus();
    area.setSelectionRange(
      Math.min(kept.start, area.value.length),
      Math.min(kept.end, area.value.length),
    );
  }
});
