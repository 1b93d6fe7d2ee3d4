-- Pairs of documents that may be copies: they have a key in common. Makes `candidates`, the pairs to be compared, by the
-- places of the better and the worse document, and `settled`, the rows of pairs that were compared before and stay.
--
-- A key that more than `full_bucket` documents have gives pairs with the `bucket_heads` best of them alone: a document
-- that is a copy of any is one of the best, and what a template's key brings together stays linear.
--
-- Documents that stay, heads before and now and with the same row, keep their order among themselves (whence
-- `compare_again`). So a key gives what it gave in the run before, unless one of its documents is new as a head or gone
-- as one: only such keys are looked at. `place` and `place_before` number two rankings and never compare.

-- The documents of each key of a table of keys, named `wanted`, best first; of keys that one document has, none.
CREATE TEMP MACRO list_buckets(all_are_new, wanted) AS TABLE
WITH keys AS MATERIALIZED (
    FROM (
        FROM heads JOIN fingerprints USING (doc_id) SELECT place, place_before, unnest(bands || anchors) AS key
        UNION ALL BY NAME
        FROM gone JOIN before.fingerprints USING (doc_id)
        SELECT place_before, unnest(bands || anchors) AS key WHERE NOT all_are_new
    )
    WHERE all_are_new OR key IN (FROM query_table(wanted))
),
shared AS (
    FROM keys SELECT key GROUP BY key HAVING count(place) > 1
)
FROM keys SEMI JOIN shared USING (key)
SELECT
    key,
    list(place ORDER BY place) FILTER (place IS NOT NULL) AS places,
    len(places) > getvariable('full_bucket') AS is_full,
    -- The last of those that gave pairs in the run before, by its place then: all pairs of whoever stood before it, and
    -- of itself, were given.
    if(
        count(place_before) > getvariable('full_bucket'),
        list_max(min(place_before, getvariable('bucket_heads'))),
        max(place_before)
    ) AS last_giver_before
GROUP BY key;

-- The pairs that buckets, a table of that name, give: the same one as often as the two have keys in common.
CREATE TEMP MACRO list_pairs(buckets) AS TABLE
FROM (
    FROM query_table(buckets)
    SELECT places, last_giver_before, unnest(if(is_full, places[:getvariable('bucket_heads')], places)) AS better
)
SELECT better, unnest(list_filter(places, lambda place: place > better)) AS worse, last_giver_before;

-- Where no document stays, all keys are touched and nothing is settled: there is no need to list them.
SET VARIABLE all_are_new = (SELECT count(place_before) = 0 FROM heads);

-- By the run too, which is the document's (`fingerprints_belong_to_documents`): files without rows of it are not read.
CREATE TEMP TABLE touched AS
FROM heads JOIN fingerprints USING (doc_id, run_id) SELECT unnest(bands || anchors) AS key
WHERE place_before IS NULL AND NOT getvariable('all_are_new')
UNION
FROM gone JOIN before.fingerprints USING (doc_id, run_id) SELECT unnest(bands || anchors)
WHERE NOT getvariable('all_are_new');

CREATE TEMP TABLE touched_buckets AS FROM list_buckets(getvariable('all_are_new'), 'touched');

CREATE TEMP TABLE given AS
FROM list_pairs('touched_buckets')
SELECT better, worse, max(last_giver_before) AS last_giver_before GROUP BY better, worse;

-- Pairs that were compared before, and both of whose documents stay.
CREATE TEMP TABLE staying AS
FROM before.pairs AS pair
JOIN heads AS document ON document.doc_id = pair.doc_id
JOIN heads AS other_document ON other_document.doc_id = pair.other_id
SELECT
    pair.doc_id, pair.other_id,
    least(document.place, other_document.place) AS better,
    greatest(document.place, other_document.place) AS worse,
    least(document.place_before, other_document.place_before) AS better_before
WHERE document.place_before IS NOT NULL AND other_document.place_before IS NOT NULL;

-- Of two documents that stay and have no row, a key that is not touched may have given the pair, too: it is then
-- compared once more, and comes to the same.
CREATE TEMP TABLE candidates AS
FROM given
JOIN heads AS better_head ON better_head.place = given.better
JOIN heads AS worse_head ON worse_head.place = given.worse
ANTI JOIN staying ON staying.better = given.better AND staying.worse = given.worse
SELECT given.better, given.worse
WHERE better_head.place_before IS NULL OR worse_head.place_before IS NULL
    OR better_head.place_before > given.last_giver_before;

-- Pairs that stay, but that a full key gave in the run before and gives no more, nor any other touched key.
CREATE TEMP TABLE crowded_out AS
WITH full_buckets AS (
    FROM touched_buckets SELECT * WHERE is_full AND last_giver_before IS NOT NULL
),
best AS (
    FROM (FROM full_buckets SELECT key, unnest(places[:getvariable('bucket_heads')]) AS place)
    JOIN heads USING (place)
    SELECT key, max(place_before) AS last_staying GROUP BY key
),
beyond AS (
    FROM full_buckets JOIN best USING (key)
    SELECT key, last_giver_before, unnest(places[getvariable('bucket_heads') + 1:]) AS place
    -- One that gave pairs is no longer among the best, or none of these stayed.
    WHERE coalesce(last_staying < last_giver_before, true)
)
FROM staying
JOIN beyond AS better_beyond
    ON better_beyond.place = staying.better AND better_beyond.last_giver_before >= staying.better_before
JOIN beyond AS worse_beyond ON worse_beyond.place = staying.worse AND worse_beyond.key = better_beyond.key
ANTI JOIN given ON given.better = staying.better AND given.worse = staying.worse
SELECT DISTINCT staying.doc_id, staying.other_id, better, worse;

-- All other keys that the two of such a pair have in common: one may give it still.
CREATE TEMP TABLE doubtful AS
WITH lists AS MATERIALIZED (
    FROM fingerprints SEMI JOIN (FROM crowded_out SELECT unnest([doc_id, other_id]) AS doc_id) USING (doc_id)
    SELECT doc_id, bands || anchors AS keys
),
shared AS (
    FROM crowded_out
    JOIN lists AS document ON document.doc_id = crowded_out.doc_id
    JOIN lists AS other_document ON other_document.doc_id = crowded_out.other_id
    SELECT DISTINCT unnest(list_intersect(document.keys, other_document.keys)) AS key
)
FROM shared ANTI JOIN touched USING (key);

CREATE TEMP TABLE doubtful_buckets AS FROM list_buckets(false, 'doubtful');

CREATE TEMP TABLE lost AS
FROM crowded_out ANTI JOIN (FROM list_pairs('doubtful_buckets')) AS still_given USING (better, worse)
SELECT doc_id, other_id;

CREATE TEMP VIEW settled AS
FROM before.pairs
ANTI JOIN gone USING (doc_id)
ANTI JOIN gone AS other_gone ON other_gone.doc_id = other_id
ANTI JOIN lost ON lost.doc_id = pairs.doc_id AND lost.other_id = pairs.other_id
WHERE NOT getvariable('all_are_new');

-- What is compared next needs the memory.
DROP TABLE touched;
DROP TABLE touched_buckets;
DROP TABLE given;
DROP TABLE staying;
DROP TABLE crowded_out;
DROP TABLE doubtful;
DROP TABLE doubtful_buckets;
