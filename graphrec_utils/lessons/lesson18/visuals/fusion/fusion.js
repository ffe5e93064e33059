// Lists of generators side by side and the fused one. A generator has a vote or none; a press on an item
// shows its places and its sum.
// State: names, lists (items by rank), saved, fused (by votes read as a binary number, then c: items, scores),
// constants, votes, c (a place in constants), item.

import { frame, h, list, roving, slider } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [names, lists, saved, constants] = ["names", "lists", "saved", "constants"].map((x) => model.get(x));
  const { body, controls, say } = frame(el, {
    label: "Lists of several generators and the fused one",
    help: "Give a list its vote or take it away; press an item, or use arrow keys and Enter, to see its places.",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const star = new Set(saved);
  const longest = Math.max(...lists.map((x) => x.length));

  const boxes = names.map((name, g) => {
    const box = h("input", { type: "checkbox" });
    box.addEventListener("change", () =>
      put("votes", model.get("votes").map((x, k) => (k === g ? Number(box.checked) : x))),
    );
    return box;
  });
  const constant = slider("c", { min: 0, max: constants.length - 1, value: model.get("c") }, (x) => put("c", x));
  controls.prepend(...names.map((name, g) => h("label", { class: "gr-slider" }, boxes[g], " " + name)), constant.node);

  // ---- a column a list, the fused one last
  const chips = Array.from({ length: longest }, () =>
    [...names, "fused"].map(() => h("button", { type: "button", class: "gr-chip" })),
  );
  chips.flat().forEach((chip) => chip.addEventListener("click", () => put("item", Number(chip.dataset.item))));
  const edge = (g) => (g === names.length ? "gr-fused" : "");
  const table = h(
    "table",
    { class: "gr-fuse", "aria-label": "Lists by rank" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "rank"),
      ...[...names, "fused"].map((name, g) => h("th", { scope: "col", class: edge(g) }, name)))),
    h("tbody", {}, ...chips.map((row, k) =>
      h("tr", {}, h("th", { scope: "row" }, String(k + 1)), ...row.map((chip, g) => h("td", { class: edge(g) }, chip))))),
  );
  body.append(table);
  roving(table, () => chips.map((row) => row.map((chip) => (chip.hidden ? null : chip))), chips[0][0]);

  const now = () => {
    const place = model.get("votes").reduce((sum, x) => 2 * sum + x, 0);
    return model.get("fused")[place][model.get("c")];
  };

  function draw() {
    const [votes, c, item] = [model.get("votes"), constants[model.get("c")], model.get("item")];
    const fused = now();
    const columns = [...lists, fused.items];
    boxes.forEach((box, g) => (box.checked = Boolean(votes[g])));
    constant.set(model.get("c"));
    constant.node.querySelector("output").textContent = c;
    constant.node.querySelector("input").setAttribute("aria-valuetext", c);
    chips.forEach((row, k) =>
      row.forEach((chip, g) => {
        const mine = columns[g][k];
        chip.hidden = mine === undefined;
        if (chip.hidden) return;
        chip.dataset.item = mine;
        chip.textContent = star.has(mine) ? `${mine} ★` : String(mine);
        chip.classList.toggle("gr-saved", star.has(mine));
        chip.classList.toggle("gr-chosen", mine === item);
        chip.classList.toggle("gr-silent", g < names.length && !votes[g]);
        chip.setAttribute("aria-label", `item ${mine}${star.has(mine) ? ", saved later" : ""}, rank ${k + 1}`);
        chip.setAttribute("aria-pressed", mine === item);
      }),
    );
    say(sentence(votes, c, item, fused));
  }

  function sentence(votes, c, item, fused) {
    if (!votes.some(Boolean)) return "Nobody has a vote: there is no list.";
    const hits = fused.items.filter((x) => star.has(x)).length;
    const found = star.size ? ` Saved items in the fused list: ${hits}.` : "";
    const places = lists.map((x) => x.indexOf(item) + 1);
    const voters = places.map((rank, g) => (votes[g] && rank ? [names[g], rank] : null)).filter(Boolean);
    if (!voters.length) return `Item ${item} is in no list with a vote.${found}`;
    const sum = voters.map(([, rank]) => `1/(${c} + ${rank})`).join(" + ");
    const at = fused.items.indexOf(item);
    const end = at < 0 ? "not enough for the fused list." : `= ${fused.scores[at].toFixed(4)}, place ${at + 1}.`;
    return `Item ${item}: rank ${list(voters.map(([name, rank]) => `${rank} in ${name}`))}; ${sum} ${end}${found}`;
  }

  const events = ["votes", "c", "item", "fused"].map((name) => `change:${name}`);
  for (const event of events) model.on(event, draw);
  draw();
  return () => events.forEach((event) => model.off(event, draw));
}

export default { render };
