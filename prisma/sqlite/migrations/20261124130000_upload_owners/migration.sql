-- CreateIndex
CREATE INDEX "uploads_owner_id_idx" ON "uploads"("owner_id");

-- Whether a message still names a file is asked of its owner's messages with files alone
CREATE INDEX "messages_sender_id_with_files_idx" ON "messages"("sender_id") WHERE "file_paths" IS NOT NULL;

-- The same for support messages
CREATE INDEX "support_messages_sender_id_with_files_idx" ON "support_messages"("sender_id") WHERE "file_paths" IS NOT NULL;
