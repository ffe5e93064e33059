"""RQ-VAE against loops and the written loss: who gets which gradient, what revives a word, no two items alike."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from graphrec_utils.models import rqvae, semantic_ids


@pytest.fixture(autouse=True)
def _same_numbers():
    torch.manual_seed(0)


def content(n=120, f=6, seed=0) -> torch.Tensor:
    """Four clouds."""
    rng = np.random.default_rng(seed)
    clouds = rng.normal(size=(4, f)) * 3
    return torch.tensor(clouds[np.arange(n) % 4] + rng.normal(size=(n, f))).float()


def made(**options) -> rqvae.RQVAE:
    return rqvae.RQVAE(6, **({"sizes": (5, 4, 3), "dim": 4, "hidden": (8,), "seed": 1} | options))


class Fixed(nn.Module):
    """An encoder that always says the same."""

    def __init__(self, z: torch.Tensor):
        super().__init__()
        self.z = nn.Parameter(z.clone())

    def forward(self, x):
        return self.z


# ------------------------------------------------------------------ spelling
def test_each_level_codes_what_is_left_over():
    z, words = torch.randn(30, 4), [torch.randn(k, 4) for k in (5, 4, 3)]
    spelled = rqvae.spell(z, words)
    for b in range(30):
        rest = z[b]
        for level, book in enumerate(words):
            torch.testing.assert_close(spelled.rest[b, level], rest)
            code = min(range(len(book)), key=lambda k: float((rest - book[k]).square().sum()))
            assert spelled.codes[b, level] == code
            assert torch.equal(spelled.words[b, level], book[code])
            rest = rest - book[code]


def test_codes_are_those_of_lesson_16_for_what_the_encoder_makes():
    model, x = made(), content()
    words = [book.detach().numpy() for book in model.words]
    z = model.encoder(x).detach().numpy()
    np.testing.assert_array_equal(model.codes(x), semantic_ids.residual_codes(z, words))


def test_of_equally_near_words_the_first():
    assert rqvae.nearest(torch.zeros(1, 1), torch.tensor([[3.0], [1.0], [-1.0]])).tolist() == [1]


def test_the_sum_of_the_words_and_what_is_left_is_the_vector():
    model, x = made(), content()
    spelled = rqvae.spell(model.encoder(x), list(model.words))
    last = spelled.rest[:, -1] - spelled.words[:, -1]
    torch.testing.assert_close(model.embed(spelled.codes) + last, model.encoder(x))


# ------------------------------------------------------------------ gradients
def test_straight_through_has_the_words_values_and_the_vectors_gradient():
    z, rounded = torch.randn(7, 3, requires_grad=True), torch.randn(7, 3, requires_grad=True)
    weight, out = torch.randn(7, 3), rqvae.straight_through(z, rounded)
    torch.testing.assert_close(out, rounded)
    (out * weight).sum().backward()
    assert torch.equal(z.grad, weight), "the identity"
    assert rounded.grad is None


def test_the_loss_is_the_written_one():
    model, x = made(), content(9)
    wanted = []
    for item in x:
        z = model.encoder(item)
        rest, total, terms = z, torch.zeros(4), 0.0
        for book in model.words:
            word = book[(rest - book).square().sum(dim=1).argmin()]
            terms += (1 + 0.3) * (rest - word).square().sum()
            rest, total = rest - word, total + word
        wanted.append((item - model.decoder(total)).square().sum() + terms)
    torch.testing.assert_close(rqvae.loss(model, x, beta=0.3), torch.stack(wanted).mean())


def test_a_word_learns_from_its_own_level_alone():
    """2 (e - r) of everybody whom it spells: nothing from the decoder, nothing from what later levels are left."""
    model, x = made(), content(9)
    rqvae.loss(model, x).backward()
    spelled = rqvae.spell(model.encoder(x).detach(), [book.detach() for book in model.words])
    for level, book in enumerate(model.words):
        wanted = torch.zeros_like(book)
        for b, code in enumerate(spelled.codes[:, level]):
            wanted[code] += 2 * (spelled.words[b, level] - spelled.rest[b, level]) / 9
        torch.testing.assert_close(book.grad, wanted)


def test_the_encoder_learns_from_the_decoder_as_if_nothing_were_rounded_and_from_the_commitment():
    model, x, z = made(), content(9), torch.randn(9, 4)
    model.encoder = Fixed(z)
    rqvae.loss(model, x, beta=0.7).backward()
    spelled = rqvae.spell(z, [book.detach() for book in model.words])
    total = spelled.words.sum(dim=1).requires_grad_()
    (x - model.decoder(total)).square().sum(dim=1).mean().backward()
    commitment = 2 * 0.7 * (spelled.rest - spelled.words).sum(dim=1) / 9
    torch.testing.assert_close(model.encoder.z.grad, total.grad + commitment)


# ------------------------------------------------------------------ words that live and die
def test_words_start_as_residual_kmeans_of_what_the_encoder_makes():
    model, x = made(), content()
    model.start(x, seed=3)
    z = model.encoder(x).detach().numpy()
    for book, centers in zip(
        model.words, semantic_ids.residual_kmeans(z, (5, 4, 3), seed=3), strict=True
    ):
        np.testing.assert_allclose(book.detach(), centers, rtol=1e-5, atol=1e-5)


def used(model, x) -> list[int]:
    return [len(column.unique()) for column in model.codes(x).T]


def test_dead_words_come_back_as_residuals():
    model, x = made(), content()
    with torch.no_grad():
        model.words[1] += 1000  # one of them is still the nearest
    assert used(model, x)[1] == 1
    assert model.revive(x, np.random.default_rng(0)) >= 3
    assert used(model, x)[1] >= 3
    rest = rqvae.spell(model.encoder(x), list(model.words)).rest[:, 1]
    apart = (model.words[1][:, None] - rest).abs().sum(dim=2).amin(dim=1)
    assert (apart < 1e-5).sum() == 3, "three are what is left of an item, one was alive"


def test_whoever_is_alive_stays():
    model, x = made(), content()
    model.start(x)
    before = [book.clone() for book in model.words]
    assert used(model, x) == [5, 4, 3]
    assert model.revive(x, np.random.default_rng(0)) == 0
    assert all(torch.equal(a, b) for a, b in zip(before, model.words, strict=True))


def test_two_items_revive_two_words():
    model, x = made(sizes=(9,)), content(2)
    assert model.revive(x, np.random.default_rng(0)) == 2


def test_fit_says_items_again_and_the_same_seed_the_same():
    x, options = content(), {"sizes": (4, 4), "dim": 3, "hidden": (16,), "lr": 0.01, "batch": 32}
    start = rqvae.fit(x, epochs=0, **options)
    model, again, other = (rqvae.fit(x, epochs=60, seed=k, **options) for k in (0, 0, 1))
    assert rqvae.loss(model, x) < rqvae.loss(start, x) / 2
    assert torch.equal(model.codes(x), again.codes(x))
    assert not torch.equal(model.words[0], other.words[0])
    first, cloud = model.codes(x)[:, 0], torch.arange(len(x)) % 4
    share = torch.stack([torch.bincount(first[cloud == k]).max() for k in range(4)]).sum() / 120
    assert share > 0.9, "the first code tells the clouds apart"


def test_without_a_start_and_revival_words_die():
    x, options = content(), {"sizes": (16, 16), "dim": 3, "hidden": (16,), "epochs": 10}
    plain = rqvae.fit(x, kmeans=False, revive=False, **options)
    revived = rqvae.fit(x, kmeans=False, revive=True, **options)
    assert sum(used(plain, x)) < sum(used(revived, x)) / 1.5


def test_fit_ends_at_its_best_by_what_it_is_judged_with():
    values = iter([0.1, 0.5, 0.4, 0.3, 0.9])
    seen = []

    def judge(m):
        seen.append(m.words[0].detach().clone())
        return next(values)

    made = rqvae.fit(content(), (4,), 3, epochs=5, evaluate=judge, patience=2)
    assert len(seen) == 4 and torch.equal(made.words[0], seen[1])


# ------------------------------------------------------------------ a further code
def test_a_further_code_counts_items_that_are_spelled_alike():
    codes = torch.tensor([[1, 2], [0, 0], [1, 2], [1, 1], [1, 2], [0, 0]])
    assert rqvae.distinct(codes)[:, 2].tolist() == [0, 0, 1, 0, 2, 1]
    assert torch.equal(rqvae.distinct(codes)[:, :2], codes)


def test_no_two_items_are_spelled_alike_and_a_later_item_changes_nobody():
    codes = torch.from_numpy(np.random.default_rng(0).integers(0, 3, (80, 2)))
    apart = rqvae.distinct(codes)
    assert len(apart.unique(dim=0)) == 80
    assert torch.equal(rqvae.distinct(codes[:50]), apart[:50])
    for i, row in enumerate(codes):
        assert apart[i, 2] == sum(torch.equal(row, codes[j]) for j in range(i))


# ------------------------------------------------------------------ bad input
@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: made().embed(torch.tensor([[0, 4, 0]])), "codes of level 1 must hold ids from 0 to 3; got 4"),
        (lambda: made().embed(torch.tensor([[-1, 0, 0]])), "codes of level 0 must hold ids from 0 to 4; got -1"),
        (lambda: made().embed(torch.tensor([[0, 0]])), "codes must be"),
        (lambda: made().codes(torch.ones(3, 5)), "content must be"),
        (lambda: rqvae.fit(torch.full((5, 2), torch.nan)), "finite"),
        (lambda: rqvae.fit(torch.zeros(0, 2)), "not empty"),
        (lambda: rqvae.fit(content(8), (9,)), "level 1: 9 code words for 8 different items"),
        (lambda: made(sizes=()), "one level"),
        (lambda: rqvae.spell(torch.ones(2, 3), []), "one level"),
        (lambda: rqvae.spell(torch.ones(2, 3), [torch.ones(4, 2)]), "words of level 0 must be"),
        (lambda: rqvae.distinct(torch.zeros(0, 2, dtype=torch.int64)), "not empty"),
    ],
    ids=["outside", "negative", "levels", "features", "nan", "empty", "few", "sizes", "books", "width", "none"],
)  # fmt: skip
def test_what_does_not_fit_is_refused(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_floats_are_no_codes_and_integers_no_content():
    with pytest.raises(TypeError, match="codes must be an int64 tensor"):
        rqvae.distinct(torch.ones(3, 2))
    with pytest.raises(TypeError, match="content must be a floating-point tensor"):
        rqvae.fit(torch.ones(3, 2, dtype=torch.int64))
