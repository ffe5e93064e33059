// What every visual shares. A visual is a module with one function in anywidget's protocol,
//     import { frame, h } from "./base.js";
//     export default { render({ model, el }) { … } };
// Python joins this file and the visual's into one script (base/__init__.py), so a name at the top
// level of either must not occur in the other.

const SVG = "http://www.w3.org/2000/svg";

const build = (node, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value != null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
};

// h("button", { class: "x", onclick: f }, "text") and the same for SVG elements.
export const h = (tag, attributes = {}, ...children) =>
  build(document.createElement(tag), attributes, children);
export const s = (tag, attributes = {}, ...children) =>
  build(document.createElementNS(SVG, tag), attributes, children);

// The box of a visual: controls, status line, body, help line. What is pressed and what it does stand
// together on top, so that both are seen on a phone. `say` writes the status line, which a screen
// reader speaks; what it says of a student's own function is left out in a deck, as is all of the
// class gr-yours. Panels stand below each other where they do not fit in a row; with `least`, px, they
// shrink down to it first. A row of its own has the class gr-whole.
export function frame(el, { label, help, least }) {
  const body = h("div", { class: "gr-body" });
  if (least) {
    body.classList.add("gr-beside");
    body.style.setProperty("--gr-least", `${least}px`);
  }
  const controls = h("div", { class: "gr-controls", role: "group", "aria-label": "Controls" });
  const line = h("div", { class: "gr-status", role: "status" });
  const hint = h("div", { class: "gr-help" }, help);
  const root = h("div", { class: "gr-root", role: "group", "aria-label": label });
  root.append(controls, line, body, hint);
  // Notebooks and slides listen for keys as well: pressing D twice would delete the notebook cell,
  // an arrow key would turn the slide. Those that take a key before it arrives here (Notebook 7)
  // spare a focused element with this attribute; the others (JupyterLab, reveal.js) never get it.
  root.addEventListener("focusin", (event) =>
    event.target.setAttribute("data-lm-suppress-shortcuts", "true"),
  );
  root.addEventListener("keydown", (event) => event.stopPropagation());
  el.replaceChildren(root);
  const say = (text, yours = "") => {
    if (line.textContent !== text + yours) line.replaceChildren(text, h("span", { class: "gr-yours" }, yours));
  };
  return { root, body, controls, say };
}

export const button = (text, onclick, attributes = {}) =>
  h("button", { type: "button", class: "gr-button", onclick, ...attributes }, text);

// A native slider with its value beside it; `oninput` receives a number.
export function slider(text, { min, max, step = 1, value }, oninput) {
  const output = h("output", {}, String(value));
  const input = h("input", { type: "range", min, max, step });
  input.value = value;
  const set = (number) => {
    input.value = number;
    output.textContent = input.value;
  };
  input.addEventListener("input", () => {
    set(input.value);
    oninput(Number(input.value));
  });
  return { node: h("label", { class: "gr-slider" }, text + " ", input, " ", output), set };
}

// ---- motion: what changes its place travels there, unless the reader asked for reduced motion

export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const TRAVEL = 300; // ms

// From now on shapes in `root` slide to where their attributes put them (see .gr-moves in base.css);
// before the first picture nothing has a place to come from.
export const moves = (root) => root.classList.add("gr-moves");

// Dots that travel on a drawing and vanish where they arrive: [from, to, class] with [x, y] each.
export function travel(svg, trips) {
  if (still()) return;
  for (const [from, to, kind] of trips) {
    const dot = s("circle", { r: 6, class: `gr-traveler ${kind}`, "aria-hidden": "true" });
    svg.append(dot);
    const frames = [from, to].map(([x, y]) => ({ transform: `translate(${x}px, ${y}px)` }));
    const trip = dot.animate(frames, { duration: TRAVEL, easing: "ease-in-out" });
    trip.onfinish = trip.oncancel = () => dot.remove();
  }
}

