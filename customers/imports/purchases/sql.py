"""The statements that turn staged rows into customers, products, orders and returns.

`{staging}` is the staging table of the import. `import_line` and `import_order` are temporary tables of the
transaction: the accepted rows with their ordinals, and one row per order or return.
"""

from __future__ import annotations

# Orders whose file has no numbers: customer and date make the beginning, a running number the end.
NUMBER_ORDERS = """
    UPDATE {staging} s SET number = s.number || '-' || n.n
    FROM (
        SELECT line, row_number() OVER (PARTITION BY number ORDER BY line) AS n
        FROM {staging} WHERE number IS NOT NULL
    ) n
    WHERE n.line = s.line
"""

# Refused rows count, so that the ordinals of the others are the same when the file comes again, mended.
NUMBER_LINES = """
    CREATE TEMPORARY TABLE import_line ON COMMIT DROP AS
    SELECT line, reason, account, account_name, city, country, number, is_return, ordered_at, rank,
           shipped_at, delivered_at, installed_at, sku, description, quantity, unit_price, unit_cost,
           coalesce(
               given_ordinal, row_number() OVER (PARTITION BY number, is_return ORDER BY line)
           ) AS ordinal
    FROM {staging} WHERE number IS NOT NULL
"""

REFUSE_LONG_NUMBERS = """
    UPDATE import_line SET reason = %(reason)s WHERE reason IS NULL AND length(number) > 60
"""

REFUSE_TWO_CUSTOMERS = """
    UPDATE import_line SET reason = %(reason)s
    WHERE reason IS NULL AND (number, is_return) IN (
        SELECT number, is_return FROM import_line WHERE reason IS NULL
        GROUP BY number, is_return HAVING min(account) <> max(account)
    )
"""

REFUSE_FOREIGN_PURCHASES = """
    UPDATE import_line l SET reason = %(reason)s
    FROM customers_purchase p JOIN customers_account a ON a.id = p.account_id
    WHERE l.reason IS NULL AND NOT l.is_return
      AND p.number = l.number AND a.external_id IS DISTINCT FROM l.account
"""

REFUSE_FOREIGN_RETURNS = """
    UPDATE import_line l SET reason = %(reason)s
    FROM customers_return r JOIN customers_account a ON a.id = r.account_id
    WHERE l.reason IS NULL AND l.is_return
      AND r.number = l.number AND a.external_id IS DISTINCT FROM l.account
"""

REFUSE_SAME_ORDINAL = """
    UPDATE import_line SET reason = %(reason)s
    WHERE reason IS NULL AND (number, is_return, ordinal) IN (
        SELECT number, is_return, ordinal FROM import_line WHERE reason IS NULL
        GROUP BY number, is_return, ordinal HAVING count(*) > 1
    )
"""

REFUSE_HUGE_ORDERS = """
    UPDATE import_line SET reason = %(reason)s
    WHERE reason IS NULL AND (number, is_return) IN (
        SELECT number, is_return FROM import_line WHERE reason IS NULL
        GROUP BY number, is_return HAVING sum(quantity * unit_price) >= 10000000000
    )
"""

# Back to the staging table, which is what reports and files of refused rows are made from.
KEEP_REASONS = """
    UPDATE {staging} s SET reason = l.reason, given_ordinal = l.ordinal
    FROM import_line l WHERE l.line = s.line AND l.reason IS NOT NULL
"""

ADD_ACCOUNTS = """
    SELECT DISTINCT ON (account) account AS external_id, coalesce(city, '') AS city,
           coalesce(country, '') AS country,
           coalesce(account_name, replace(%(customer)s, '#', account)) AS name,
           (first_at AT TIME ZONE %(zone)s)::date AS customer_since
    FROM (
        SELECT account, account_name, city, country, line,
               min(ordered_at) OVER (PARTITION BY account) AS first_at
        FROM import_line WHERE reason IS NULL
    ) l
    WHERE NOT EXISTS (SELECT 1 FROM customers_account a WHERE a.external_id = l.account)
    ORDER BY account, (account_name IS NULL), line
"""

