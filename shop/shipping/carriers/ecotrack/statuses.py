"""What companies on Ecotrack say of a parcel, in our words: marks of its way, marks of the order, and French labels.

Whoever looks one up folds it first. A word that is not here stays unknown: none is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping

from shop.core.text import fold

# Of a parcel that nobody has fetched yet, draft or confirmed: it says nothing that we do not know.
BEFORE = frozenset({
    "order_information_received_by_carrier", "informations_recues", "notification_on_order", "notification",
    "en_preparation", "en_preparation_stock", "prete_a_expedier", "pret_a_expedier",
    "en_ramassage",
})  # fmt: skip
CANCELLED = "annule"

WORDS: Mapping[str, str] = {
    "picked": "picked_up", "ramasse": "picked_up",
    "accepted_by_carrier": "picked_up", "accepte_par_le_transporteur": "picked_up",
    "vers_hub": "in_transit", "en_hub": "at_hub", "vers_wilaya": "in_transit",
    "dispatched_to_driver": "out_for_delivery", "remis_au_livreur": "out_for_delivery",
    "en_livraison": "out_for_delivery",
    "attempt_delivery": "attempt_failed", "tentative_de_livraison": "attempt_failed",
    "suspendu": "on_hold",
    "livred": "delivered", "livre": "delivered",
    # What follows is of the money; as movement it says that the parcel has arrived, and no more.
    "livre_non_encaisse": "delivered", "encaissed": "delivered", "encaisse": "delivered",
    "encaisse_non_paye": "delivered", "paiements_prets": "delivered", "payed": "delivered", "paye": "delivered",
    "paye_et_archive": "delivered",
    "return_asked": "returning", "retour_demande": "returning",
    "return_in_transit": "returning", "retour_en_transit": "returning",
    "retour_chez_livreur": "returning", "retour_transit_entrepot": "returning",
    "retour_en_traitement": "returning", "retours_en_traitement": "returning",
    "return_received": "returned", "retour_recu": "returned", "retour_archive": "returned",
    CANCELLED: "cancelled",
}  # fmt: skip


def mark(status: str) -> str:
    """Return a status as the tables have it: without accents and capitals, with underscores for spaces."""
    return fold(status).replace(" ", "_")


def word_of(status: str) -> str:
    """Return one of our words for a status, `unknown` for one that is not in the table, '' for one before the way."""
    found = mark(status)
    return "" if found in BEFORE else WORDS.get(found, "unknown")
