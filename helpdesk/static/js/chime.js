// A short sound for what waits for somebody's word. Made here, no file. Off when the reader switched it off.
const KEPT = "chime";
let context = null;

/** Whether the sound is on. */
export function isOn() {
  try { return localStorage.getItem(KEPT) !== "off"; } catch { return true; }
}

/** Switches it. */
export function turn(on) {
  try { localStorage.setItem(KEPT, on ? "on" : "off"); } catch { /* then for this page only, until it is loaded anew */ }
}

function note(frequency, start) {
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(0.0001, start);
  volume.gain.exponentialRampToValueAtTime(0.15, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.35);
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + 0.4);
}

/** Two tones, unless switched off or the browser has not been touched yet. */
export async function chime() {
  if (!isOn()) return false;
  try {
    context ??= new AudioContext();
    if (context.state === "suspended") await context.resume();
    note(660, context.currentTime);
    note(880, context.currentTime + 0.15);
    return true;
  } catch {
    return false;
  }
}
