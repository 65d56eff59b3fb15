// Forms: nothing typed is lost, nothing is sent twice, a choice may send at once.
const dirty = new Set();

function onInput({ target }) {
  const form = target.closest?.("form[data-guard]");
  if (form) dirty.add(form);
}

function settle(form) {
  dirty.delete(form);
}

function onSubmit(event) {
  const form = event.target;
  if (form.dataset.sending && !form.hasAttribute("hx-post")) return event.preventDefault();
  form.dataset.sending = "1";
  setTimeout(() => delete form.dataset.sending, 5000);
  settle(form);
}

function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  navigator.clipboard?.writeText(source?.value ?? source?.textContent ?? button.dataset.copyText ?? "").then(() => {
    document.dispatchEvent(new CustomEvent("toast", { detail: { text: document.getElementById("texts")?.dataset.copied, kind: "ok", seconds: 3 } }));
  });
}

/** data-guard: warns before leaving with unsent text. data-autosubmit: sends on change. data-copy: copies an element's text. */
export function startForms() {
  document.addEventListener("input", onInput);
  document.addEventListener("submit", onSubmit);
  document.addEventListener("htmx:afterRequest", ({ detail, target }) => { if (detail.successful) settle(target.closest?.("form")); });
  document.addEventListener("change", ({ target }) => { if (target.matches("[data-autosubmit]")) target.form?.requestSubmit(); });
  document.addEventListener("click", ({ target }) => { const button = target.closest("[data-copy], [data-copy-text]"); if (button) copy(button); });
  addEventListener("beforeunload", (event) => {
    if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
  });
}
