-- The corpus by language: how much there is, and how sure the detector was.
FROM documents
SELECT
    language, -- ISO 639-1, else 639-3; NULL where the text is too short or too mixed to tell
    count(*) AS documents, -- documents that are kept
    sum(word_count)::BIGINT AS words, -- their words
    count(DISTINCT source) AS sources, -- of how many sources
    round(count(*) / sum(count(*)) OVER (), 4) AS share, -- of all documents
    round(median(language_confidence), 3) AS confidence -- of the document in the middle, the detector's own
GROUP BY language
ORDER BY documents DESC, language
