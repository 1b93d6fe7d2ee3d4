-- Pairs of documents that may be copies: they have a key in common. `candidates` are those that no run has compared
-- yet, `lost` those of earlier pairs that are none any more.
--
-- A key that more than `full_bucket` documents have gives pairs with the `bucket_heads` best of them alone: a document
-- that is a copy of any is one of the best, and what a template's key brings together stays linear.
--
-- A key gives what it gave in the run before, unless a document that has it is new or gone: only such keys are looked at.
CREATE TEMP MACRO list_buckets(every_key, wanted) AS TABLE
WITH keys AS MATERIALIZED (
    FROM (
        FROM heads JOIN fingerprints USING (doc_id) SELECT place, place_before, unnest(bands || anchors) AS key
        UNION ALL BY NAME
        FROM gone JOIN before.fingerprints USING (doc_id) SELECT place_before, unnest(bands || anchors) AS key
    )
    WHERE every_key OR key IN (FROM query_table(wanted))
),
shared AS (
    FROM keys SELECT key GROUP BY key HAVING count(place) > 1
)
FROM keys SEMI JOIN shared USING (key)
SELECT
    key,
    list(place ORDER BY place) FILTER (place IS NOT NULL) AS places,
    len(places) > getvariable('full_bucket') AS is_full,
    -- The last of those that gave pairs in the run before: who stands before it was compared with all the others.
    if(
        count(place_before) > getvariable('full_bucket'),
        list_max(min(place_before, getvariable('bucket_heads'))),
        max(place_before)
    ) AS last_before
GROUP BY key;

CREATE TEMP MACRO list_pairs(buckets) AS TABLE
FROM (
    FROM query_table(buckets)
    SELECT places, last_before, unnest(if(is_full, places[:getvariable('bucket_heads')], places)) AS one
)
SELECT one, unnest(list_filter(places, lambda place: place > one)) AS other, last_before;

-- Where nothing was before, every key is: there is no need to list them.
SET VARIABLE is_first = (SELECT count(*) = 0 FROM heads_before);

CREATE TEMP TABLE touched AS
FROM heads JOIN fingerprints USING (doc_id) SELECT unnest(bands || anchors) AS key
WHERE place_before IS NULL AND NOT getvariable('is_first')
UNION ALL
FROM gone JOIN before.fingerprints USING (doc_id) SELECT unnest(bands || anchors);

CREATE TEMP TABLE buckets AS FROM list_buckets(getvariable('is_first'), 'touched');

CREATE TEMP TABLE given AS
FROM list_pairs('buckets') SELECT one, other, max(last_before) AS last_before GROUP BY one, other;

-- Earlier pairs of documents that are still there, as they were.
CREATE TEMP TABLE earlier AS
FROM before.pairs AS pair
JOIN heads AS document ON document.doc_id = pair.doc_id
JOIN heads AS other_document ON other_document.doc_id = pair.other_id
SELECT
    pair.doc_id, pair.other_id,
    least(document.place, other_document.place) AS one,
    greatest(document.place, other_document.place) AS other,
    least(document.place_before, other_document.place_before) AS one_before
WHERE document.place_before IS NOT NULL AND other_document.place_before IS NOT NULL;

CREATE TEMP TABLE candidates AS
FROM given
JOIN heads AS one ON one.place = given.one
JOIN heads AS other ON other.place = given.other
ANTI JOIN earlier ON earlier.one = given.one AND earlier.other = given.other
SELECT given.one, given.other
WHERE one.place_before IS NULL OR other.place_before IS NULL OR one.place_before > given.last_before;

-- Earlier pairs that were given by a key which is full now, and are given by no key that was looked at.
CREATE TEMP TABLE crowded_out AS
WITH full_buckets AS (
    FROM buckets SELECT * WHERE is_full AND last_before IS NOT NULL
),
best AS (
    FROM (FROM full_buckets SELECT key, unnest(places[:getvariable('bucket_heads')]) AS place)
    JOIN heads USING (place)
    SELECT key, max(place_before) AS last_place_before GROUP BY key
),
beyond AS (
    FROM full_buckets JOIN best USING (key)
    SELECT key, last_before, unnest(places[getvariable('bucket_heads') + 1:]) AS place
    WHERE coalesce(last_place_before < last_before, true)
)
FROM earlier
JOIN beyond AS one ON one.place = earlier.one AND one.last_before >= earlier.one_before
JOIN beyond AS other ON other.place = earlier.other AND other.key = one.key
ANTI JOIN given ON given.one = earlier.one AND given.other = earlier.other
SELECT DISTINCT earlier.one, earlier.other, earlier.doc_id, earlier.other_id;

CREATE TEMP TABLE doubtful AS
FROM crowded_out
JOIN fingerprints AS document ON document.doc_id = crowded_out.doc_id
JOIN fingerprints AS other_document ON other_document.doc_id = crowded_out.other_id
SELECT unnest(list_intersect(document.bands || document.anchors, other_document.bands || other_document.anchors)) AS key;

CREATE TEMP TABLE doubtful_buckets AS FROM list_buckets(false, 'doubtful');

CREATE TEMP TABLE lost AS
FROM crowded_out
ANTI JOIN (FROM list_pairs('doubtful_buckets')) AS given USING (one, other)
SELECT doc_id, other_id;

DROP TABLE touched;
DROP TABLE buckets;
DROP TABLE given;
