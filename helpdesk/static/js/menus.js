// Menus are <details class="menu">, dialogs are <dialog>; this adds what the browser does not do by itself.
const openMenus = () => document.querySelectorAll("details.menu[open]");

function items(menu) {
  return [...menu.querySelectorAll(".menu-panel :is(a, button, input, select)")].filter((item) => item.checkVisibility());
}

function step(event, menu) {
  const list = items(menu);
  const at = list.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? list.length - 1 : at - 1, Home: 0, End: list.length - 1 }[event.key];
  if (to === undefined || !list.length || event.target.matches("input, select")) return;
  event.preventDefault();
  list[(to + list.length) % list.length].focus();
}

function onKey(event) {
  const menu = event.target.closest?.("details.menu[open]") ?? openMenus()[0];
  if (!menu) return;
  if (event.key !== "Escape") return step(event, menu);
  event.preventDefault();
  menu.open = false;
  menu.querySelector("summary").focus();
}

/** Closes menus on Escape, outside click and choice; arrows move inside. */
export function startMenus() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) {
      if (!menu.contains(event.target) || event.target.closest(".menu-item")) menu.open = false;
    }
  });
}

/** Opens a dialog by its id: data-dialog="id" on any button. */
export function open(dialog) {
  if (!dialog || dialog.open) return;
  dialog.dispatchEvent(new CustomEvent("dialog:open", { bubbles: true }));
  dialog.showModal();
}

/** Wires data-dialog and data-close; a click on the backdrop closes. */
export function startDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) open(document.getElementById(opener.dataset.dialog));
    if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
    if (event.target.matches("dialog[open]") && !event.target.querySelector("[data-guard]")) event.target.close();
  });
  document.addEventListener("htmx:afterSettle", () => open(document.querySelector("dialog[data-open]:not([open])")));
}
