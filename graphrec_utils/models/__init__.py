"""A family of models is a module, and a folder where it has a fast twin; all keep one contract.

Whatever is called a model here, an instance of a class or what a function returns, has

    scores(users)     (B,) user ids -> (B, n) floats as a numpy array, seen items among them
    embeddings()      -> (m, d) and (n, d), arrays or tensors whose products rank as the scores do;
                      only models that have such vectors

and nothing else in common (`boosting`, `ranker` and `calibration` are the second stage: they take rows
of features, and know no users): there is no base class. `metrics.rank(model, past)` and
`metrics.evaluate_model(model, past, part)` take any of them. A model with vectors gets its `scores` from
them by `scoring.from_embeddings`, and one without may return a `baselines.Scorer`, a sparse product. A
function is annotated with what it returns: that is how the contract test finds it.

Device: torch modules are brought to one by `.to(device)`, and what trains by itself takes a `device`
(`sampled.fit`, `kge.fit`, `pinnerformer.fit`, `tiger.fit`, `train.Torch`). There they stay, with every tensor they make;
neighbors and negatives are drawn on the CPU and sent over. All others are engines of numpy and numba, on the
CPU alone: baselines, ease, filters, mf, `lightgcn.Fused`, transe, twhin, semantic_ids.

Training: there is one loop, `train.fit`. A torch module is handed to it by whoever trains; where a family has
a `fit` of its own (`sampled`, `kge`, `transe`, `twhin`, `pinnerformer`, `ranker`), that makes the learner and
its batches, and passes on what it is given for the loop: `evaluate` (called with the model), `every`, `patience`,
`progress`. Each draws from one stream of its own.

Chance: whoever is called once takes an integer `seed` (constructors, `mf.ials`, `transe.fit`);
whoever is called many times takes a generator, `rng` (dropout, corrupted facts). No global one is
read or moved. `reg` is the weight of a ridge, `lr` a learning rate, `dropout` a share that is lost.

Tests: a family has a row in `MODELS` of `tests/library/test_models_contract.py`, in `KNOWS` there if it cannot know
everybody, and its formula in `tests/library/test_NAME.py`.
"""
