"""What Yalidine says of a parcel, in our words. A word that is not here stays unknown: none is guessed."""

from __future__ import annotations

from collections.abc import Mapping

# Of a parcel that nobody has fetched yet: it says nothing that we do not know.
BEFORE = frozenset({"Pas encore expédié", "A vérifier", "En préparation", "Pas encore ramassé", "Prêt à expédier"})
TO_BE_CHANGED = "En préparation"  # only so may a parcel be changed or taken back
CANCELLED = "Annulé"

WORDS: Mapping[str, str] = {
    "En passation": "picked_up", "Ramassé": "picked_up",
    "Bloqué": "on_hold", "Débloqué": "in_transit",
    "Transfert": "in_transit", "Expédié": "in_transit", "Centre": "at_hub", "En localisation": "in_transit",
    "Vers Wilaya": "in_transit", "En transit": "in_transit",
    "Reçu à Wilaya": "at_hub", "En attente du client": "ready_for_pickup", "Prêt pour livreur": "at_hub",
    "Sorti en livraison": "out_for_delivery", "En attente": "on_hold", "En alerte": "on_hold",
    "Alerte résolue": "in_transit", "Tentative échouée": "attempt_failed",
    "Livré": "delivered", CANCELLED: "cancelled",
    "Echèc livraison": "returning", "Retour vers centre": "returning", "Retourné au centre": "returning",
    "Retour transfert": "returning", "Retour groupé": "returning", "Retour à retirer": "returning",
    "Retour non retiré": "returning", "Retour vers vendeur": "returning", "Echange échoué": "returning",
    "Retourné au vendeur": "returned", "Colis abandonné": "lost",
}  # fmt: skip


def word_of(status: str) -> str:
    """Return one of our words for a status, `unknown` for one that is not in the table, '' for one before the way."""
    return "" if status in BEFORE else WORDS.get(status, "unknown")
