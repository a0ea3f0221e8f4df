"""Every table of the house, imported so that the metadata is whole."""

from shop.abroad import models as abroad
from shop.accounts import models as accounts
from shop.cart import models as cart
from shop.catalogue import models as catalogue
from shop.checkout import models as checkout
from shop.customers import models as customers
from shop.documents import models as documents
from shop.documents import station_models as stations
from shop.notifications import models as notifications
from shop.offers import models as offers
from shop.opening import models as opening
from shop.orders import models as orders
from shop.payments import models as payments
from shop.plumbing import jobs, journal, limits, once, turns
from shop.plumbing.db import Base
from shop.risk import models as risk
from shop.settlement import models as settlement
from shop.sharing import models as sharing
from shop.shipping import abroad_models as zones
from shop.shipping import customs_models as told_to_customs
from shop.shipping import label_models as partner_labels
from shop.shipping import models as shipping
from shop.shipping import packing_models as packings
from shop.spreadsheets import models as spreadsheets
from shop.stores import models as stores

METADATA = Base.metadata
ROOMS = (
    accounts, stores, catalogue, cart, orders, payments, shipping, zones, partner_labels, told_to_customs, packings,
    offers, sharing, risk, abroad, checkout, customers, documents, stations, settlement, notifications, opening,
    spreadsheets,
)  # fmt: skip
PLUMBING = (journal, jobs, limits, once, turns)
