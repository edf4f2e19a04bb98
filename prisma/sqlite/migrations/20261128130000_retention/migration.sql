-- Few chats delete their messages after a time, and these are asked for every minute
CREATE INDEX "chats_retention_idx" ON "chats"("id") WHERE "retention" IS NOT NULL;
