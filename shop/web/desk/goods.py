"""Forbidden goods at the desk: products that wait because of a word, and the list of words."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from shop.catalogue import forbidden, service, wording
from shop.catalogue.models import Product, Review
from shop.core import clock
from shop.core.errors import NotFound, Refused
from shop.core.text import clean, fold
from shop.plumbing.db import transaction
from shop.plumbing.i18n import LANGUAGES, N_, _, ngettext, pick
from shop.stores import queries as stores
from shop.web.desk.blueprint import desk
from shop.web.ui.access import Access, entry
from shop.web.ui.errors import said
from shop.web.ui.forms import ChoiceField, HirfaForm, TextField, required
from shop.web.ui.here import here
from shop.web.ui.templating import page_url

RULES = {forbidden.ASK: N_("Look at the product first"), forbidden.REFUSE: N_("Refuse at once")}
NOTE_LETTERS = 600
NO_NOTE = N_("Write why: the artisan reads it.")


class WordForm(HirfaForm):
    """A word for the list."""

    word = TextField(N_("Word or words, in any language"), [required(forbidden.NO_WORD)], most=80)
    ground = ChoiceField(N_("Why"), [required()])
    rule = ChoiceField(N_("What happens"), [required()])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.ground.choices = list(grounds().items())
        self.rule.choices = [(key, _(word)) for key, word in RULES.items()]


@desk.get("/goods")
@entry(Access.OPERATOR)
def goods() -> str:
    """Show the products that wait, the oldest first."""
    return queue_page()


@desk.post("/goods/<number:review_id>/answer")
@entry(Access.OPERATOR)
def answer_goods(review_id: int) -> Response | tuple[str, int]:
    """Let a product into the shop, or keep it out with a reason that the artisan reads."""
    note = clean(request.form.get("note", ""), limit=NOTE_LETTERS)
    state = "allowed" if request.form.get("action") == "allow" else "refused"
    if state == "refused" and not note:
        return queue_page(wrong=review_id), 422
    with transaction():
        service.answer_review(review_id, state, note=note, by=here().by)
    flash(_("The product may be sold.") if state == "allowed" else _("The product is kept out."), "done")
    return redirect(page_url("desk.goods"), 303)


@desk.get("/goods/words")
@entry(Access.OPERATOR)
def words() -> str:
    """Show the list of words by ground, and a form for one more."""
    return words_page(WordForm())


@desk.post("/goods/words")
@entry(Access.OPERATOR)
def add_word() -> Response | tuple[str, int]:
    """Put a word on the list; products in the shop that have it go to the queue."""
    form = WordForm(request.form or None)
    if not form.validate():
        return words_page(form), 422
    try:
        with transaction():
            count = forbidden.add_word(form.word.data or "", ground=form.ground.data, rule=form.rule.data, by=here().by)
    except Refused as refused:
        form.refuse(refused.field, said(refused))
        return words_page(form), 422
    flash(_("Added."), "done")
    if count:
        flash(ngettext("{n} product in the shop has it: see the queue.",
                       "{n} products in the shop have it: see the queue.", count), "problem")  # fmt: skip
    return redirect(page_url("desk.words"), 303)


@desk.post("/goods/words/retirement")
@entry(Access.OPERATOR)
def retire_word() -> Response:
    """Take a word off the list."""
    folded = fold(clean(request.form.get("word", ""), limit=80))
    with transaction():
        forbidden.retire_word(folded, by=here().by)
    flash(_("Taken off the list. It can be added again."), "done")
    return redirect(page_url("desk.words"), 303)


def queue_page(*, wrong: int | None = None) -> str:
    """Draw the queue; `wrong` is the review that was refused without a reason."""
    rows = [Waiting(review, product) for review, product in forbidden.waiting_reviews()]
    if wrong is not None and wrong not in {each.review.id for each in rows}:
        raise NotFound(f"no review {wrong}")
    return render_template(
        "desk/goods.html", rows=rows, home_url=page_url("desk.home"), now=clock.now(), grounds=grounds(), wrong=wrong,
        no_note=_(NO_NOTE), failed=wrong is not None,
    )  # fmt: skip


class Waiting:
    """A product in the queue, as it is shown: its name, its workshop, and where the words stand."""

    def __init__(self, review: Review, product: Product) -> None:
        self.review, self.product = review, product
        self.name, self.name_lang = pick({lang: getattr(product, f"name_{lang}") for lang in LANGUAGES})
        store = stores.store(product.store_id)
        self.shop = store.name if store is not None else ""
        texts = wording.texts_of(product)[product.id]
        self.matches = [(each.forbidden, texts[each.field]) for each in forbidden.found_in(texts)]


def words_page(form: WordForm) -> str:
    """Draw the list of words by ground."""
    listed = sorted((each for each in forbidden.words().values() if not each.retired), key=lambda each: each.folded)
    groups = [(name, [each for each in listed if each.ground == key]) for key, name in grounds().items()]
    return render_template(
        "desk/words.html", form=form, groups=groups, failed=bool(form.errors), home_url=page_url("desk.home"),
        rules={key: _(word) for key, word in RULES.items()}, review=forbidden.ASK,
    )  # fmt: skip


def grounds() -> dict[str, str]:
    """Return each ground in words."""
    return {key: _(sentence) for key, sentence in forbidden.GROUNDS.items()}
