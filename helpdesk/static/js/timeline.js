// A conversation ([data-timeline]) begins at its end and stays there while one reads the end; else nothing moves
// and [data-jump] offers the way down.
const timeline = () => document.querySelector("[data-timeline]");
const NEAR = 80;
let atEnd = true;

function scroller(element) {
  return element.scrollHeight > element.clientHeight + 1 && getComputedStyle(element).overflowY !== "visible" ? element : document.scrollingElement;
}

function near(element) {
  const box = scroller(element);
  return box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
}

function toEnd(element) {
  const box = scroller(element);
  if (box === element) box.scrollTop = box.scrollHeight;
  else element.lastElementChild?.scrollIntoView({ block: "nearest" });
}

function jump() {
  return document.querySelector("[data-jump]");
}

function remember({ detail }) {
  const element = timeline();
  if (element && (detail.target.contains(element) || element.contains(detail.target))) {
    atEnd = near(element);
  }
}

function settle({ target }) {
  const element = timeline();
  if (!element || !(target.contains(element) || element.contains(target))) return;
  if (atEnd) return toEnd(element);
  if (jump()) jump().hidden = false;
}

/** Scrolls to the newest message unless the address names one. */
export function startTimeline() {
  const element = timeline();
  if (element && !location.hash && scroller(element) === element) toEnd(element);
  document.addEventListener("htmx:beforeSwap", remember);
  document.addEventListener("htmx:afterSettle", settle);
  document.addEventListener("click", ({ target }) => {
    if (!target.closest("[data-jump]") || !timeline()) return;
    toEnd(timeline());
    jump().hidden = true;
  });
  document.addEventListener("scroll", () => { if (jump() && timeline() && near(timeline())) jump().hidden = true; }, { capture: true, passive: true });
}
