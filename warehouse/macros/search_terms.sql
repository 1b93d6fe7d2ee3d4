-- search_terms(words): What `search` looks for: the words, and pairs of characters where a script leaves no space between words.
FROM (
    FROM (
        SELECT unnest(regexp_extract_all(fold(words), '[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]+|\p{So}|[\p{L}\p{N}\p{M}]+\*?')) AS run
    )
    SELECT
        regexp_matches(run, '[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{So}]') AS is_unspaced,
        unnest(if(is_unspaced, list_transform(range(1, greatest(length(run), 2)), lambda place: substr(run, place, 2)), [run])) AS run
)
SELECT DISTINCT rtrim(run, '*') AS term, run LIKE '%*' AS is_beginning, is_unspaced
ORDER BY term
