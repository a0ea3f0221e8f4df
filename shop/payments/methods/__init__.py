"""The payment methods that Hirfa brings along: key → where its plug-in stands."""

from shop.payments.contract import CONTRACT, Plugin
from shop.plumbing.registry import Registry

METHODS: Registry[Plugin] = Registry(
    group="hirfa.payment_methods",
    contract=CONTRACT,
    built_in={
        "cash_on_delivery": "shop.payments.methods.cash_on_delivery:PLUGIN",
        "cash_in_hand": "shop.payments.methods.cash_in_hand:PLUGIN",
        "transfer": "shop.payments.methods.transfer:PLUGIN",
        "chargily": "shop.payments.methods.chargily:PLUGIN",
        "satim": "shop.payments.methods.satim:PLUGIN",
        "stripe": "shop.payments.methods.stripe:PLUGIN",
    },
)
