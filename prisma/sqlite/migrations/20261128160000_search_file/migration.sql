-- The search index has a file of its own
DROP TABLE "message_search";
DROP TABLE "search_position";
