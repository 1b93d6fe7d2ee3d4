-- fail: Every file says how many documents landed from it, and only a landed file has any.
SELECT uri, files.status, files.documents AS told, coalesce(there.documents, 0) AS there
FROM files FULL JOIN (FROM all_documents SELECT uri, count(*) AS documents GROUP BY uri) AS there USING (uri)
WHERE coalesce(files.documents, 0) != coalesce(there.documents, 0)
   OR (files.status = 'landed') != (coalesce(there.documents, 0) > 0)
