"""The blueprint that this audience's pages hang on."""

from shop.web.ui.places import blueprint

front = blueprint("storefront", __name__, prefix="")
