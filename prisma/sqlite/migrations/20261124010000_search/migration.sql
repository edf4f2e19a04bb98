-- The words of every message, by its offset; read from the log, apart from storing it
CREATE VIRTUAL TABLE "message_search" USING fts5(content, chat, detail = column, columnsize = 0);

-- What a message said must be gone when it is deleted, not only be hidden
INSERT INTO "message_search" ("message_search", "rank") VALUES ('secure-delete', 1);

-- How far the log was read into it
CREATE TABLE "search_position" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "offset" BIGINT NOT NULL
);
INSERT INTO "search_position" ("id", "offset") VALUES (1, 0);