# The newest words for an article win.
ADD_PRODUCTS = """
    SELECT DISTINCT ON (sku) sku, left(coalesce(description, sku), 200) AS name
    FROM import_line l
    WHERE reason IS NULL AND sku IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM customers_product p WHERE p.sku = l.sku)
    ORDER BY sku, (description IS NULL), ordered_at DESC, line DESC
"""

GATHER_ORDERS = """
    CREATE TEMPORARY TABLE import_order ON COMMIT DROP AS
    SELECT o.*, a.id AS account_id, coalesce(p.id, r.id) AS row_id, coalesce(p.id, r.id) IS NULL AS is_new,
           coalesce(array_position(%(statuses)s, p.status::text), 1) - 1 AS old_rank,
           p.delivered_at AS old_delivered_at,
           coalesce(p.is_history, r.is_history, o.ordered_at < %(since)s::timestamptz, true) AS is_history
    FROM (
        SELECT number, is_return, min(account) AS account, min(ordered_at) AS ordered_at,
               greatest(max(rank), CASE WHEN max(installed_at) IS NOT NULL THEN 3
                                        WHEN max(delivered_at) IS NOT NULL THEN 2
                                        WHEN max(shipped_at) IS NOT NULL THEN 1 ELSE 0 END) AS rank,
               min(shipped_at) AS shipped_at, min(delivered_at) AS delivered_at,
               min(installed_at) AS installed_at,
               sum(round(quantity * unit_price, 4)) AS total
        FROM import_line WHERE reason IS NULL GROUP BY number, is_return
    ) o
    JOIN customers_account a ON a.external_id = o.account
    LEFT JOIN customers_purchase p ON NOT o.is_return AND p.number = o.number
    LEFT JOIN customers_return r ON o.is_return AND r.number = o.number
"""

# What becomes of each line, for a trial to tell: asked before anything is written.
TELL_OUTCOMES = """
    UPDATE {staging} s
    SET met = w.row_id, met_by = CASE WHEN NOT w.is_new THEN 'number' END,
        outcome = CASE WHEN w.before IS NOT NULL THEN 'changed' WHEN w.is_new_line THEN 'new' ELSE 'same' END,
        before = w.before, after = w.after
    FROM (
        SELECT l.line, o.is_new, coalesce(t.id, r.id) IS NULL AS is_new_line,
               CASE WHEN NOT o.is_return THEN o.row_id END AS row_id, d.before, d.after
        FROM import_line l
        JOIN import_order o ON o.number = l.number AND o.is_return = l.is_return
        LEFT JOIN customers_purchase h ON NOT o.is_return AND h.id = o.row_id
        LEFT JOIN customers_purchaseline t
               ON NOT o.is_return AND t.purchase_id = o.row_id AND t.ordinal = l.ordinal
        LEFT JOIN customers_returnline r
               ON o.is_return AND r.return_of_id = o.row_id AND r.ordinal = l.ordinal
        CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(name, old) AS before, jsonb_object_agg(name, new) AS after
            FROM (VALUES
                ('quantity', to_jsonb(coalesce(t.quantity, r.quantity)), to_jsonb(l.quantity)),
                ('unit_price', to_jsonb(coalesce(t.unit_price, r.unit_price)), to_jsonb(l.unit_price)),
                ('description', to_jsonb(coalesce(t.description, r.description)),
                                to_jsonb(coalesce(l.description, ''))),
                ('ordered_at', to_jsonb(h.ordered_at), to_jsonb(o.ordered_at)),
                ('delivered_at', to_jsonb(h.delivered_at),
                                 to_jsonb(coalesce(o.delivered_at, h.delivered_at))),
                ('status', to_jsonb((%(statuses)s)[o.old_rank + 1]),
                           to_jsonb((%(statuses)s)[greatest(o.rank, o.old_rank) + 1]))
            ) v (name, old, new)
            WHERE NOT o.is_new AND old <> new
        ) d
        WHERE l.reason IS NULL
    ) w
    WHERE w.line = s.line
"""