// Back, Play, Step and Reset for the model's `step`, 0 … last(). The arrow keys, Home and End do the
// same anywhere in `root` where they mean nothing else. The animation runs only after a press of
// Play, never for readers who asked for reduced motion.
export function player(model, root, last, milliseconds = 700) {
  let timer = null;
  const now = () => model.get("step");
  const stop = () => {
    clearInterval(timer);
    timer = null;
    play.textContent = "▶ Play";
  };
  const go = (k) => {
    const step = Math.max(0, Math.min(last(), k));
    if (step === last()) stop();
    model.set("step", step);
    model.save_changes();
  };
  const jump = (k) => {
    stop();
    go(k);
  };
  const play = button("▶ Play", () => {
    if (timer) return stop();
    if (now() >= last()) go(0);
    timer = setInterval(() => go(now() + 1), milliseconds);
    play.textContent = "❚❚ Pause";
  });
  play.hidden = still();
  moves(root);
  const ways = {
    ArrowLeft: () => now() - 1,
    ArrowRight: () => now() + 1,
    Home: () => 0,
    End: last,
  };
  // a press in the drawing focuses the box, and the keys go on; in a deck they still turn the slide
  if (!root.closest(".reveal")) root.tabIndex = -1;
  root.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || event.metaKey || event.ctrlKey) return;
    if (!ways[event.key] || event.target.matches("select, input:not([type=checkbox])")) return;
    event.preventDefault();
    jump(ways[event.key]());
  });
  const nodes = [
    button("← Back", () => jump(now() - 1)),
    play,
    button("Step →", () => jump(now() + 1)),
    button("Reset", () => jump(0)),
  ];
  return { nodes, jump, stop };
}

// Arrow keys, Home and End move the focus within `rows()`, rows of elements (null where there is
// nothing to focus); only one element is in the Tab order. In a row of one, those that go sideways are
// left to the player.
export function roving(container, rows, first) {
  const clamp = (k, length) => Math.max(0, Math.min(length - 1, k));
  const settle = (element) => {
    for (const other of rows().flat()) if (other) other.tabIndex = other === element ? 0 : -1;
  };
  container.addEventListener("focusin", (event) => {
    if (rows().flat().includes(event.target)) settle(event.target);
  });
  container.addEventListener("keydown", (event) => {
    const grid = rows();
    let r = grid.findIndex((row) => row.includes(event.target));
    if (r < 0 || event.altKey || event.metaKey) return;
    let c = grid[r].indexOf(event.target);
    const far = event.ctrlKey;
    if (!far && grid[r].length < 2 && !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    if (event.key === "ArrowUp") r = far ? 0 : r - 1;
    else if (event.key === "ArrowDown") r = far ? grid.length - 1 : r + 1;
    else if (event.key === "ArrowLeft") c = far ? 0 : c - 1;
    else if (event.key === "ArrowRight") c = far ? grid[r].length - 1 : c + 1;
    else if (event.key === "Home") [r, c] = [far ? 0 : r, 0];
    else if (event.key === "End") [r, c] = [far ? grid.length - 1 : r, Infinity];
    else return;
    event.preventDefault();
    r = clamp(r, grid.length);
    grid[r][clamp(c, grid[r].length)]?.focus();
  });
  // an svg that listens for focus would be a stop of Tab itself, at which no key does anything
  if (container instanceof SVGElement) container.tabIndex = -1;
  settle(first ?? rows().flat().find(Boolean));
  return settle;
}

// A list of names for a sentence: "Ann, Bob and Eve".
export const list = (names) =>
  names.length < 2 ? names.join("") : names.slice(0, -1).join(", ") + " and " + names.at(-1);

export const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

// Stands in for the kernel's model on a page without a kernel.
export function standalone(state) {
  const values = structuredClone(state);
  const listeners = {};
  return {
    get: (name) => values[name],
    set(name, value) {
      values[name] = value;
      for (const f of listeners["change:" + name] ?? []) f();
    },
    save_changes() {},
    on: (event, f) => (listeners[event] ??= []).push(f),
    off(event, f) {
      listeners[event] = (listeners[event] ?? []).filter((g) => g !== f);
    },
  };
}
