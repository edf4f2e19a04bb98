-- What one user gave to a message stands together in the primary key, so that it can be counted
CREATE TABLE "new_reactions" (
    "kind" TEXT NOT NULL,
    "message_id" BIGINT NOT NULL,
    "emoji" TEXT NOT NULL,
    "sender_id" BIGINT NOT NULL,
    "offset" BIGINT NOT NULL,

    PRIMARY KEY ("kind", "message_id", "sender_id", "emoji")
);
INSERT INTO "new_reactions" ("kind", "message_id", "emoji", "sender_id", "offset")
SELECT "kind", "message_id", "emoji", "sender_id", "offset" FROM "reactions";
DROP TABLE "reactions";
ALTER TABLE "new_reactions" RENAME TO "reactions";

-- Those given first to a message are read without the others. Partial, because PostgreSQL, which at first knows
-- nothing of the table, would take a whole one as readily as the primary key for what one user gave
CREATE INDEX "reactions_chat_message_id_offset_idx" ON "reactions"("message_id", "offset") WHERE "kind" = 'chat';
CREATE INDEX "reactions_support_message_id_offset_idx" ON "reactions"("message_id", "offset") WHERE "kind" = 'support';
