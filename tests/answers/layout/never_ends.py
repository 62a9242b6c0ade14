# error
#
# …did not end…

layout = ["CREATE TABLE n AS WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) FROM n"]
