// The theme of the administration follows the application's cookie. Runs before the first paint.

const chosen = document.cookie.match(/(?:^|;\s*)theme=(light|dark)\b/);
if (chosen) document.documentElement.dataset.theme = chosen[1];
