// A chat that is not in use any more: its frame can still be closed, by Escape or its cross.
let host = "";
const close = document.getElementById("close");
const shut = () => host && window.parent.postMessage({ helpdesk: 1, type: "close" }, host);
window.addEventListener("message", ({ source, origin, data }) => {
  if (host || window.parent === window || source !== window.parent || origin === "null" || !data || data.helpdesk !== 1) return;
  host = origin;
  close.hidden = false;
  window.parent.postMessage({ helpdesk: 1, type: "ready" }, host);
  window.parent.postMessage({ helpdesk: 1, type: "event", name: "error", detail: { code: "no_widget" } }, host);
});
close.addEventListener("click", shut);
document.addEventListener("keydown", (pressed) => pressed.key === "Escape" && shut());
