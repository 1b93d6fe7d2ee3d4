-- Pairs of documents that may be copies: they have a key in common. `unsettled` are those that the run before has not
-- compared.
--
-- A key that more than `full_bucket` documents have gives pairs with the `bucket_heads` best of them alone: a document
-- that is a copy of any is one of the best, and what a template's key brings together stays linear.
WITH keys AS MATERIALIZED (
    FROM heads JOIN fingerprints USING (doc_id) SELECT place, place_before, unnest(bands || anchors) AS key
    UNION ALL BY NAME
    FROM gone JOIN before.fingerprints USING (doc_id) SELECT place_before, unnest(bands || anchors) AS key
),
shared AS (
    FROM keys SELECT key GROUP BY key HAVING count(place) > 1
),
buckets AS (
    FROM keys SEMI JOIN shared USING (key)
    SELECT
        list(place ORDER BY place) FILTER (place IS NOT NULL) AS places,
        len(places) > getvariable('full_bucket') AS is_full,
        -- The last of those that gave pairs in the run before: who stands before it was compared with all the others.
        if(
            count(place_before) > getvariable('full_bucket'),
            list_max(min(place_before, getvariable('bucket_heads'))),
            max(place_before)
        ) AS last_before
    GROUP BY key
),
paired AS (
    FROM (FROM buckets SELECT places, last_before, unnest(if(is_full, places[:getvariable('bucket_heads')], places)) AS one)
    SELECT one, unnest(list_filter(places, lambda place: place > one)) AS other, last_before
),
distinct_pairs AS (
    FROM paired SELECT one, other, max(last_before) AS last_before GROUP BY one, other
)
FROM distinct_pairs AS pair
JOIN heads AS one ON one.place = pair.one
JOIN heads AS other ON other.place = pair.other
SELECT
    pair.one, pair.other, least(one.doc_id, other.doc_id) AS doc_id, greatest(one.doc_id, other.doc_id) AS other_id,
    one.place_before IS NULL OR other.place_before IS NULL OR one.place_before > pair.last_before AS unsettled
