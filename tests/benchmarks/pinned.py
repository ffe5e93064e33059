"""What pip installs for each peer, in an environment of its own: versions stand here and nowhere else."""

from __future__ import annotations

REQUIREMENTS = {
    "dgl": [
        "dgl==1.1.3", "torch==2.13.0", "numpy==1.26.4", "scipy==1.17.1", "pandas==3.0.6", "packaging==26.4",
        "pydantic==2.14.4", "pyyaml==6.0.4", "psutil==7.2.2",
    ],  # pandas and what follows: its wheel forgets to ask for them
    "igraph": ["igraph==1.0.0", "numpy==2.4.6"],
    "implicit": ["implicit==0.7.3", "numpy==2.4.6", "scipy==1.17.1", "threadpoolctl==3.6.0"],
    "irspack": ["irspack==0.5.2", "numpy==2.4.6", "scipy==1.17.1", "threadpoolctl==3.6.0"],
    "pykeen": ["pykeen==1.11.1", "numba==0.68.1"],  # numba: for the course's evaluator
    "RecBole": [
        "recbole==1.2.1", "numpy==1.26.4", "scipy==1.11.4", "pandas==2.2.3", "torch==2.13.0",
        "scikit-learn", "thop", "tabulate", "plotly", "texttable", "psutil",
    ],
    # numba and matplotlib: for the course's metrics and results
    "rectools": [
        "rectools[torch]==0.19.0", "torch==2.13.0", "pytorch-lightning==2.5.2", "numpy==1.26.4", "scipy==1.17.1",
        "pandas==2.3.3", "numba==0.68.1", "pooch==1.9.0", "tqdm", "matplotlib",
    ],
    "scikit-network": ["scikit-network==0.33.5", "numpy==2.4.6", "scipy==1.17.1"],
    "torch-ppr": ["torch-ppr==0.0.8", "numpy==2.4.6"],
    # it asks setuptools for pkg_resources, which 82 no longer has
    "torchbiggraph": ["torchbiggraph==1.0.0", "torch==2.13.0", "setuptools==80.9.0"],
}  # fmt: skip


def of(*names: str) -> dict[str, list[str]]:
    """Return a benchmark's PEERS: engine -> what pip installs for it."""
    return {name: REQUIREMENTS[name] for name in names}
