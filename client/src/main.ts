import "@fontsource/chakra-petch/latin-500.css";
import "@fontsource/chakra-petch/latin-600.css";
import "@fontsource/chakra-petch/latin-700.css";
import "@fontsource/chakra-petch/latin-ext-600.css";
import "./ui/style.css";
import { App } from "./app";

const root = document.getElementById("app");
if (root !== null) new App(root).start(new URLSearchParams(window.location.search));
