-- CreateTable
CREATE TABLE "log" (
    "id" INTEGER NOT NULL,
    "epoch" TEXT NOT NULL,
    "last_offset" BIGINT NOT NULL,
    "origin" TEXT,

    CONSTRAINT "log_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "messages" (
    "id" BIGSERIAL NOT NULL,
    "offset" BIGINT NOT NULL,
    "chat_id" BIGINT NOT NULL,
    "sender_id" BIGINT NOT NULL,
    "client_id" TEXT,
    "content" TEXT NOT NULL,
    "file_type" TEXT,
    "file_paths" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "messages_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "support_messages" (
    "id" BIGSERIAL NOT NULL,
    "offset" BIGINT NOT NULL,
    "support_chat_id" BIGINT NOT NULL,
    "sender_id" BIGINT NOT NULL,
    "client_id" TEXT,
    "content" TEXT NOT NULL,
    "file_type" TEXT,
    "file_paths" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "support_messages_pkey" PRIMARY KEY ("id")
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
