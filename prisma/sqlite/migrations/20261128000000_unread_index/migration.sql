-- Unread messages are counted in the index alone, however long the messages are
DROP INDEX "messages_chat_id_id_idx";
CREATE INDEX "messages_chat_id_id_sender_id_deleted_at_idx" ON "messages"("chat_id", "id", "sender_id", "deleted_at");

-- The same for support messages
DROP INDEX "support_messages_support_chat_id_id_idx";
CREATE INDEX "support_messages_support_chat_id_id_sender_id_deleted_at_idx" ON "support_messages"("support_chat_id", "id", "sender_id", "deleted_at");

-- The queue is read in the order of the index, without sorting all chats that are open
DROP INDEX "support_chats_status_waiting_since_idx";
CREATE INDEX "support_chats_status_waiting_since_id_idx" ON "support_chats"("status", "waiting_since", "id");
