// What can be scrolled can be reached by keyboard; formulas get their width when MathJax is done.
const scrollable =
  "pre, .cell_output .text_html, .math, mjx-container, .pst-scrollable-table-container, .gr-scroll";
const reach = () => {
  for (const e of document.querySelectorAll(scrollable)) {
    // of what stands in a line the width within is 0: a formula in a sentence is no stop
    const high = !e.matches(".math, mjx-container") && e.scrollHeight > e.clientHeight + 1;
    if (e.clientWidth && (e.scrollWidth > e.clientWidth + 1 || high)) e.tabIndex = 0;
  }
};
addEventListener("load", () => (window.MathJax?.startup?.promise ?? Promise.resolve()).then(reach));
addEventListener("resize", reach);
// A page from the disk may not read the others, which the search would quote; it may run their scripts.
const pageTexts = {};
if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") {
  const read = window.fetch;
  window.fetch = (address, ...rest) => {
    const page = /^(?:\.\/)?([\w/.-]+)\.html$/.exec(address)?.[1];
    if (!page) return read(address, ...rest);
    return new Promise((resolve) => {
      const script = document.createElement("script");
      const done = () => resolve({ text: () => pageTexts[page] ?? "" });
      Object.assign(script, { src: `_static/texts/${page}.js`, onload: done, onerror: done });
      document.head.append(script);
    });
  };
}
// On the course map: what is pointed at, and what it builds on, stand out; a line says it in words.
const maps = () => document.querySelectorAll(".cm-both").forEach((map) => {
  const say = map.querySelector(".cm-say");
  const rest = say.textContent;
  const paths = [...map.querySelectorAll(".cm-arrow")];
  const mark = (event) => {
    const node = event.target.closest?.(".cm-node");
    const on = new Set();
    const back = (name) => {
      for (const path of paths)
        if (path.dataset.to === name && !on.has(path)) (on.add(path), back(path.dataset.from));
    };
    if (node) back(node.dataset.cm);
    for (const path of paths) path.classList.toggle("cm-on", on.has(path));
    say.textContent = node?.querySelector("title").textContent ?? rest;
  };
  for (const kind of ["focusin", "pointerover"]) map.addEventListener(kind, mark);
});
addEventListener("load", maps);
// The gallery: cards instead of a long page, a search, and a picture that is pressed comes alive in its place.
const gallery = () => {
  if (!location.pathname.endsWith("/gallery.html")) return;
  const made = (name, properties, ...inside) => {
    const e = Object.assign(document.createElement(name), properties);
    e.append(...inside);
    return e;
  };
  const cards = [];
  const frames = new Map();
  for (const picture of document.querySelectorAll("article section section img")) {
    const [first, words] = [picture.closest("p"), picture.closest("p").nextElementSibling];
    const way = words.nextElementSibling;
    const name = picture.src.split("/").pop().replace(".png", "");
    const open = made("button", { className: "gallery-open", type: "button" }, picture);
    open.setAttribute("aria-label", `${words.textContent.split(".").slice(0, 2).join(".")}: move it here`);
    const card = made("div", { className: "gallery-card" }, open, words, way);
    card.told = `${card.textContent} ${picture.alt} ${name} ${first.closest("section").querySelector("h2").textContent}`.toLowerCase();
    open.addEventListener("click", () => {
      const look = document.documentElement.dataset.theme === "dark" ? "#dark" : "";
      const frame = made("iframe", { src: `_static/gallery/${name}.html${look}`, title: picture.alt });
      frames.set(name, frame);
      open.replaceWith(frame);
      card.classList.add("gallery-live");
      frame.focus();
    });
    const grid = first.previousElementSibling?.matches(".gallery-grid") ? first.previousElementSibling : made("div", { className: "gallery-grid" });
    if (!grid.isConnected) first.before(grid);
    first.remove();
    grid.append(card);
    cards.push(card);
  }
  addEventListener("message", ({ data }) => {
    if (frames.has(data?.visual)) frames.get(data.visual).style.height = `${Math.min(1200, data.height + 8)}px`;
  });
  const say = made("span", { role: "status" });
  const find = made("input", { type: "search", placeholder: "softmax, walk, PinSage …" });
  const seek = () => {
    const wanted = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const card of cards) card.hidden = !wanted.every((word) => card.told.includes(word));
    for (const part of document.querySelectorAll("article section section")) part.hidden = !part.querySelector(".gallery-card:not([hidden])");
    const left = cards.filter((card) => !card.hidden).length;
    say.textContent = wanted.length ? `${left} of ${cards.length}` : "";
  };
  find.addEventListener("input", seek);
  document.querySelector("article h1 ~ p").after(made("p", { className: "gallery-find" }, made("label", {}, "Find a visual: ", find), say));
};
addEventListener("load", gallery);
// What held: a row without a tile that is shown goes; find as you type; an address that names a lesson leads there.
const held = () => {
  const wall = document.querySelector(".held");
  if (!wall) return;
  const tiles = [...document.querySelectorAll(".held-tile")].map((e) => [e, e.textContent.toLowerCase()]);
  const find = Object.assign(document.createElement("input"), { type: "search", placeholder: "PinSage, popularity …" });
  const label = Object.assign(document.createElement("label"), { className: "gallery-find" });
  const say = document.createElement("span");
  say.setAttribute("role", "status");
  label.append("Find a claim: ", find, say);
  wall.querySelector(".held-which").after(label);
  const seek = () => {
    const wanted = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const [tile, words] of tiles) tile.hidden = !wanted.every((word) => words.includes(word));
    for (const row of document.querySelectorAll(".held-row")) {
      row.hidden = false;
      row.hidden = ![...row.querySelectorAll(".held-tile")].some((tile) => tile.offsetParent);
    }
    say.textContent = `${tiles.filter(([tile]) => wall.contains(tile) && tile.offsetParent).length} shown`;
  };
  for (const kind of ["input", "change"]) wall.addEventListener(kind, seek);
  seek();
};
addEventListener("load", held);
