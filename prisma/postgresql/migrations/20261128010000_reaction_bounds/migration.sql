-- What one user gave to a message stands together in the primary key, so that it can be counted
ALTER TABLE "reactions" DROP CONSTRAINT "reactions_pkey",
ADD CONSTRAINT "reactions_pkey" PRIMARY KEY ("kind", "message_id", "sender_id", "emoji");

-- Those given first to a message are read without the others. Partial, because PostgreSQL, which at first knows
-- nothing of the table, would take a whole one as readily as the primary key for what one user gave
CREATE INDEX "reactions_chat_message_id_offset_idx" ON "reactions"("message_id", "offset") WHERE "kind" = 'chat';
CREATE INDEX "reactions_support_message_id_offset_idx" ON "reactions"("message_id", "offset") WHERE "kind" = 'support';
