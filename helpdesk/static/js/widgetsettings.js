// The settings of a live chat: both previews follow what is typed, before it is saved.
const WAIT = 300;

function look(form, language) {
  return {
    label: form.elements[`label_${language}`].value,
    position: form.elements.position.value,
    colour: form.elements.colour.value,
  };
}

function show(form) {
  for (const frame of document.querySelectorAll("iframe[data-preview]")) {
    frame.contentWindow?.Helpdesk?.("update", look(form, frame.dataset.preview));
  }
}

const form = document.querySelector("[data-widget-form]");
let timer = 0;
form?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(show, WAIT, form);
});
