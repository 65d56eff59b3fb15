// The queue: what is new waits behind a pill, so that rows never move under the reader's hand.
const pill = document.getElementById("fresh-pill");

function onHint() {
  if (pill && document.getElementById("rows")) pill.hidden = false;
}

pill?.addEventListener("click", () => {
  pill.hidden = true;
  document.body.dispatchEvent(new CustomEvent("show-fresh"));
});
document.body.addEventListener("hint:queue", onHint);
document.body.addEventListener("hint:ticket", onHint);
