// What can be scrolled can be reached by keyboard; formulas get their width when MathJax is done.
const scrollable =
  "pre, .cell_output .text_html, .math, mjx-container, .pst-scrollable-table-container, .gr-scroll";
const reach = () => {
  for (const e of document.querySelectorAll(scrollable))
    if (e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight) e.tabIndex = 0;
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
