-- Pairs of documents that may be copies: they have a key in common. `unsettled` are those that the run before has not
-- compared.
--
-- A key that more than `full_bucket` documents have gives pairs with the `bucket_heads` best of them alone: a document
-- that is a copy of any is one of the best, and what a template's key brings together stays linear.
WITH keys AS MATERIALIZED (
    FROM heads JOIN fingerprints USING (doc_id) SELECT place, unsettled, unnest(bands || anchors) AS key
),
shared AS (
    FROM keys SELECT key GROUP BY key HAVING count(*) > 1
),
buckets AS (
    FROM keys SEMI JOIN shared USING (key)
    SELECT key, list(place ORDER BY place) AS places, bool_or(unsettled) AS unsettled
    GROUP BY key
),
changed AS (
    FROM buckets LEFT JOIN gone USING (key)
    SELECT
        places, len(places) > getvariable('full_bucket') AS is_full,
        -- Who is among the best of it may have changed.
        (gone.documents IS NOT NULL OR unsettled)
            AND len(places) + coalesce(gone.documents, 0) > getvariable('full_bucket') AS unsettled
),
paired AS (
    FROM (FROM changed SELECT places, unsettled, unnest(if(is_full, places[:getvariable('bucket_heads')], places)) AS one)
    SELECT one, unnest(list_filter(places, lambda place: place > one)) AS other, unsettled
),
distinct_pairs AS (
    FROM paired SELECT one, other, bool_or(unsettled) AS unsettled GROUP BY one, other
)
FROM distinct_pairs AS pair
JOIN heads AS one ON one.place = pair.one
JOIN heads AS other ON other.place = pair.other
SELECT
    pair.one, pair.other, least(one.doc_id, other.doc_id) AS doc_id, greatest(one.doc_id, other.doc_id) AS other_id,
    pair.unsettled OR one.unsettled OR other.unsettled AS unsettled
