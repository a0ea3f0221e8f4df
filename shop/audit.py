"""The invariants of the house, checked on the data itself. `hirfa audit` runs them; tests do after every fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, text

from shop.catalogue.models import Picture
from shop.documents.frozen import hash_of
from shop.documents.models import Invoice
from shop.payments.models import PaymentProof
from shop.plumbing.db import session
from shop.shipping.models import Handover
from shop.shipping.packing_models import PackingPhoto
from shop.stores.models import Store


@dataclass(frozen=True)
class Finding:
    """One row that breaks an invariant."""

    rule: str
    what: str


@dataclass(frozen=True)
class Rule:
    """A query whose every row is a breach; its columns fill the sentence."""

    name: str
    sentence: str
    query: str


RULES = (
    Rule(
        "I1 purchase", "purchase {0} has no order",
        "SELECT p.code FROM purchases p LEFT JOIN orders o ON o.purchase_id = p.id WHERE o.id IS NULL",
    ),
    Rule(
        "I1 order", "order {0} lacks lines, a payment or a shipment",
        "SELECT o.code FROM orders o WHERE NOT EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id) "
        "OR NOT EXISTS (SELECT 1 FROM payments p WHERE p.order_id = o.id) "
        "OR (o.kind <> 'hand' AND NOT EXISTS (SELECT 1 FROM shipments s WHERE s.order_id = o.id))",
    ),
    Rule(
        "I2 stock", "variant {0}: {1} on hand, its movements say {2}",
        "SELECT v.id, v.on_hand, COALESCE(SUM(m.delta), 0) FROM variants v "
        "LEFT JOIN stock_movements m ON m.variant_id = v.id GROUP BY v.id, v.on_hand "
        "HAVING v.on_hand <> COALESCE(SUM(m.delta), 0) OR v.on_hand < 0",
    ),
    Rule(
        "I2 queue", "product {0}: {1} pieces wait to be made, its orders and links say {2}",
        "SELECT p.id, p.queued, COALESCE(SUM(w.pieces), 0) FROM products p LEFT JOIN ("
        "SELECT product_id, pieces FROM makings WHERE state = 'waiting' UNION ALL "
        "SELECT v.product_id, r.pieces FROM reservations r JOIN order_links k ON k.id = r.link_id "
        "JOIN variants v ON v.id = r.variant_id WHERE k.state = 'open' AND r.queued) w "
        "ON w.product_id = p.id GROUP BY p.id, p.queued HAVING p.queued <> COALESCE(SUM(w.pieces), 0)",
    ),
    Rule(
        "I2 sold", "order {0}: variant {1} moved by {2} for {3} pieces ordered ({4})",
        "SELECT o.code, l.variant_id, m.delta, l.pieces, o.state FROM orders o "
        "JOIN (SELECT order_id, variant_id, SUM(pieces) AS pieces FROM order_lines GROUP BY order_id, variant_id) l "
        "ON l.order_id = o.id JOIN (SELECT order_id, variant_id, SUM(delta) AS delta FROM stock_movements "
        "WHERE order_id IS NOT NULL GROUP BY order_id, variant_id) m "
        "ON m.order_id = o.id AND m.variant_id = l.variant_id "
        "WHERE m.delta <> CASE WHEN o.state = 'cancelled' THEN 0 ELSE -l.pieces END AND NOT (o.state = 'cancelled' "
        "AND EXISTS (SELECT 1 FROM shipments s WHERE s.order_id = o.id AND s.state IN ('lost', 'returning'))) "
        "AND NOT (m.delta = 0 AND EXISTS (SELECT 1 FROM payments p WHERE p.order_id = o.id AND p.state = 'refunded'))",
    ),
    Rule(
        "I2 aside", "order {0} is {1} though its pieces were never taken",
        "SELECT code, state FROM orders WHERE NOT set_aside AND state IN ('confirmed', 'completed')",
    ),
    Rule(
        "I2 held", "variant {0}: {1} pieces put aside, the open links hold {2}",
        "SELECT v.id, COALESCE(m.held, 0), COALESCE(h.pieces, 0) FROM variants v "
        "LEFT JOIN (SELECT variant_id, -SUM(delta) AS held FROM stock_movements WHERE reason IN ('held', 'released') "
        "GROUP BY variant_id) m ON m.variant_id = v.id LEFT JOIN (SELECT r.variant_id, SUM(r.pieces) AS pieces "
        "FROM reservations r JOIN order_links k ON k.id = r.link_id WHERE k.state = 'open' AND NOT r.queued "
        "GROUP BY r.variant_id) h "
        "ON h.variant_id = v.id WHERE COALESCE(m.held, 0) <> COALESCE(h.pieces, 0)",
    ),
    Rule(
        "I1 link", "link {0} is {1}, its order: {2}",
        "SELECT k.id, k.state, COALESCE(CAST(k.order_id AS VARCHAR(20)), 'none') FROM order_links k "
        "WHERE (k.state = 'used') <> (k.order_id IS NOT NULL)",
    ),
    Rule(
        "I3 total", "order {0}: its lines say {1}, it says {2}",
        "SELECT o.code, SUM(l.unit_minor * l.pieces), o.goods_minor FROM orders o JOIN order_lines l "
        "ON l.order_id = o.id GROUP BY o.code, o.goods_minor HAVING SUM(l.unit_minor * l.pieces) <> o.goods_minor",
    ),
    Rule(
        "I3 payment", "order {0} ({1}) costs {2}, its payments brought or wait for {3}",
        "SELECT o.code, o.state, o.total_minor, COALESCE(SUM(p.minor), 0) FROM orders o "
        "LEFT JOIN (SELECT order_id, CASE WHEN state IN ('pending', 'failed') THEN COALESCE(worth_minor, amount_minor) "
        "ELSE COALESCE(collected_minor * worth_minor / amount_minor, collected_minor) END AS minor FROM payments "
        "WHERE state <> 'cancelled' "
        "AND (state <> 'failed' OR expires_at IS NOT NULL)) p ON p.order_id = o.id "
        "WHERE o.state <> 'cancelled' GROUP BY o.id, o.code, o.state, o.total_minor "
        "HAVING COALESCE(SUM(p.minor), 0) < o.total_minor OR (COALESCE(SUM(p.minor), 0) > o.total_minor "
        "AND NOT EXISTS (SELECT 1 FROM payment_incidents i JOIN payments q ON q.id = i.payment_id "
        "WHERE q.order_id = o.id AND i.kind = 'over'))",
    ),
    Rule(
        "I3 balance", "movement {0} of order {1} does not add up: {2} {3}",
        "SELECT l.movement, MIN(o.code), SUM(l.minor), l.currency FROM ledger l JOIN orders o ON o.id = l.order_id "
        "GROUP BY l.movement, l.currency HAVING SUM(l.minor) <> 0 OR MIN(l.order_id) <> MAX(l.order_id)",
    ),
    Rule(
        "I3 ledger", "order {0} ({1}) in the ledger: goods {2}, delivery {3}, discount {4}, owed {5}, paid {6}",
        "SELECT o.code, o.state, COALESCE(l.goods, 0), COALESCE(l.delivery, 0), COALESCE(l.discount, 0), "
        "COALESCE(l.buyer, 0), COALESCE(p.paid, 0) FROM orders o LEFT JOIN (SELECT order_id, "
        "SUM(CASE WHEN account = 'goods' THEN -minor ELSE 0 END) AS goods, "
        "SUM(CASE WHEN account = 'delivery' THEN -minor ELSE 0 END) AS delivery, "
        "SUM(CASE WHEN account = 'discount' THEN minor ELSE 0 END) AS discount, "
        "SUM(CASE WHEN account = 'buyer' THEN minor ELSE 0 END) AS buyer "
        "FROM ledger GROUP BY order_id) l ON l.order_id = o.id "
        "LEFT JOIN (SELECT order_id, SUM(COALESCE(collected_minor * worth_minor / amount_minor, collected_minor)) "
        "AS paid FROM payments "
        "WHERE state IN ('collected', 'settled', 'refunded') GROUP BY order_id) p ON p.order_id = o.id "
        "WHERE COALESCE(l.goods, 0) <> CASE o.state WHEN 'cancelled' THEN 0 ELSE o.goods_minor END "
        "OR COALESCE(l.delivery, 0) <> CASE o.state WHEN 'cancelled' THEN 0 ELSE o.delivery_minor END "
        "OR COALESCE(l.discount, 0) <> CASE o.state WHEN 'cancelled' THEN 0 ELSE o.discount_minor END "
        "OR COALESCE(l.buyer, 0) + COALESCE(p.paid, 0) <> CASE o.state WHEN 'cancelled' THEN 0 ELSE o.total_minor END",
    ),
    Rule(
        "I4 ledger", "payment {0} ({1}) in the ledger: held {2}, reached the artisan {3}, given back {4}",
        "SELECT p.reference, p.state, COALESCE(l.held, 0), COALESCE(l.reached, 0), COALESCE(l.back, 0) FROM payments p "
        "LEFT JOIN (SELECT payment_id, currency, "
        "SUM(CASE WHEN account IN ('with_carrier', 'with_provider') THEN minor ELSE 0 END) AS held, "
        "SUM(CASE WHEN account IN ('in_hand', 'fees', 'difference', 'lost') THEN minor ELSE 0 END) AS reached, "
        "SUM(CASE WHEN account = 'refunded' OR (account = 'exchange' AND kind = 'refunded') THEN minor ELSE 0 END) "
        "AS back FROM ledger WHERE payment_id IS NOT NULL GROUP BY payment_id, currency) l "
        "ON l.payment_id = p.id AND l.currency = p.currency "
        "LEFT JOIN (SELECT payment_id, SUM(amount_minor) AS minor FROM refunds WHERE state = 'pending' "
        "GROUP BY payment_id) w ON w.payment_id = p.id "
        "WHERE COALESCE(l.held, 0) <> CASE WHEN p.settled_at IS NULL AND p.state IN ('collected', 'refunded') "
        "THEN p.collected_minor - p.refunded_minor - p.lost_minor + COALESCE(w.minor, 0) ELSE 0 END "
        "OR COALESCE(l.reached, 0) <> CASE WHEN p.settled_at IS NOT NULL AND p.state IN ('settled', 'refunded') "
        "THEN p.collected_minor - p.refunded_minor + COALESCE(w.minor, 0) ELSE p.lost_minor END "
        "OR COALESCE(l.back, 0) <> p.refunded_minor - COALESCE(w.minor, 0) "
        "OR (p.state = 'refunded' AND p.refunded_minor <> p.collected_minor)",
    ),
    Rule(
        "I4 exchange", "payment {0} ({1}): {2} {3} stand exchanged, which is not what came of it and stayed",
        "SELECT p.reference, p.state, l.minor, l.currency FROM payments p "
        "JOIN (SELECT payment_id, currency, SUM(minor) AS minor FROM ledger WHERE account = 'exchange' "
        "GROUP BY payment_id, currency) l ON l.payment_id = p.id LEFT JOIN (SELECT payment_id, SUM(amount_minor) AS "
        "minor FROM refunds WHERE state = 'pending' GROUP BY payment_id) w ON w.payment_id = p.id "
        "WHERE p.worth_minor IS NULL OR l.minor <> CASE WHEN l.currency = p.currency "
        "THEN p.refunded_minor - COALESCE(w.minor, 0) - p.collected_minor "
        "ELSE p.collected_minor * p.worth_minor / p.amount_minor "
        "- (p.refunded_minor - COALESCE(w.minor, 0)) * p.worth_minor / p.amount_minor END",
    ),
    Rule(
        "I4 back", "payment {0}: {1} came, {2} is given back or on its way, its refunds say {3}",
        "SELECT p.reference, p.collected_minor, p.refunded_minor, COALESCE(SUM(r.amount_minor), 0) FROM payments p "
        "JOIN refunds r ON r.payment_id = p.id AND r.state <> 'failed' "
        "GROUP BY p.id, p.reference, p.collected_minor, p.refunded_minor "
        "HAVING p.refunded_minor > p.collected_minor OR SUM(r.amount_minor) <> p.refunded_minor",
    ),
    Rule(
        "I4 came", "payment {0}: its remittance says {1} came and {2} was kept, the ledger {3} and {4}",
        "SELECT p.reference, r.received_minor, r.fee_minor, COALESCE(l.came, 0), COALESCE(l.kept, 0) "
        "FROM remittance_lines r JOIN payments p ON p.id = r.payment_id LEFT JOIN (SELECT payment_id, "
        "SUM(CASE WHEN account = 'in_hand' THEN minor ELSE 0 END) AS came, "
        "SUM(CASE WHEN account = 'fees' THEN minor ELSE 0 END) AS kept "
        "FROM ledger WHERE kind = 'settled' GROUP BY payment_id) l ON l.payment_id = p.id "
        "LEFT JOIN (SELECT payment_id, SUM(received_minor) AS came, SUM(fee_minor) AS kept FROM remittance_rests "
        "GROUP BY payment_id) t ON t.payment_id = p.id "
        "WHERE r.received_minor + COALESCE(t.came, 0) <> COALESCE(l.came, 0) "
        "OR r.fee_minor + COALESCE(t.kept, 0) <> COALESCE(l.kept, 0)",
    ),
    Rule(
        "I4 rest", "payment {0}: {1} came later by its line, {2} by the remittances that brought it",
        "SELECT p.reference, COALESCE(r.rest_minor, 0), COALESCE(t.minor, 0) FROM payments p "
        "LEFT JOIN remittance_lines r ON r.payment_id = p.id "
        "LEFT JOIN (SELECT payment_id, SUM(received_minor + fee_minor) AS minor FROM remittance_rests "
        "GROUP BY payment_id) t ON t.payment_id = p.id WHERE COALESCE(r.rest_minor, 0) <> COALESCE(t.minor, 0)",
    ),
    Rule(
        "I3 collect", "order {0}: the courier is told {1}, the payment waits for {2}",
        "SELECT o.code, s.collect_minor, p.amount_minor FROM orders o JOIN shipments s ON s.order_id = o.id "
        "AND s.state <> 'cancelled' JOIN payments p ON p.order_id = o.id AND p.method = 'cash_on_delivery' "
        "AND p.state NOT IN ('cancelled', 'failed') WHERE s.collect_minor <> p.amount_minor",
    ),
    Rule(
        "I3 discount", "order {0} takes {1} off its goods, what it used says {2}",
        "SELECT o.code, o.discount_minor, COALESCE(r.amount_minor, 0) FROM orders o LEFT JOIN offer_redemptions r "
        "ON r.order_id = o.id AND r.kind <> 'delivery' WHERE (o.kind <> 'hand' "
        "AND o.id NOT IN (SELECT order_id FROM exchanges) AND o.discount_minor <> COALESCE(r.amount_minor, 0)) "
        "OR o.discount_minor > o.goods_minor "
        "OR (o.kind = 'hand' AND o.discount_minor > 0 AND o.offer_name = '')",
    ),
    Rule(
        "I3 exchange", "exchange {0} takes back {1} pieces of line {2}, of which its first order brought {3}",
        "SELECT o.code, x.pieces, x.line_id, COALESCE(f.pieces, 0) FROM exchange_lines x "
        "JOIN exchanges e ON e.order_id = x.order_id JOIN orders o ON o.id = x.order_id LEFT JOIN order_lines f "
        "ON f.id = x.line_id AND f.order_id = e.first_id AND f.store_id = x.store_id "
        "WHERE f.id IS NULL OR x.pieces > f.pieces",
    ),
    Rule(
        "I3 exchange", "exchange {0} sends {1} pieces and takes {2} back",
        "SELECT o.code, l.pieces, COALESCE(x.pieces, 0) FROM exchanges e JOIN orders o ON o.id = e.order_id "
        "JOIN (SELECT order_id, SUM(pieces) AS pieces FROM order_lines GROUP BY order_id) l ON l.order_id = o.id "
        "LEFT JOIN (SELECT order_id, SUM(pieces) AS pieces FROM exchange_lines GROUP BY order_id) x "
        "ON x.order_id = o.id WHERE l.pieces <> COALESCE(x.pieces, 0)",
    ),
    Rule(
        "I3 exchange", "exchange {0} is {1}, its goods are said to be back, or only some of them",
        "SELECT DISTINCT o.code, o.state FROM exchanges e JOIN orders o ON o.id = e.order_id "
        "JOIN exchange_lines x ON x.order_id = e.order_id WHERE (e.back_at IS NULL) <> (x.whole IS NULL) "
        "OR (e.back_at IS NOT NULL AND o.state <> 'completed')",
    ),
    Rule(
        "I3 exchange", "order {0} is exchanged {1} times at once",
        "SELECT f.code, COUNT(*) FROM exchanges e JOIN orders o ON o.id = e.order_id AND o.state <> 'cancelled' "
        "JOIN orders f ON f.id = e.first_id GROUP BY f.code HAVING COUNT(*) > 1",
    ),
    Rule(
        "I3 exchange", "exchange {0} goes out, and its courier is not told what comes back",
        "SELECT o.code FROM exchanges e JOIN orders o ON o.id = e.order_id JOIN shipments s ON s.order_id = o.id "
        "AND s.state <> 'cancelled' WHERE s.takes_back = ''",
    ),
    Rule(
        "I3 shares", "order {0} takes {1} off its goods, its lines {2}",
        "SELECT o.code, o.discount_minor, SUM(l.discount_minor) FROM orders o JOIN order_lines l ON l.order_id = o.id "
        "GROUP BY o.code, o.discount_minor HAVING SUM(l.discount_minor) <> o.discount_minor "
        "OR MAX(l.discount_minor - l.unit_minor * l.pieces) > 0 OR MIN(l.discount_minor) < 0",
    ),
    Rule(
        "I3 delivery", "order {0} asks {1} for a delivery that is offered",
        "SELECT o.code, o.delivery_minor FROM orders o JOIN offer_redemptions r ON r.order_id = o.id "
        "WHERE r.kind = 'delivery' AND o.delivery_minor <> 0",
    ),
    Rule(
        "I3 uses", "offer {0} counts {1} uses, its orders {2}",
        "SELECT f.id, f.uses, COUNT(r.id) FROM offers f LEFT JOIN offer_redemptions r ON r.offer_id = f.id "
        "AND r.given_back_at IS NULL GROUP BY f.id, f.uses HAVING COUNT(r.id) <> f.uses",
    ),
    Rule(
        "I3 given back", "order {0} is {1} and what it used is not given back, or the other way round",
        "SELECT o.code, o.state FROM orders o JOIN offer_redemptions r ON r.order_id = o.id "
        "WHERE (o.state = 'cancelled') <> (r.given_back_at IS NOT NULL)",
    ),
    Rule(
        "I4 settled", "payment {0} is settled without a remittance, or the other way round",
        "SELECT p.reference FROM payments p LEFT JOIN remittance_lines l ON l.payment_id = p.id "
        "WHERE ((p.state = 'settled' OR (p.state = 'refunded' AND p.settled_at IS NOT NULL)) <> (l.id IS NOT NULL)) "
        "AND (l.id IS NOT NULL OR p.method IN ('cash_on_delivery', 'chargily', 'satim', 'stripe'))",
    ),
    Rule(
        "I4 order", "a movement of order {0} is about payment {1}, which is another order's",
        "SELECT DISTINCT o.code, p.reference FROM ledger l JOIN payments p ON p.id = l.payment_id "
        "JOIN orders o ON o.id = l.order_id WHERE p.order_id <> l.order_id OR p.store_id <> l.store_id",
    ),
    Rule(
        "I4 kept", "payment {0}: the ledger says {1} was kept and {2} is missing of it, its remittance {3} and {4}",
        "SELECT p.reference, l.kept, l.missing, r.fee_minor + COALESCE(t.kept, 0), "
        "r.expected_minor - r.received_minor - r.fee_minor - r.rest_minor - r.lost_minor "
        "FROM payments p JOIN (SELECT payment_id, "
        "SUM(CASE WHEN account = 'fees' THEN minor ELSE 0 END) AS kept, "
        "SUM(CASE WHEN account = 'difference' THEN minor ELSE 0 END) AS missing "
        "FROM ledger WHERE payment_id IS NOT NULL AND account IN ('fees', 'difference', 'in_hand') "
        "GROUP BY payment_id) l ON l.payment_id = p.id LEFT JOIN remittance_lines r ON r.payment_id = p.id "
        "LEFT JOIN (SELECT payment_id, SUM(fee_minor) AS kept FROM remittance_rests GROUP BY payment_id) t "
        "ON t.payment_id = p.id WHERE l.kept <> COALESCE(r.fee_minor, 0) + COALESCE(t.kept, 0) "
        "OR l.missing <> COALESCE(r.expected_minor - r.received_minor - r.fee_minor - r.rest_minor - r.lost_minor, 0)",
    ),
    Rule(
        "I4 lost", "payment {0}: {1} will not come, its remittance says {2}, the ledger {3}",
        "SELECT p.reference, p.lost_minor, COALESCE(CAST(r.lost_minor AS VARCHAR(20)), 'nothing'), "
        "COALESCE(l.minor, 0) FROM payments p LEFT JOIN remittance_lines r ON r.payment_id = p.id "
        "LEFT JOIN (SELECT payment_id, SUM(minor) AS minor FROM ledger WHERE account = 'lost' GROUP BY payment_id) l "
        "ON l.payment_id = p.id WHERE p.lost_minor <> COALESCE(l.minor, 0) OR p.lost_minor <> r.lost_minor "
        "OR (p.lost_minor = 0) <> (p.lost_at IS NULL) OR p.lost_minor < 0 "
        "OR (p.lost_minor <> 0 AND p.method <> 'cash_on_delivery')",
    ),
    Rule(
        "I4 way back", "order {0}: its way back cost {1} by carriers' payments, {2} in the ledger",
        "SELECT o.code, COALESCE(r.minor, 0), COALESCE(l.minor, 0) FROM orders o LEFT JOIN (SELECT order_id, "
        "SUM(fee_minor) AS minor FROM remittance_others WHERE kind = 'returned' GROUP BY order_id) r "
        "ON r.order_id = o.id LEFT JOIN (SELECT order_id, SUM(minor) AS minor FROM ledger "
        "WHERE account = 'return_fees' GROUP BY order_id) l ON l.order_id = o.id "
        "WHERE COALESCE(r.minor, 0) <> COALESCE(l.minor, 0)",
    ),
    Rule(
        "I4 remittance", "remittance {0} says {1}, its lines {2}",
        "SELECT r.reference, r.received_minor, COALESCE(SUM(l.minor), 0) FROM remittances r LEFT JOIN ("
        "SELECT remittance_id, received_minor AS minor FROM remittance_lines UNION ALL "
        "SELECT remittance_id, received_minor FROM remittance_rests) l ON l.remittance_id = r.id "
        "GROUP BY r.id, r.reference, r.received_minor HAVING r.received_minor <> COALESCE(SUM(l.minor), 0)",
    ),
    Rule(
        "I4 outcome", "order {0} is {1}, what is remembered of its parcel: {2}",
        "SELECT o.code, o.state, r.outcome FROM parcel_outcomes r JOIN orders o ON o.id = r.order_id "
        "WHERE (r.outcome = 'taken') <> (o.state = 'completed') "
        "OR (r.outcome = 'refused') <> (o.cancel_reason = 'refused')",
    ),
    Rule(
        "I5 label", "shipment {0} is {1} without a printed label",
        "SELECT s.reference, s.state FROM shipments s WHERE s.state NOT IN ('preparing', 'cancelled') "
        "AND NOT EXISTS (SELECT 1 FROM label_prints p WHERE p.shipment_id = s.id)",
    ),
    Rule(
        "I5 prints", "shipment {0}: its label's prints are not counted from 0",
        "SELECT shipment_id FROM label_prints GROUP BY shipment_id HAVING MAX(number) <> COUNT(*) - 1 "
        "OR MIN(number) <> 0",
    ),
    Rule(
        "I6 jobs", "job {0} ({1}) failed for good: {2}",
        "SELECT id, kind, error FROM jobs WHERE failed",
    ),
    Rule(
        "I8 journal", "scope {0}: {1} rows, the last number is {2}",
        "SELECT h.scope, COUNT(j.id), h.last FROM journal_heads h LEFT JOIN journal j ON j.scope = h.scope "
        "GROUP BY h.scope, h.last HAVING COUNT(j.id) <> h.last OR MAX(j.number) <> h.last",
    ),
    Rule(
        "I9 numbers", "store {0}, {1} of {2}: {3} papers, numbered {4} to {5}, the last number drawn is {6}",
        "SELECT h.store_id, h.kind, h.year, COUNT(i.id), MIN(i.number), MAX(i.number), h.last FROM invoice_heads h "
        "LEFT JOIN invoices i ON i.store_id = h.store_id AND i.kind = h.kind AND i.year = h.year "
        "GROUP BY h.store_id, h.kind, h.year, h.last "
        "HAVING COUNT(i.id) <> h.last OR MIN(i.number) <> 1 OR MAX(i.number) <> h.last",
    ),
    Rule(
        "I9 total", "invoice {0} of order {1} says {2}, the order {3}",
        "SELECT i.id, o.code, i.total_minor, o.total_minor FROM invoices i JOIN orders o ON o.id = i.order_id "
        "WHERE (i.total_minor <> o.total_minor AND i.kind <> 'credit') OR i.currency <> o.currency "
        "OR i.store_id <> o.store_id",
    ),
    Rule(
        "I9 once", "order {0} has {1} invoices that no credit note cancels",
        "SELECT o.code, COUNT(*) FROM invoices i JOIN orders o ON o.id = i.order_id WHERE i.kind <> 'credit' "
        "AND NOT EXISTS (SELECT 1 FROM invoices c WHERE c.cancels_id = i.id) GROUP BY o.code HAVING COUNT(*) > 1",
    ),
    Rule(
        "I9 credit", "credit note {0} cancels another order's invoice, or another sum",
        "SELECT c.id FROM invoices c JOIN invoices i ON i.id = c.cancels_id LEFT JOIN (SELECT t.invoice_id, "
        "SUM(n.total_minor) AS minor FROM credit_parts t JOIN invoices n ON n.id = t.note_id GROUP BY t.invoice_id) p "
        "ON p.invoice_id = i.id WHERE i.kind = 'credit' OR i.order_id <> c.order_id "
        "OR i.total_minor <> c.total_minor + COALESCE(p.minor, 0)",
    ),
    Rule(
        "I9 part", "credit note {0} takes a part off no invoice of its order, or off two",
        "SELECT c.id FROM invoices c LEFT JOIN credit_parts t ON t.note_id = c.id "
        "LEFT JOIN invoices i ON i.id = t.invoice_id WHERE (c.kind = 'credit' OR t.note_id IS NOT NULL) "
        "AND ((c.cancels_id IS NULL) <> (t.note_id IS NOT NULL) OR i.kind = 'credit' OR i.order_id <> c.order_id)",
    ),
    Rule(
        "I9 parts", "invoice {0} says {1}, credit notes take {2} off it",
        "SELECT i.id, i.total_minor, SUM(n.total_minor) FROM invoices i JOIN credit_parts t ON t.invoice_id = i.id "
        "JOIN invoices n ON n.id = t.note_id GROUP BY i.id, i.total_minor HAVING SUM(n.total_minor) >= i.total_minor",
    ),
    Rule(
        "states", "order {0} is {1}, its parcel {2}, its payment {3}",
        "SELECT o.code, o.state, s.state, p.state FROM orders o JOIN shipments s ON s.order_id = o.id "
        "AND s.state <> 'cancelled' JOIN payments p ON p.order_id = o.id AND p.method = 'cash_on_delivery' "
        "WHERE (s.state = 'delivered') <> (o.state = 'completed') "
        "OR (s.state = 'delivered' AND p.state NOT IN ('collected', 'settled', 'refunded') AND NOT (p.state = "
        "'cancelled' AND EXISTS (SELECT 1 FROM payments q WHERE q.order_id = o.id AND q.state <> 'cancelled'))) "
        "OR (o.state = 'placed' AND s.state <> 'preparing')",
    ),
    Rule(
        "states hand", "order {0} was sold from hand to hand: it is {1}, its payment {2}",
        "SELECT o.code, o.state, p.state FROM orders o JOIN payments p ON p.order_id = o.id WHERE o.kind = 'hand' "
        "AND ((o.state <> 'completed' AND NOT (o.state = 'cancelled' AND p.state = 'refunded')) "
        "OR p.method <> 'cash_in_hand' OR p.state NOT IN ('settled', 'refunded') "
        "OR EXISTS (SELECT 1 FROM shipments s WHERE s.order_id = o.id))",
    ),
)  # fmt: skip


def findings(media: Path | None = None, private: Path | None = None) -> Iterator[Finding]:
    """Yield every breach; with the folders of pictures and of private files, compare rows and files too."""
    for rule in RULES:
        for row in session.execute(text(rule.query)):
            yield Finding(rule.name, rule.sentence.format(*row))
    yield from _frozen()
    if media is not None:
        yield from _pictures(media)
    if private is not None:
        yield from _cards(private / "cards")
        yield from _receipts(private / "proofs")
        yield from _signatures(private / "signatures")
        yield from _packings(private / "packings")


def _cards(folder: Path) -> Iterator[Finding]:
    keys = set(session.scalars(select(Store.card).where(Store.card != "")))
    files = {file.stem for file in folder.glob("*.webp")}
    for key in sorted(keys - files):
        yield Finding("I7 files", f"card {key} has no file")
    for key in sorted(files - keys):
        yield Finding("I7 files", f"card's file {key} has no row")


def _receipts(folder: Path) -> Iterator[Finding]:
    keys = {f"{row.file}.{row.kind}" for row in session.execute(select(PaymentProof.file, PaymentProof.kind))}
    files = {file.name for file in folder.glob("*")}
    for key in sorted(keys - files):
        yield Finding("I7 files", f"receipt {key} has no file")
    for key in sorted(files - keys):
        yield Finding("I7 files", f"receipt's file {key} has no row")


def _signatures(folder: Path) -> Iterator[Finding]:
    keys = set(session.scalars(select(Handover.signature).where(Handover.signature != "")))
    files = {file.stem for file in folder.glob("*.png")}
    for key in sorted(keys - files):
        yield Finding("I7 files", f"signature {key} has no file")
    for key in sorted(files - keys):
        yield Finding("I7 files", f"signature's file {key} has no row")


def _packings(folder: Path) -> Iterator[Finding]:
    keys = set(session.scalars(select(PackingPhoto.file)))
    files = {file.stem for file in folder.glob("*.webp")}
    for key in sorted(keys - files):
        yield Finding("I7 files", f"photo {key} of a parcel has no file")
    for key in sorted(files - keys):
        yield Finding("I7 files", f"photo's file {key} has no row")


def _frozen() -> Iterator[Finding]:
    wanted = select(Invoice).execution_options(yield_per=200)
    for invoice in session.scalars(wanted):
        if hash_of(invoice.content) != invoice.content_hash or invoice.content["total"] != invoice.total_minor:
            yield Finding("I9 frozen", f"paper {invoice.code} of store {invoice.store_id} is not as it was issued")


def _pictures(folder: Path) -> Iterator[Finding]:
    keys = set(session.scalars(select(Picture.key)))
    files = {file.name.rpartition("-")[0] for file in folder.glob("*-240.webp")}
    for key in sorted(keys - files):
        yield Finding("I7 files", f"picture {key} has no file")
    for key in sorted(files - keys):
        yield Finding("I7 files", f"file {key} has no row")