# What a purchase becomes: never back to an earlier status, known dates stay unless the file knows better.
WANTED_PURCHASES = """
    SELECT o.row_id, o.account_id, o.number, o.ordered_at, o.total, o.is_history, s.rank,
           (%(statuses)s)[s.rank + 1] AS status,
           coalesce(o.shipped_at, p.shipped_at) AS shipped_at,
           coalesce(o.delivered_at, p.delivered_at,
                    CASE WHEN s.rank >= 2 THEN coalesce(o.installed_at, o.ordered_at) END) AS delivered_at,
           coalesce(o.installed_at, p.installed_at,
                    CASE WHEN s.rank = 3 THEN coalesce(o.delivered_at, o.ordered_at) END) AS installed_at
    FROM import_order o LEFT JOIN customers_purchase p ON p.id = o.row_id
    CROSS JOIN LATERAL (SELECT greatest(o.rank, o.old_rank) AS rank) s
    WHERE NOT o.is_return
"""
ADD_PURCHASES = f"SELECT * FROM ({WANTED_PURCHASES}) w WHERE row_id IS NULL"  # noqa: S608  (constants)
CHANGE_PURCHASES = f"""
    SELECT w.row_id AS id, w.ordered_at, w.status, w.shipped_at, w.delivered_at, w.installed_at
    FROM ({WANTED_PURCHASES}) w WHERE w.row_id IS NOT NULL
"""  # noqa: S608

# A negative line names the order of the same number; a cancellation with a number of its own names none.
ADD_RETURNS = """
    SELECT o.account_id, o.number, o.ordered_at AS returned_at, o.total, o.is_history, p.id AS purchase_id
    FROM import_order o LEFT JOIN customers_purchase p ON p.number = o.number AND p.account_id = o.account_id
    WHERE o.is_return AND o.row_id IS NULL
"""
CHANGE_RETURNS = """
    SELECT row_id AS id, ordered_at AS returned_at FROM import_order WHERE is_return AND row_id IS NOT NULL
"""

FIND_ADDED = """
    UPDATE import_order o SET row_id = t.id FROM {table} t
    WHERE o.row_id IS NULL AND o.is_return = {is_return} AND t.number = o.number
"""

# Only lines that differ: they are locked before they are changed.
CHANGE_LINES = """
    SELECT t.id, p.id AS product_id, coalesce(l.description, '') AS description, l.quantity, l.unit_price
    FROM import_line l
    JOIN import_order o ON o.number = l.number AND o.is_return = l.is_return AND NOT o.is_new
    LEFT JOIN customers_product p ON p.sku = l.sku
    JOIN {lines} t ON t.{parent} = o.row_id AND t.ordinal = l.ordinal
    WHERE l.reason IS NULL AND o.is_return = {is_return}
      AND (t.product_id, t.description, t.quantity, t.unit_price)
          IS DISTINCT FROM (p.id, coalesce(l.description, ''), l.quantity, l.unit_price)
"""

ADD_LINES = """
    SELECT o.row_id AS {parent}, l.ordinal, p.id AS product_id, coalesce(l.description, '') AS description,
           l.quantity, l.unit_price, coalesce(l.unit_cost, p.cost) AS unit_cost, o.is_new AS goes_with_order
    FROM import_line l
    JOIN import_order o ON o.number = l.number AND o.is_return = l.is_return
    LEFT JOIN customers_product p ON p.sku = l.sku
    WHERE l.reason IS NULL AND o.is_return = {is_return} AND (
        o.is_new
        OR NOT EXISTS (SELECT 1 FROM {lines} t WHERE t.{parent} = o.row_id AND t.ordinal = l.ordinal)
    )
    ORDER BY 1, 2
"""

ADD_UP = """
    SELECT o.row_id AS id, sum(l.amount) AS total
    FROM import_order o JOIN {lines} l ON l.{parent} = o.row_id JOIN {table} t ON t.id = o.row_id
    WHERE o.is_return = {is_return} AND NOT o.is_new GROUP BY o.row_id, t.total
    HAVING sum(l.amount) <> t.total
"""

