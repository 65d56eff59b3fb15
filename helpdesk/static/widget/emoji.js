// The emoji panel, fetched when it is first opened.
const ALL = "😀 😂 🙂 😉 😊 😍 😘 😎 🤔 😐 😕 😢 😭 😡 😱 😴 🤗 🙏 👍 👎 👏 🙌 💪 👋 🤝 ✌️ 👌 ❤️ 💔 🌹 🎉 🎁 🔥 ⭐ ✅ ❌ ❗ ❓ ⏰ 📞 📷 📎 📦 🚚 💳 💡 🔧 🏠".split(" ");

export function fill(panel, pick) {
  if (panel.childElementCount) return;
  panel.append(...ALL.map((one) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = one;
    button.onclick = () => pick(one);
    return button;
  }));
  panel.addEventListener("keydown", (pressed) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 8, ArrowUp: -8 }[pressed.key];
    if (!step) return;
    const all = [...panel.children], way = step * step === 1 && document.dir === "rtl" ? -step : step;
    const next = all[all.indexOf(document.activeElement) + way];
    if (next) { pressed.preventDefault(); next.focus(); }
  });
}
