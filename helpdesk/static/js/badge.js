// The number of unread notices, and of chats in which somebody waits, stands before the page's title, so that another
// tab shows it.
const mark = /^\([\d۰-۹+ ]+\) /;

function show() {
  const counts = ["#notices-link .count", "#chats-link .count"].map((place) => document.querySelector(place)?.textContent.trim()).filter(Boolean);
  document.title = (counts.length ? `(${counts.join(" + ")}) ` : "") + document.title.replace(mark, "");
}

/** Keeps the title in step with the bell. */
export function startBadge() {
  show();
  document.addEventListener("htmx:afterSettle", show);
}
