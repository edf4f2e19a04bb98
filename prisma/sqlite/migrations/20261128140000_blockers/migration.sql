-- Whoever connects is to see nothing of those who have blocked them
CREATE INDEX "blocks_blocked_id_user_id_idx" ON "blocks"("blocked_id", "user_id");
