// How many text messages the words in the box cost (tickets/rules/segments.py counts the same way).
const ROOM = { gsm: [160, 153], ucs2: [70, 67] };

/** What `text` costs; `basic` and `extended` are the signs of the 7-bit alphabet, those of `extended` take two places. */
export function segments(text, basic, extended) {
  const signs = [...text];
  const gsm = signs.every((sign) => basic.includes(sign) || extended.includes(sign));
  const sizes = signs.map((sign) => (gsm ? (extended.includes(sign) ? 2 : 1) : sign.length));
  const [alone, joined] = ROOM[gsm ? "gsm" : "ucs2"];
  const used = sizes.reduce((sum, size) => sum + size, 0);
  if (used <= alone) return { used, count: used ? 1 : 0, left: alone - used };
  let [count, left] = [1, joined];
  for (const size of sizes) {
    if (size > left) [count, left] = [count + 1, joined];
    left -= size;
  }
  return { used, count, left };
}

function show(place, text) {
  const { basic, extended, say, none } = place.dataset;
  const { count, left } = segments(text.trim().replaceAll("\r\n", "\n"), basic, extended);
  const plain = new Intl.NumberFormat(document.documentElement.lang || undefined, { useGrouping: false });
  place.textContent = count ? say.replace("{count}", plain.format(count)).replace("{left}", plain.format(left)) : none;
}

export function startSegments(composer) {
  composer?.addEventListener("input", (event) => {
    const place = composer.querySelector("[data-segments]");
    if (place && event.target.matches("textarea[name=body]")) show(place, event.target.value);
  });
}
