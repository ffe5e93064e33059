// A beam in a trie. State: films (word -> name), words (of a level), found ("WIDTH with" -> levels of kept and dropped,
// each [prefix, chance]), best (a word), width, trie, step (codes that are spelled), yours.

import { button, count, frame, h, list, player, roving, s, slider } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [films, K, found, best] = ["films", "words", "found", "best"].map((x) => model.get(x));
  const { root, body, controls, say } = frame(el, {
    label: "A beam in a trie",
    help: "Spell code by code with → and ←. Press a point, or reach it with the arrow keys, to ask what became of it. Thick: goes on. Thin: dropped. Dashed: no film begins so.",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const L = best.length;
  const [width, height, row, far] = [matchMedia("(max-width: 600px)").matches ? 350 : 500, 27 * 13 + 20, 13, matchMedia("(max-width: 600px)").matches ? 58 : 104];
  const leaves = (p) => K ** (L - p.length);
  const at = (p) => [14 + far * p.length, 16 + row * ((p ? parseInt(p, K) : 0) * leaves(p) + (leaves(p) - 1) / 2)];
  const begins = new Set(Object.keys(films).flatMap((w) => [...w].map((_, k) => w.slice(0, k + 1))));
  const tree = s("g", {});
  const svg = s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group" }, tree);
  const title = h("div", { class: "gr-title" });
  const ranks = h("ol", { class: "gr-bt-list" });
  body.append(svg, h("div", { style: "flex: 1 1 12em" }, title, ranks));

  let spots = [];
  const level_of = (k) => spots.filter((x) => x.dataset.p.length === k + 1);
  roving(svg, () => Array.from({ length: Math.max(1, ...Array.from({ length: L }, (_, k) => level_of(k).length)) }, (_, r) => Array.from({ length: L }, (_, k) => level_of(k)[r] ?? null)), null);
  const play = player(model, root, () => L, 1100);
  const wide = slider("width of the beam", { min: 1, max: 6, value: model.get("width") }, (x) => put("width", x));
  const only = button("trie", () => put("trie", !model.get("trie")));
  controls.append(...play.nodes, wide.node, only);

  const draw = () => {
    const [step, W, trie] = ["step", "width", "trie"].map((x) => model.get(x));
    wide.set(W);
    only.setAttribute("aria-pressed", String(trie));
    const levels = found[`${W} ${trie ? "with" : "without"}`].slice(0, step);
    const kept = new Map(levels.flatMap((x) => x.kept));
    const dropped = new Map(levels.flatMap((x) => x.dropped));
    const shown = new Set([...begins, ...kept.keys(), ...dropped.keys()]);
    const nodes = [...shown].sort((a, b) => Number(kept.has(a)) - Number(kept.has(b)));
    const kind = (p) => (kept.has(p) ? " gr-bt-kept" : dropped.has(p) ? " gr-bt-dropped" : "") + (begins.has(p) ? "" : " gr-bt-ghost");
    const chance = (p) => (kept.has(p) || dropped.has(p) ? ` ${(kept.get(p) ?? dropped.get(p)).toFixed(2)}` : "");
    tree.replaceChildren(
      ...nodes.map((p) => {
        const [[a, b], [x, y]] = [at(p.slice(0, -1)), at(p)];
        return s("path", { d: `M${a} ${b}L${x} ${y}`, class: `gr-bt-edge${kind(p)}` });
      }),
      ...["", ...nodes].map((p) => s("circle", { cx: at(p)[0], cy: at(p)[1], r: 5, class: `gr-bt-node${p ? kind(p) : " gr-bt-kept"}` })),
      ...nodes.filter((p) => p.length < L && chance(p)).map((p) => s("text", { x: at(p)[0] - 6, y: at(p)[1] - 9, "text-anchor": "end", class: `gr-bt-chance${kind(p)}` }, chance(p))),
      ...nodes.filter((p) => p.length === L).map((p) => {
        const [x, y] = at(p);
        return s("text", { x: x + 9, y: y + 4, class: `gr-bt-name${kind(p)}` }, `${films[p] ?? `${[...p].join("·")}, no film`}${chance(p)}`);
      }),
    );
    spots = nodes.sort().map((p) => {
      const ask = () => {
        const told_of = [...p].join("·") + (films[p] ? `, ${films[p]}` : "");
        say(
          kept.has(p) ? `${told_of}: chance ${kept.get(p).toFixed(3)}, among the ${W} best of code ${p.length}: it goes on.`
          : dropped.has(p) ? `${told_of}: chance ${dropped.get(p).toFixed(3)}, dropped at code ${p.length}: nothing that begins so can be found any more.`
          : p.length > step ? `${told_of}: code ${p.length} is not spelled yet.` : `${told_of}: never asked, its beginning was dropped.`,
        );
        for (const spot of spots) spot.classList.toggle("gr-bt-asked", spot.dataset.p === p);
      };
      return s("g", { role: "button", tabindex: -1, "data-p": p, class: "gr-bt-spot", "aria-label": [...p].join("·"), onclick: ask, onfocus: (event) => event.target.matches(":focus-visible") && ask() },
        s("circle", { cx: at(p)[0], cy: at(p)[1], r: 13 }));
    });
    spots[0].tabIndex = 0;
    tree.append(...spots);
    const level = levels[step - 1];
    title.textContent = step ? `After code ${step}` : "Nothing is spelled yet";
    const both = level ? [...level.kept, ...[...level.dropped].sort((a, b) => b[1] - a[1])] : [];
    ranks.replaceChildren(
      ...both.map(([p, chance]) =>
        h("li", { class: kept.has(p) ? "gr-bt-kept" : null }, `${[...p].join("·")}${films[p] ? ` ${films[p]}` : p.length === L ? " no film" : ""}: ${chance.toFixed(3)}${kept.has(p) ? "" : ", dropped"}`),
      ),
    );
    const name = (p) => films[p] ?? "no film";
    const told = !step
      ? `A beam of ${W} ${trie ? "in the trie" : "without a trie"}: will it find ${films[best]}, the likeliest film?`
      : step < L
        ? `Code ${step}: ${level.kept.length} of ${both.length} beginnings go on.`
        : level.kept[0][0] === best
          ? `First comes ${films[best]}, the likeliest film.`
          : `First comes ${name(level.kept[0][0])}; the likeliest film, ${films[best]}, ${kept.has(best) ? "stands below" : "was lost with its first codes"}.`;
    const lost = step < L ? [] : level.kept.filter(([p]) => !films[p]).map(([p]) => [...p].join("·"));
    const places = lost.length ? ` ${lost.length} of ${count(level.kept.length, "place")} ${lost.length > 1 ? "go" : "goes"} to ${list(lost)}, no film.` : "";
    svg.setAttribute("aria-label", told + places);
    say(told + places, model.get("yours") && step ? " Kept by your function." : "");
  };
  const names = ["step", "width", "trie"];
  for (const name of names) model.on(`change:${name}`, draw);
  draw();
  return () => {
    play.stop();
    for (const name of names) model.off(`change:${name}`, draw);
  };
}

export default { render };
