// What is pulled by hand on a drawing, by mouse or by finger. Keys have a slider beside it.
//
// pull(svg, take) calls take(x, y, first), in units of the drawing's viewBox, from the press on `node`, which is the first,
// until it is let go. Where the hand moves sideways only, a finger still scrolls the page up and down; `free` takes
// every direction.
export function pull(svg, take, { node = svg, free = false } = {}) {
  const at = (event, first = false) => {
    const box = svg.getBoundingClientRect();
    const { width, height } = svg.viewBox.baseVal;
    take(((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height, first);
  };
  const root = () => svg.closest(".gr-root").classList;
  node.classList.add(free ? "gr-pull-free" : "gr-pull");
  node.addEventListener("pointerdown", (event) => {
    node.setPointerCapture(event.pointerId);
    root().add("gr-pulling");
    at(event, true);
  });
  node.addEventListener("pointermove", (event) => node.hasPointerCapture(event.pointerId) && at(event));
  node.addEventListener("lostpointercapture", () => root().remove("gr-pulling"));
}

// The place of the number that is nearest.
export const nearest = (numbers, x) =>
  numbers.reduce((best, y, k) => (Math.abs(y - x) < Math.abs(numbers[best] - x) ? k : best), 0);
