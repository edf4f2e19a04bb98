-- The words of every message
CREATE INDEX "messages_search" ON "messages" USING GIN (to_tsvector('simple', "content"));
CREATE INDEX "support_messages_search" ON "support_messages" USING GIN (to_tsvector('simple', "content"));
