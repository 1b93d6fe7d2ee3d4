-- Documents that are kept although they have much in common, the nearest first: by them a setting is judged.
FROM pairs
JOIN (FROM documents SELECT doc_id, uri, title, source, published) AS one USING (doc_id)
JOIN (FROM documents SELECT doc_id AS other_id, uri, title, source, published) AS other USING (other_id)
SELECT
    greatest(containment, other_containment) AS contained, -- pairs of words of the one that the other has too: the greater share
    least(fact_changes, other_fact_changes) AS fact_changes, -- above 0 where names and numbers differ, of what else is alike
    least(subject_changes, other_subject_changes) AS subject_changes, -- the share of names and numbers that recur and that the other never has
    jaccard, -- pairs of words that both have, of those that either has
    doc_id,
    other_id, -- the other document
    one.uri, other.uri AS other_uri, -- the other's file
    one.title, other.title AS other_title, -- the other's title
    one.source, other.source AS other_source, -- the other's source
    one.published, other.published AS other_published -- the other's date
ORDER BY contained DESC, doc_id, other_id
