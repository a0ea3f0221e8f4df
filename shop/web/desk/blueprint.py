"""The blueprint that this audience's pages hang on."""

from shop.web.ui.places import blueprint

desk = blueprint("desk", __name__, prefix="/desk")
