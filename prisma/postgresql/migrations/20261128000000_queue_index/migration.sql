-- The queue is read in the order of the index, without sorting all chats that are open
DROP INDEX "support_chats_status_waiting_since_idx";
CREATE INDEX "support_chats_status_waiting_since_id_idx" ON "support_chats"("status", "waiting_since", "id");
