const arrange = (el, { lines, count, right }) => {
  const make = (tag, attributes, ...children) => {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  };
  const letter = (k) => String.fromCharCode(97 + k);
  const key = (places) => places.map((k) => letter(lines.indexOf(lines[k]))).sort().join("");
  let mine = [];
  const pool = make("ol", { "aria-label": "lines that are left" });
  const answer = make("ol", { "aria-label": "your function" });
  const status = make("div", { role: "status" });
  const say = (text) => (status.textContent = text);
  const put = (k, place) => {
    const before = mine.indexOf(k);
    mine = mine.filter((x) => x !== k);
    if (place != null) mine.splice(Math.max(0, Math.min(mine.length, place)), 0, k);
    draw(k);
    const now = mine.indexOf(k);
    if (now >= 0) say(`${letter(k)} is line ${now + 1} of ${mine.length}`);
    else if (before >= 0) say(`${letter(k)} is out`);
  };
  const press = (k) => put(k, mine.includes(k) ? null : mine.length);
  const row = (k, number) => {
    const inside = number != null;
    const said = inside ? `line ${number + 1}: ${lines[k]}` : `${letter(k)}: ${lines[k]}`;
    const button = make("button", { type: "button", draggable: "true", "aria-label": said }, lines[k]);
    button.addEventListener("click", () => press(k));
    button.addEventListener("dragstart", (event) => event.dataTransfer.setData("text/plain", k));
    button.dataset.line = k;
    const item = make("li", {}, make("span", {}, inside ? `${number + 1} ${letter(k)}` : letter(k)), button);
    if (inside) item.dataset.place = number;
    return item;
  };
  const draw = (focused) => {
    answer.replaceChildren(...mine.map(row));
    pool.replaceChildren(...lines.map((_, k) => k).filter((k) => !mine.includes(k)).map((k) => row(k)));
    el.querySelector(`[data-line="${focused}"]`)?.focus();
  };
  for (const list of [pool, answer]) {
    list.addEventListener("dragover", (event) => event.preventDefault());
    list.addEventListener("drop", (event) => {
      event.preventDefault();
      const over = event.target.closest("li")?.dataset.place ?? mine.length;
      const k = Number(event.dataTransfer.getData("text/plain"));
      if (k in lines) put(k, list === answer ? Number(over) : null);
    });
  }
  const check = () => {
    const wrong = mine.findIndex((_, k) => !right.includes(key(mine.slice(0, k + 1))));
    const good = wrong < 0 ? mine.length : wrong;
    if (wrong >= 0) say(`✗ ${good} right from the top; line ${letter(mine[good])} does not belong there`);
    else if (good < count) say(`${good} right from the top, ${count - good} still missing`);
    else say("✓ all lines stand right: now write them yourself");
  };
  const keys = (event) => {
    event.stopPropagation();
    if (event.ctrlKey || event.metaKey) return;
    const k = Number(event.target.dataset?.line ?? -1);
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const typed = event.key.length === 1 ? event.key.toLowerCase().charCodeAt(0) - 97 : -1;
    if (step && event.altKey && mine.includes(k)) put(k, mine.indexOf(k) + step);
    else if (step) {
      const all = [...el.querySelectorAll("li button")];
      all[Math.max(0, Math.min(all.length - 1, all.indexOf(event.target) + step))]?.focus();
    } else if (/^[1-9]$/.test(event.key) && k >= 0) put(k, Number(event.key) - 1);
    else if (typed >= 0 && typed < lines.length) press(typed);
    else return;
    event.preventDefault();
  };
  const button = make("button", { type: "button" }, "Check the order");
  button.addEventListener("click", check);
  const help =
    `Click or drag lines${lines.length > count ? "; some belong to known mistakes" : ""}. Keys: Enter moves a line in or out, its letter ` +
    "too, Alt with an arrow or a digit gives it another place.";
  el.addEventListener("keydown", keys);
  el.addEventListener("focusin", (e) => e.target.setAttribute("data-lm-suppress-shortcuts", "true"));
  const small = make("small", {}, help);
  el.replaceChildren(small, pool, make("div", {}, "Your function"), answer, button, status);
  draw();
};
