"""What Procolis says of a parcel, in our words. A word that is not here stays unknown: none is guessed.

Client libraries report it in different capitals and accents: the whole label is compared without them, never a part.
"""

from __future__ import annotations

from collections.abc import Mapping

from shop.core.text import fold

# Of a parcel that nobody has fetched yet: it says nothing that we do not know.
BEFORE = frozenset(map(fold, ("En préparation", "En Traitement - Prêt à Expédie")))
_WORDS: Mapping[str, tuple[str, ...]] = {
    "in_transit": ("Dispatcher",),
    "ready_for_pickup": ("Au Bureau", "SD - En Attente du Client"),
    "out_for_delivery": ("En Livraison",),
    "attempt_failed": (
        "A Relancé", "Appel sans Réponse 1", "Appel sans Réponse 2", "Appel sans Réponse 3",
        "SD - Appel sans Réponse 1", "SD - Appel sans Réponse 2", "SD - Appel sans Réponse 3",
    ),
    "on_hold": ("Reporté", "SD - Reporté"),
    "delivered": ("Livrée", "Colis Livrée", "Livrée [ Encaisser ]", "Echange"),
    "returning": (
        "Annuler par le Client", "SD - Annuler par le Client", "SD - Annuler 3x", "Retour de Dispatche",
        "Retour Livreur", "Retour Navette",
    ),
    "returned": ("Retour Stock",),
}  # fmt: skip
WORDS: Mapping[str, str] = {fold(each): word for word, names in _WORDS.items() for each in names}


def word_of(situation: str) -> str:
    """Return one of our words for a situation, `unknown` for one that is not here, '' for one before the way."""
    return "" if fold(situation) in BEFORE else WORDS.get(fold(situation), "unknown")
