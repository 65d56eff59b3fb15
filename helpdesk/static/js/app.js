// Starts what every page needs. Page modules import what they need from these files themselves.
import { startDialogs, startMenus } from "./menus.js";
import { startBadge } from "./badge.js";
import { startCalling } from "./calling.js";
import { startForms } from "./forms.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { startPalette } from "./palette.js";
import { startPanes } from "./panes.js";
import { startRows } from "./rows.js";
import { startStash } from "./stash.js";
import { startTimeline } from "./timeline.js";
import { startToasts } from "./toast.js";
import { startSwaps } from "./swaps.js";

startSwaps();
startToasts();
startMenus();
startDialogs();
startForms();
startStash();
startRows();
startPanes();
startTimeline();
startKeys();
startPalette();
startBadge();
startCalling();
startLive();
