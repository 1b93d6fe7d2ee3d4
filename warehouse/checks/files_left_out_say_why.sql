-- fail: A file that did not land gives a reason, and so does each rejected record.
FROM files
SELECT uri, status, reason
WHERE (status != 'landed' AND coalesce(reason, '') = '')
   OR len(list_filter(rejected, lambda record: coalesce(record.reason, '') = '')) > 0
   OR status NOT IN ('landed', 'empty', 'unreadable', 'unsupported', 'too_large', 'forgotten')
