-- AlterTable
ALTER TABLE "messages" ADD COLUMN     "deleted_at" TIMESTAMP(3),
ADD COLUMN     "edited_at" TIMESTAMP(3),
ADD COLUMN     "reply_to" BIGINT;

-- AlterTable
ALTER TABLE "support_messages" ADD COLUMN     "deleted_at" TIMESTAMP(3),
ADD COLUMN     "edited_at" TIMESTAMP(3),
ADD COLUMN     "reply_to" BIGINT;

-- CreateTable
CREATE TABLE "log_events" (
    "offset" BIGINT NOT NULL,
    "type" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "chat_id" BIGINT NOT NULL,
    "message_id" BIGINT,
    "sender_id" BIGINT NOT NULL,
    "client_id" TEXT,
    "emoji" TEXT,
    "removed" BOOLEAN,
    "status" TEXT,
    "assignee" BIGINT,
    "created_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "log_events_pkey" PRIMARY KEY ("offset")
);

-- CreateTable
CREATE TABLE "reactions" (
    "kind" TEXT NOT NULL,
    "message_id" BIGINT NOT NULL,
    "emoji" TEXT NOT NULL,
    "sender_id" BIGINT NOT NULL,
    "offset" BIGINT NOT NULL,

    CONSTRAINT "reactions_pkey" PRIMARY KEY ("kind","message_id","emoji","sender_id")
);

-- CreateTable
CREATE TABLE "support_chats" (
    "id" BIGINT NOT NULL,
    "status" TEXT NOT NULL,
    "assignee" BIGINT,
    "waiting_since" TIMESTAMP(3),

    CONSTRAINT "support_chats_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "chat_cursors" (
    "user_id" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "chat_id" BIGINT NOT NULL,
    "delivered" BIGINT NOT NULL,
    "read" BIGINT NOT NULL,
    "offset" BIGINT NOT NULL,

    CONSTRAINT "chat_cursors_pkey" PRIMARY KEY ("user_id","kind","chat_id")
);

-- CreateTable
CREATE TABLE "last_seen" (
    "user_id" BIGINT NOT NULL,
    "at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "last_seen_pkey" PRIMARY KEY ("user_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "log_events_sender_id_client_id_key" ON "log_events"("sender_id", "client_id");

-- CreateIndex
CREATE INDEX "support_chats_status_waiting_since_idx" ON "support_chats"("status", "waiting_since");

-- CreateIndex
CREATE INDEX "chat_cursors_offset_idx" ON "chat_cursors"("offset");

-- CreateIndex
CREATE INDEX "last_seen_at_idx" ON "last_seen"("at");

-- Every support chat that has a message waits, until somebody says otherwise
INSERT INTO "support_chats" ("id", "status", "waiting_since")
SELECT "support_chat_id", 'open', min("created_at") FROM "support_messages" GROUP BY "support_chat_id";
