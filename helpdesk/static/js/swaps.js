// What htmx leaves to us: failures with words, a busy line, focus that survives a swap.
import { toast } from "./toast.js";
import { text } from "./texts.js";

let running = 0;
let focused = null;

function busy(change) {
  running = Math.max(0, running + change);
  document.documentElement.toggleAttribute("data-busy", running > 0);
}

function isBackground({ requestConfig }) {
  return requestConfig?.triggeringEvent?.type?.startsWith("hint:");
}

function onError({ detail }) {
  if (isBackground(detail)) return;
  const { status } = detail.xhr;
  toast(text(status >= 500 ? "failed" : "refused"), "bad", 12);
}

// A refusal that the server worded for the page (HX-Retarget) is shown although its status is an error.
function beforeSwap({ detail }) {
  if (detail.isError && detail.xhr.getResponseHeader("HX-Retarget")) {
    detail.shouldSwap = !isBackground(detail);
    detail.isError = false;
  }
  const active = document.activeElement;
  focused = active?.id && detail.target.contains(active) ? { id: active.id, start: active.selectionStart, end: active.selectionEnd } : null;
}

function restoreFocus() {
  if (!focused || document.activeElement !== document.body) return;
  const element = document.getElementById(focused.id);
  element?.focus({ preventScroll: true });
  if (element?.setSelectionRange && focused.start !== null && focused.start !== undefined) {
    try { element.setSelectionRange(focused.start, focused.end); } catch { /* some input types have no caret */ }
  }
}

function afterSettle({ target }) {
  restoreFocus();
  target.querySelector?.("[data-focus]")?.focus();
}

// Who is signed out learns it at their next step, never while they write: what asks by itself leads nowhere.
function stay(event) {
  if (event.detail.xhr.status === 401 && isBackground(event.detail)) event.preventDefault();
}

/** Wires htmx to the page. */
export function startSwaps() {
  document.addEventListener("htmx:beforeOnLoad", stay);
  document.addEventListener("htmx:beforeRequest", ({ detail }) => { if (!isBackground(detail)) busy(1); });
  document.addEventListener("htmx:afterRequest", ({ detail }) => { if (!isBackground(detail)) busy(-1); });
  document.addEventListener("htmx:beforeSwap", beforeSwap);
  document.addEventListener("htmx:afterSettle", afterSettle);
  document.addEventListener("htmx:responseError", onError);
  document.addEventListener("htmx:sendError", ({ detail }) => { if (!isBackground(detail)) toast(text("unreachable"), "bad", 12); });
  document.addEventListener("htmx:timeout", ({ detail }) => { if (!isBackground(detail)) toast(text("unreachable"), "bad", 12); });
  document.querySelector("[data-focus]")?.focus();
}
