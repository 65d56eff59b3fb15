// A button that prints the page, where there are scripts; the browser's own menu does it everywhere.
document.addEventListener("click", ({ target }) => { if (target.closest?.("[data-print]")) print(); });
