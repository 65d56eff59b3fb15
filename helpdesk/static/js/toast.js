// Messages that go away, and the one off-screen status line.
import { text } from "./texts.js";

const QUIET = 5000;
let lastSaid = 0;
let pending = "";
let timer = 0;

/** Says a sentence to screen readers: at most one in five seconds, the newest wins. */
export function announce(sentence) {
  const line = document.getElementById("status");
  if (!line || !sentence || sentence === pending) return;
  pending = sentence;
  clearTimeout(timer);
  timer = setTimeout(() => {
    line.textContent = line.textContent === pending ? `${pending}\u200b` : pending;
    lastSaid = Date.now();
    pending = "";
  }, Math.max(50, lastSaid + QUIET - Date.now()));
}

/** Shows a short message; kind: ok, info, warn or bad. */
export function toast(sentence, kind = "info", seconds = 8) {
  const region = document.getElementById("toasts");
  if (!region || !sentence) return null;
  const box = document.createElement("div");
  const line = document.createElement("p");
  const close = document.createElement("button");
  box.className = `toast ${kind}`;
  box.dataset.toast = String(seconds);
  line.textContent = sentence;
  line.dir = "auto";
  Object.assign(close, { type: "button", className: "btn small quiet", textContent: text("close") });
  close.dataset.dismiss = "";
  box.append(line, close);
  region.append(box);
  arm(box);
  return box;
}

function arm(box) {
  if (box.dataset.armed) return;
  box.dataset.armed = "1";
  announce(box.querySelector("p")?.textContent.trim());
  const seconds = Number(box.dataset.toast);
  if (!seconds) return;
  let left = setTimeout(() => box.remove(), seconds * 1000);
  if (box.hasAttribute("data-undo")) return;
  // Who reads or points at a message keeps it. Undo bars end when the server's time ends.
  const hold = () => clearTimeout(left);
  const release = () => { hold(); left = setTimeout(() => box.remove(), 3000); };
  box.addEventListener("pointerenter", hold);
  box.addEventListener("focusin", hold);
  box.addEventListener("pointerleave", release);
  box.addEventListener("focusout", release);
}

/** Arms messages that the server put into the page, now and after each swap; shows failures of htmx. */
export function startToasts() {
  const armAll = () => document.querySelectorAll("[data-toast]").forEach(arm);
  armAll();
  new MutationObserver(armAll).observe(document.body, { childList: true, subtree: true });
  document.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest(".toast")?.remove());
  document.addEventListener("toast", ({ detail }) => toast(detail.text ?? detail.value, detail.kind, detail.seconds));
  document.addEventListener("announce", ({ detail }) => announce(detail.text ?? detail.value));
}
