"""What ZR Express says of a parcel, in our words. A word that is not here stays unknown: none is guessed.

The states belong to the workflow of an account and are written in three ways: as a name without spaces, as people
read it, in English. They are compared whole, without accents, capitals and what stands between the words.
"""

from __future__ import annotations

from collections.abc import Mapping

from shop.core.text import fold

READY = "ReadyToDispatch"  # a parcel in no such state is never fetched
CANCELLED = "commande_annulee"
# Of a parcel that nobody has fetched yet: it says nothing that we do not know.
_BEFORE = (
    ("commande_recue", "OrderReceived"), ("en_traitement", "InProcessing"), ("appel_confirmation", "ConfirmationCall"),
    ("commande_confirmee", "OrderConfirmed"), ("en_preparation", "InPreparation"), ("pret_a_expedier", READY),
)  # fmt: skip
_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("at_hub", ("confirme_au_bureau", "ConfirmedAtBranch", "confirme_chez_partenaire")),
    ("in_transit", ("dispatch", "Dispatch dans la même wilaya", "Dispatched", "vers_wilaya", "InterWilayaTransit",
                    "Dispatch dans une autre wilaya")),
    ("ready_for_pickup", ("disponible_bureau", "Disponible au bureau", "ReadyForPickup")),
    ("out_for_delivery", ("sortie_en_livraison", "OutForDelivery", "en_livraison", "InDelivery")),
    ("delivered", ("livre", "Delivered", "encaisse", "Collected", "recouvert")),
    ("attempt_failed", ("echec_livraison", "Échec de livraison", "FailedDelivery")),
    ("returning", ("en_retour", "InReturn", "retour_sous_traitant", "attente_recuperation_fournisseur",
                   "En attente de récupération fournisseur")),
    ("returned", ("recupere_par_fournisseur", "reinjecte_dans_stock", "Réinjecté dans le stock")),
    ("cancelled", (CANCELLED,)),
)  # fmt: skip


def plain(state: str) -> str:
    """Return a state as it is compared."""
    return fold(state).replace(" ", "")


BEFORE = frozenset(plain(each) for names in _BEFORE for each in names)
WORDS: Mapping[str, str] = {plain(each): word for word, names in _WORDS for each in names}


def word_of(state: str) -> str:
    """Return one of our words for a state, `unknown` for one that is not in the table, '' for one before the way."""
    return "" if plain(state) in BEFORE else WORDS.get(plain(state), "unknown")


def is_cancelled(state: str) -> bool:
    """Tell whether a parcel in this state was taken back."""
    return word_of(state) == "cancelled"
