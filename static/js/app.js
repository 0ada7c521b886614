// The client of every page. Pages work without it as links and forms; it adds the speed.
// No framework, nothing inline, no eval: events are caught at the document, so that whatever
// htmx swaps in works without being initialised.

import "./actions.js";
import "./toast.js";
import "./theme.js";
import "./palette.js";
import "./keyboard.js";
import "./editor.js";
import "./drafts.js";
import "./session.js";
import "./menus.js";
import "./inbox.js";
