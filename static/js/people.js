// Copy a secret that is shown once: a link or a key.

import { register } from "./actions.js";
import { announce, find } from "./dom.js";

register("copy-secret", async (button) => {
  const field = find(`#${button.getAttribute("aria-controls")}`);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    return; // it is selected: Ctrl C does the rest
  }
  find("span", button).textContent = button.dataset.done;
  announce(button.dataset.done);
});
