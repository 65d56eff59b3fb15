// Chats call on every page: the link in the bar counts them, a chime sounds when there are more, and a page whose
// socket is blocked says by HTTP that somebody is there.
import { chime } from "./chime.js";
import { announce } from "./toast.js";

const HERE = 20000;
const link = () => document.getElementById("chats-link");
const token = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
let called = 0;

function look() {
  const now = Number(link()?.dataset.calling ?? 0);
  if (now > called) {
    chime();
    announce(link().textContent.trim().replace(/\s+/g, " "));
  }
  called = now;
}

function here() {
  if (document.documentElement.dataset.live === "on") return;
  fetch("/desk/me/here/", { method: "POST", headers: { "X-CSRFToken": token() } }).catch(() => {});
}

/** Listens on pages that have the link. */
export function startCalling() {
  if (!link()) return;
  called = Number(link().dataset.calling);
  document.addEventListener("htmx:afterSettle", look);
  setInterval(here, HERE);
}
