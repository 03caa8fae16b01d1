import "@fontsource/chakra-petch/latin-500.css";
import "@fontsource/chakra-petch/latin-600.css";
import "@fontsource/chakra-petch/latin-700.css";
import "@fontsource/chakra-petch/latin-ext-600.css";
import "./ui/style/base.css";
import "./ui/style/title.css";
import "./ui/style/choices.css";
import "./ui/style/hud.css";
import "./ui/style/announcer.css";
import "./ui/style/vitals.css";
import "./ui/style/skills.css";
import "./ui/style/cards.css";
import "./ui/style/network.css";
import "./ui/style/settings.css";
import "./ui/style/fields.css";
import "./ui/style/sheet.css";
import "./ui/style/touch.css";
import "./ui/style/small.css";
import "./ui/style/calm.css";
import { App } from "./app";
import { learnLayout } from "./ui/words";

/** The page does not wait longer for the names of keys. */
const LAYOUT_WAIT_MS = 150;

const late = new Promise((resolve) => window.setTimeout(resolve, LAYOUT_WAIT_MS));
await Promise.race([learnLayout(), late]);

const root = document.getElementById("app");
if (root !== null) new App(root).start(new URLSearchParams(window.location.search));
