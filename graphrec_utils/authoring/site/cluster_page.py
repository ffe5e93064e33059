"""The page "From a laptop to a cluster": arithmetic for two billion pins, computed from what is assumed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from graphrec_utils import results


@dataclass(frozen=True)
class Assumed:
    """A graph and a model of the size that Pinterest published, and machines that we made up."""

    pins: float = 2e9
    boards: float = 1e9
    edges: float = 18e9
    dim: int = 256
    number: int = 4  # bytes of a float32, and of a node id
    neighbors: int = 50
    layers: int = 2
    steps: int = 1_000  # of the walks from each pin
    batch: int = 2_048  # pairs
    machines: int = 100
    cores: int = 32
    link: float = 10e9 / 8  # bytes a second that a machine receives
    memory: float = 256e9

    @property
    def graph(self) -> float:
        """Bytes of both directions of every edge, and of where each node's begin (8 each)."""
        return 2 * self.edges * self.number + 8 * (self.pins + self.boards)

    @property
    def table(self) -> float:
        """Bytes of one vector for each pin."""
        return self.pins * self.dim * self.number

    @property
    def lists(self) -> float:
        """Bytes of the importance neighborhoods: an id and a weight for each neighbor."""
        return self.pins * self.neighbors * 2 * self.number

    @property
    def heard(self) -> int:
        """How many vectors are read for one pin, if no neighbor is met twice."""
        return sum(self.neighbors**k for k in range(self.layers + 1))

    @property
    def step(self) -> float:
        """Bytes of a training step: the vectors that the pins of all pairs need."""
        return 2 * self.batch * self.heard * self.dim * self.number

    @property
    def layer(self) -> float:
        """Bytes that are moved for a layer of all pins: everybody's neighbors."""
        return self.table * self.neighbors

    def walking(self, rate: float) -> float:
        """Seconds until all pins have their neighborhoods, at `rate` steps a second and core."""
        return self.pins * self.steps / (rate * self.cores * self.machines)

    def moving(self, size: float) -> float:
        """Seconds in which all machines together receive so many bytes."""
        return size / (self.link * self.machines)


PAGE = """# From a laptop to a cluster

The lessons run on a laptop. What changes with two billion pins? Not the formulas. This page does the arithmetic, so
that you can do it with your own numbers: `graphrec_utils.authoring.site.cluster_page.Assumed(pins=…)`.

## What is assumed

{pins} pins, {boards} boards and {edges} edges: the size of the graph that
[PinSage](https://arxiv.org/abs/1806.01973) was trained on (3 billion nodes, 18 billion edges; that two of the
three billion are pins is our reading). [Pixie](https://arxiv.org/abs/1711.07601) walked on 3 billion nodes and 17
billion edges, and a single server answered 1,200 requests a second: the whole graph lay
[in the memory of one machine](https://medium.com/@Pinterest_Engineering/introducing-pixie-an-advanced-graph-based-recommendation-system-e7b4229b664b).
[GiGL](https://arxiv.org/abs/2502.15054) is what Snapchat built for graphs of this kind. The rest is ours: vectors of {dim}
numbers of {number} bytes, {neighbors} neighbors, {layers} layers, walks of {steps} steps, batches of {batch} pairs, and
{machines} machines with {cores} cores, {memory} of memory and a link of {link} a second.

## What is stored where

| what | size | machines whose memory it fills | where it belongs |
|---|---|---|---|
| the graph, both directions | {graph} | {graph_m} | mapped from disk, or in the memory of each machine that walks |
| neighborhoods | {lists} | {lists_m} | on disk, by partitions: each is read once, in order |
| one vector for each pin | {table} | {table_m} | on disk or spread over machines; a layer reads one table and writes one |

The graph is the small part. That is why Pixie needs one machine and PinSage's inference needs many.

## What is moved

| what | bytes | time |
|---|---|---|
| walking all neighborhoods | no vectors, only the graph | {walking}, at {rate} steps a second and core |
| one layer of all pins, every neighbor sent to who hears it | {layer} | {layer_t} on all links together |
| one training step: what all that the pins of {batch} pairs hear say | {step} | {step_t} on the link of one machine |

The rate is what [lesson 08](notebooks/08_pixie.ipynb) measured at its largest size, {measured_edges} edges on one thread;
on a graph that misses the cache at every step it is lower. A step of training moves as much for its
{batch} pairs as {ratio} pins weigh, since every pin hears {heard} others: drawing fewer, sharing negatives
([lesson 10](notebooks/10_two_towers.ipynb)) and computing layer by layer ([lesson 09](notebooks/09_pinsage.ipynb)) are
ways not to move it.

## What breaks first

1. **Ids.** {nodes} nodes are more than 2³¹ − 1 = {int32}: ours are int32, and
   `graphs.on_disk` refuses such a graph; other code wraps around. Unsigned ids of 4 bytes go to 4.29 billion; after
   that every table of ids doubles.
2. **Vectors in memory.** One table of {table} is {table_m} machines; a layer needs two.
3. **The network**, while training. A step of {step} takes {step_t} before anything is computed.
4. **The slowest worker, and the one that dies.** With {machines} machines it happens. So work is cut into blocks that
   depend on nothing but their arguments and can be done again: that is all `scale.map_partitions` asks for.
5. The walks are not on this list: {walking}, or ten times that if every step misses the cache.

## Try it on one machine

`graphs.on_disk` writes a graph partition by partition and maps it, so that no process holds it; `scale.map_partitions`
sends a worker the name of the folder and no edge. With processes, a local dask cluster or ray
(`pip install "graphrec-utils[scale]"`):

```sh
python -m solutions.experiments.lesson09.cluster --bits 20      # a million edges
python -m solutions.experiments.lesson09.cluster                # 134 million edges and 3 GB on disk
```

plants a graph, computes importance neighborhoods, PPR, a layer of PinSage and lesson 14's lists with each engine, and prints
for each time, memory of the largest worker and a checksum, which must be one for all engines.

This is what the second one needed on {cluster_cores} cores ({cluster_processor}), two workers, for {cluster_edges} edges and
{cluster_nodes} nodes. A worker's *own* memory is what it holds; *with the graph* counts the pages of the mapped files, too, which
workers share and the system may drop. {checksums}

{cluster_table}
"""