NOTE_PURCHASES = """
    SELECT o.account_id, 'customers.purchase' AS kind, o.ordered_at AS at,
           %(link)s || o.row_id || %(link_end)s AS link,
           jsonb_build_object(
               'purchase', o.row_id, 'number', o.number, 'total', o.total::text,
               'first', coalesce(p.name, f.description), 'quantity', trim_scale(f.quantity)::text,
               'lines', f.lines
           ) AS data,
           'purchase:' || o.row_id AS key
    FROM import_order o
    JOIN (
        SELECT DISTINCT ON (number) number, sku, coalesce(description, '') AS description, quantity,
               count(*) OVER (PARTITION BY number) AS lines
        FROM import_line WHERE reason IS NULL AND NOT is_return ORDER BY number, ordinal
    ) f ON f.number = o.number
    LEFT JOIN customers_product p ON p.sku = f.sku
    WHERE NOT o.is_return AND o.is_new
    ORDER BY o.ordered_at
"""

NOTE_RETURNS = """
    SELECT o.account_id, 'customers.return' AS kind, o.ordered_at AS at,
           coalesce(%(link)s || r.purchase_id || %(link_end)s, '') AS link,
           jsonb_build_object('return', o.row_id, 'number', o.number, 'total', o.total::text,
                              'order', CASE WHEN r.purchase_id IS NULL THEN '' ELSE o.number END) AS data,
           'return:' || o.row_id AS key
    FROM import_order o JOIN customers_return r ON r.id = o.row_id
    WHERE o.is_return AND o.is_new
    ORDER BY o.ordered_at
"""

ADD_UP_FILE = """
    SELECT count(DISTINCT account), coalesce(sum(CASE WHEN is_return THEN -total ELSE total END), 0)
    FROM import_order
"""

NEW_PURCHASES = """
    SELECT row_id, account_id FROM import_order
    WHERE NOT is_return AND is_new AND NOT is_history ORDER BY ordered_at
"""

# A delivery is an account's first when no other purchase was delivered, in this file or before it.
NEW_STATUSES = """
    WITH moved AS (
        SELECT p.id, p.account_id, p.contact_id, p.number, p.status, p.delivered_at, o.old_rank,
               CASE p.status WHEN 'shipped' THEN p.shipped_at WHEN 'delivered' THEN p.delivered_at
                             ELSE p.installed_at END AS at
        FROM import_order o JOIN customers_purchase p ON p.id = o.row_id
        WHERE NOT o.is_return AND NOT o.is_history AND greatest(o.rank, o.old_rank) > o.old_rank
    )
    SELECT m.id, m.account_id, m.contact_id, m.number, m.status, m.at,
           m.delivered_at IS NOT NULL AND m.old_rank < 2 AND NOT EXISTS (
               SELECT 1 FROM customers_purchase e LEFT JOIN moved w ON w.id = e.id
               WHERE e.account_id = m.account_id AND e.id <> m.id AND e.delivered_at IS NOT NULL
                 AND (w.id IS NULL OR w.old_rank >= 2 OR (w.delivered_at, w.id) < (m.delivered_at, m.id))
           ) AS is_first_delivery
    FROM moved m ORDER BY m.at, m.id
"""

# Delivered on another day than was known; for what came further meanwhile, the new status says it all.
CORRECTED_DELIVERIES = """
    SELECT p.id, p.account_id, p.contact_id, p.number, p.delivered_at
    FROM import_order o JOIN customers_purchase p ON p.id = o.row_id
    WHERE NOT o.is_return AND NOT o.is_history AND o.rank <= o.old_rank
      AND p.delivered_at <> o.old_delivered_at
    ORDER BY p.id
"""

NEW_RETURNS = """
    SELECT r.id, r.account_id, r.purchase_id
    FROM import_order o JOIN customers_return r ON r.id = o.row_id
    WHERE o.is_return AND o.is_new AND NOT o.is_history ORDER BY r.returned_at
"""
