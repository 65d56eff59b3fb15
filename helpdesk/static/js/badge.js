// The number of unread notices stands before the page's title, so that another tab shows it.
const mark = /^\([\d۰-۹+]+\) /;

function show() {
  const number = document.querySelector("#notices-link .count")?.textContent.trim();
  document.title = (number ? `(${number}) ` : "") + document.title.replace(mark, "");
}

/** Keeps the title in step with the bell. */
export function startBadge() {
  show();
  document.addEventListener("htmx:afterSettle", show);
}