def page() -> str:
    """Return the page in Markdown."""
    a = Assumed()
    largest = results.load("08_pixie_cost").values
    row = largest["by size"][-1]
    rate = largest["steps of a query"] / (row["interleaved, ms"] / 1000)
    return PAGE.format(
        pins=_count(a.pins), boards=_count(a.boards), edges=_count(a.edges), dim=a.dim, number=a.number,
        neighbors=a.neighbors, layers=a.layers, steps=f"{a.steps:,}", batch=f"{a.batch:,}", machines=a.machines,
        cores=a.cores, memory=_bytes(a.memory), link=_bytes(a.link), graph=_bytes(a.graph), lists=_bytes(a.lists),
        table=_bytes(a.table), graph_m=_machines(a, a.graph), lists_m=_machines(a, a.lists),
        table_m=_machines(a, a.table), walking=_time(a.walking(rate)), rate=_count(rate),
        layer=_bytes(a.layer), layer_t=_time(a.moving(a.layer)), step=_bytes(a.step), step_t=_time(a.step / a.link),
        measured_edges=_count(row["edges"]), ratio=_count(a.step / (a.dim * a.number)), heard=f"{a.heard - 1:,}",
        nodes=_count(a.pins + a.boards), int32=f"{2**31 - 1:,}", **measured(results.load("09_cluster")),
    )  # fmt: skip


def measured(stored: results.Result) -> dict[str, str]:
    """Return what the benchmark of 134 million edges has stored, in words."""
    values = stored.values
    lines = ["| work | engine | seconds | MB, own | MB, with the graph |", "|---" * 5 + "|"]
    for row in values["rows"]:
        cells = row["work"], row["engine"], row["seconds"], row["MB, own"], row["MB"]
        lines.append(f"| {' | '.join(str(x) for x in cells)} |")
    same = values["one checksum for all"]
    return {
        "cluster_cores": str(stored.machine["cores"]),
        "cluster_processor": stored.machine["processor"],
        "cluster_edges": _count(values["edges"]),
        "cluster_nodes": _count(values["nodes"]),
        "checksums": f"The checksums of the engines are {'equal' if same else 'not equal'}.",
        "cluster_table": "\n".join(lines),
    }


def _machines(a: Assumed, size: float) -> str:
    return f"{size / a.memory:.1f}"


def _count(x: float) -> str:
    for unit, word in ((1e9, "billion"), (1e6, "million")):
        if x >= unit:
            return f"{_digits(x / unit, 3)} {word}"
    return f"{x:,.0f}"


def _bytes(x: float) -> str:
    for unit, word in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB")):
        if x >= unit:
            return f"{_digits(x / unit, 3)} {word}"
    return f"{x:,.0f} bytes"


def _time(seconds: float) -> str:
    for unit, word in ((3600, "hours"), (60, "minutes")):
        if seconds >= 1.5 * unit:
            return f"{_digits(seconds / unit, 2)} {word}"
    return f"{_digits(seconds, 2)} seconds"


def _digits(x: float, count: int) -> str:
    """Return a number rounded to so many digits, written out: 1,200 and not 1.2e+03."""
    return f"{Decimal(f'{x:.{count}g}'):,f}"
