"""The carriers that Hirfa brings along: key → where its plug-in stands."""

from shop.plumbing.registry import Registry
from shop.shipping.contract import CONTRACT, Plugin

CARRIERS: Registry[Plugin] = Registry(
    group="hirfa.carriers",
    contract=CONTRACT,
    built_in={
        "algerie_poste": "shop.shipping.carriers.algerie_poste:PLUGIN",
        "ecotrack": "shop.shipping.carriers.ecotrack:PLUGIN",
        "maystro": "shop.shipping.carriers.maystro:PLUGIN",
        "mydhl": "shop.shipping.carriers.mydhl:PLUGIN",
        "noest": "shop.shipping.carriers.noest:PLUGIN",
        "own_delivery": "shop.shipping.carriers.own_delivery:PLUGIN",
        "procolis": "shop.shipping.carriers.procolis:PLUGIN",
        "rate_sheet": "shop.shipping.carriers.rate_sheet:PLUGIN",
        "yalidine": "shop.shipping.carriers.yalidine:PLUGIN",
        "zrexpress": "shop.shipping.carriers.zrexpress:PLUGIN",
    },
)
