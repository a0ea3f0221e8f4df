"""What NOEST says of a parcel, in our words; what it says of the money beside that is no movement, and kept apart.

A word that is not here stays unknown: none is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping

# Of a parcel that nobody has fetched yet, draft or confirmed: it says nothing that we do not know.
BEFORE = frozenset({"upload", "customer_validation"})
MONEY = frozenset({
    "verssement_admin_cust", "verssement_admin_cust_canceled", "verssement_hub_cust_canceled",
    "validation_reception_cash_by_partener", "edit_price", "extra_fee",
})  # fmt: skip
INFORMATION = frozenset({"edited_informations", "edit_wilaya"})
CONFIRMED = "customer_validation"

WORDS: Mapping[str, str] = {
    "validation_collect_colis": "picked_up", "validation_reception_admin": "at_hub",
    "validation_reception": "in_transit", "sent_to_redispatch": "in_transit", "fdr_activated": "out_for_delivery",
    "mise_a_jour": "attempt_failed", "nouvel_tentative_asked_by_customer": "out_for_delivery",
    "colis_suspendu": "on_hold", "livre": "delivered", "livred": "delivered",
    "return_asked_by_customer": "returning", "return_asked_by_hub": "returning",
    "retour_dispatched_to_partenaires": "returning", "return_dispatched_to_partenaire": "returning",
    "colis_retour_transmit_to_partner": "returning", "return_dispatched_to_warehouse": "returning",
    "annulation_dispatch_retour": "in_transit", "cancel_return_dispatched_to_partenaire": "in_transit",
    "return_redispatched_to_livraison": "out_for_delivery", "livraison_echoue_recu": "returned",
    "return_validated_by_partener": "returned", "colis_pickup_transmit_to_partner": "in_transit",
    "pickedup": "picked_up", "valid_return_pickup": "picked_up", "pickup_picked_recu": "delivered",
    "echange_valide": "delivered", "echange_valid_by_hub": "delivered",
    "ask_to_delete_by_admin": "cancelled", "ask_to_delete_by_hub": "cancelled",
}  # fmt: skip


def word_of(event: str) -> str:
    """Return one of our words for an event, `unknown` for what is not in the table, '' for what moves nothing."""
    return "" if event in BEFORE | MONEY | INFORMATION else WORDS.get(event, "unknown")
