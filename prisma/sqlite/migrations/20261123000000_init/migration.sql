-- CreateTable
CREATE TABLE "log" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "epoch" TEXT NOT NULL,
    "last_offset" BIGINT NOT NULL,
    "origin" TEXT
);

-- CreateTable
CREATE TABLE "messages" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "offset" BIGINT NOT NULL,
    "chat_id" BIGINT NOT NULL,
    "sender_id" BIGINT NOT NULL,
    "client_id" TEXT,
    "content" TEXT NOT NULL,
    "file_type" TEXT,
    "file_paths" TEXT,
    "created_at" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "support_messages" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "offset" BIGINT NOT NULL,
    "support_chat_id" BIGINT NOT NULL,
    "sender_id" BIGINT NOT NULL,
    "client_id" TEXT,
    "content" TEXT NOT NULL,
    "file_type" TEXT,
    "file_paths" TEXT,
    "created_at" DATETIME NOT NULL
);

-- CreateIndex
CREATE UNIQUE INDEX "messages_offset_key" ON "messages"("offset");

-- CreateIndex
CREATE INDEX "messages_chat_id_id_idx" ON "messages"("chat_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "messages_sender_id_client_id_key" ON "messages"("sender_id", "client_id");

-- CreateIndex
CREATE UNIQUE INDEX "support_messages_offset_key" ON "support_messages"("offset");

-- CreateIndex
CREATE INDEX "support_messages_support_chat_id_id_idx" ON "support_messages"("support_chat_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "support_messages_sender_id_client_id_key" ON "support_messages"("sender_id", "client_id");
