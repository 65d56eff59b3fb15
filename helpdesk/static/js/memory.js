// Two keys from words to memory: what is selected in the conversation stands in the field when the form opens.
const MOST = 300;

function chosen() {
  const found = getSelection();
  const message = found?.anchorNode?.parentElement?.closest("#timeline .msg, .timeline .msg");
  const words = String(found ?? "").trim().replace(/\s+/g, " ").slice(0, MOST);
  return message && words ? { words, message: message.id.replace(/^m-/, "") } : null;
}

function open(details) {
  const form = details.querySelector("form");
  const taken = details.chosen;
  if (taken) {
    form.elements.text.value = taken.words;
    form.elements.message.value = /^\d+$/.test(taken.message) ? taken.message : "";
  }
  form.elements.text.focus();
  form.elements.text.select();
}

document.addEventListener("click", ({ target }) => {
  const details = target.closest?.("[data-remember]")?.parentElement;
  if (details) details.chosen = chosen();
}, true);

document.addEventListener("toggle", ({ target }) => {
  if (target.open && target.matches?.(".remember")) open(target);
}, true);
