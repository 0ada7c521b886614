// Before the first paint: say that scripts run, so that nothing meant for pages without them
// flashes up. Small and not deferred on purpose.

document.documentElement.dataset.js = "";
