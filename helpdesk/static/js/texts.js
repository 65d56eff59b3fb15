// Sentences for scripts, put into the page by the server in the reader's language.
const holder = () => document.getElementById("texts");

/** The sentence called `name` (`data-name` on #texts), or "". */
export function text(name) {
  return holder()?.dataset[name] ?? "";
}
