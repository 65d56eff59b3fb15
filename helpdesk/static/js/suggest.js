// A list that opens above a text while one types a sign and some letters: arrows choose, Enter or Tab takes, Escape
// closes and leaves the text alone. The text keeps the focus; the list is its listbox (aria-activedescendant).
import { announce } from "./toast.js";

let count = 0;

/**
 * Listens on every text that carries `data-<name>`, also those that come later.
 * `trigger`: a pattern for what stands before the caret, its last group is what was typed after the sign.
 * `find(field, typed)`: the things to offer, a promise. `draw(thing, field)`: what an option shows, nodes.
 * `text(thing, field)`: what takes the place of sign and letters. `told(thing)`: its name, for screen readers.
 * `taken(thing)`: afterwards. Answers a function that opens the list of a field.
 */
export function suggest({ name, trigger, find, draw, text, told, taken = () => {} }) {
  const boxes = new WeakMap();
  const offered = new WeakMap();
  const isOurs = (field) => field?.dataset?.[name] !== undefined;
  // Where what was taken last ends: the words behind it belong to nobody.
  const done = new WeakMap();

  function before(field) {
    const caret = field.selectionStart;
    if (caret < (done.get(field) ?? 0)) done.delete(field);
    const typed = field.value.slice(0, caret).match(trigger)?.at(-1);
    return typed === undefined || caret - typed.length - 1 < (done.get(field) ?? 0) ? undefined : typed;
  }

  const chosen = (field) => boxes.get(field)?.querySelector("[aria-selected=true]");

  function boxOf(field) {
    if (boxes.has(field)) return boxes.get(field);
    const box = document.createElement("ul");
    count += 1;
    Object.assign(box, { id: `suggest-${count}`, className: "canned-list", hidden: true });
    box.setAttribute("role", "listbox");
    box.setAttribute("aria-label", field.placeholder || name);
    field.parentElement.classList.add("canned-box");
    field.before(box);
    for (const [key, value] of [["autocomplete", "list"], ["haspopup", "listbox"], ["controls", box.id]]) {
      field.setAttribute(`aria-${key}`, value);
    }
    box.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const item = event.target.closest("[role=option]");
      if (item) take(field, item);
    });
    boxes.set(field, box);
    return box;
  }

  function option(thing, field, id) {
    const item = document.createElement("li");
    item.setAttribute("role", "option");
    item.id = id;
    item.append(...draw(thing, field));
    offered.set(item, thing);
    return item;
  }

  function choose(field, item) {
    for (const each of boxOf(field).children) each.setAttribute("aria-selected", String(each === item));
    if (!item) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  function close(field) {
    const box = boxes.get(field);
    if (!box || box.hidden) return;
    box.hidden = true;
    choose(field, null);
  }

  async function open(field) {
    const typed = before(field);
    if (typed === undefined) return close(field);
    const things = await find(field, typed);
    // Somebody typed on, or left, while we asked.
    if (before(field) !== typed || document.activeElement !== field) return;
    const box = boxOf(field);
    box.replaceChildren(...things.map((thing, at) => option(thing, field, `${box.id}-${at}`)));
    box.hidden = !things.length;
    choose(field, box.firstElementChild);
    if (things.length) announce(`${things.length}: ${told(things[0])}`);
  }

  function take(field, item) {
    const typed = before(field);
    const end = field.selectionStart;
    close(field);
    field.focus();
    field.setRangeText(text(offered.get(item), field), typed === undefined ? end : end - typed.length - 1, end, "end");
    done.set(field, field.selectionStart);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    taken(offered.get(item));
  }

  function move(field, by) {
    const items = [...boxOf(field).children];
    choose(field, items[(items.indexOf(chosen(field)) + by + items.length) % items.length]);
  }

  const keys = {
    ArrowDown: (field) => move(field, 1),
    ArrowUp: (field) => move(field, -1),
    Enter: (field) => take(field, chosen(field)),
    Tab: (field) => take(field, chosen(field)),
    Escape: close,
  };

  document.addEventListener("input", ({ target }) => { if (isOurs(target)) open(target); });
  document.addEventListener("focusout", ({ target }) => { if (isOurs(target)) close(target); });
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!isOurs(field) || !boxes.has(field) || boxes.get(field).hidden || event.isComposing) return;
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key](field);
  }, true);
  return open;
}

/** An element with this text, for options. */
export function piece(tag, words, dir = "auto") {
  return Object.assign(document.createElement(tag), { textContent: words, dir });
}
