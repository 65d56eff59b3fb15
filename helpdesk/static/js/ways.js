// By which way an answer leaves: a way that takes no free words shuts the box, with its reason beside it.
import { startSegments } from "./segments.js";

const OPEN = ["open", "tagged"];

function choose(radio) {
  const form = radio.closest("form");
  const box = form?.querySelector("textarea[name=body]");
  if (!box) return;
  const open = OPEN.includes(radio.dataset.state);
  box.readOnly = !open;
  const reason = form.querySelector("#shut");
  if (reason) reason.hidden = open;
  if (open) box.focus();
}

export function startWays(composer) {
  startSegments(composer);
  composer?.addEventListener("change", (event) => {
    if (event.target.matches("[data-ways] input[name=channel]")) choose(event.target);
  });
}
