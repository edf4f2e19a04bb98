-- Only SQLite had its search index in tables of its own
DROP TABLE IF EXISTS "message_search";
