// What can be scrolled can be reached by keyboard; formulas get their width when MathJax is done.
const scrollable =
  "pre, .cell_output .text_html, .math, mjx-container, .pst-scrollable-table-container, .gr-scroll";
const reach = () => {
  for (const e of document.querySelectorAll(scrollable))
    if (e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight) e.tabIndex = 0;
};
addEventListener("load", () => (window.MathJax?.startup?.promise ?? Promise.resolve()).then(reach));
addEventListener("resize", reach);
// A page from the disk may not read the others, which the search would quote.
if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined")
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
