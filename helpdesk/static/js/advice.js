// Never ask twice: a pause in typing asks the server what the draft asks that is known already. Nothing is kept by it.
const PAUSE = 700;
let timer = 0;
let asked = "";

const worth = (words) => words.trim().length >= 8;

async function look(area, place) {
  const words = area.value;
  if (words === asked) return;
  asked = words;
  if (!worth(words)) return place.replaceChildren();
  const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
  try {
    const answer = await fetch(place.dataset.advice, { method: "POST", body: new URLSearchParams({ body: words }), headers: { "X-CSRFToken": token, "HX-Request": "true" } });
    if (!answer.ok || answer.redirected || area.value !== words) return;
    const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
    place.replaceChildren(...parsed.body.childNodes);
  } catch { /* the line is down: advice can wait */ }
}

document.addEventListener("input", ({ target }) => {
  const place = target.closest?.("form")?.querySelector("[data-advice]");
  if (!place || target.tagName !== "TEXTAREA") return;
  clearTimeout(timer);
  timer = setTimeout(() => look(target, place), PAUSE);
});
