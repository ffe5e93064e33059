// A slider over a list of values: what is read beside it, and aloud, is the value and not its place in the list.

import { slider } from "./base.js";

// `values` are what is shown, `place` where it stands; `oninput` receives the new place.
export function among(text, values, place, oninput) {
  const one = slider(text, { min: 0, max: values.length - 1, value: place }, (k) => {
    set(k);
    oninput(k);
  });
  const [input, output] = ["input", "output"].map((x) => one.node.querySelector(x));
  const set = (k) => {
    one.set(k);
    output.textContent = values[k];
    input.setAttribute("aria-valuetext", values[k]);
  };
  set(place);
  return { node: one.node, set };
}
