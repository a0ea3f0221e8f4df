"""The blueprint that this audience's pages hang on."""

from shop.web.ui.places import blueprint

studio = blueprint("studio", __name__, prefix="/studio")
