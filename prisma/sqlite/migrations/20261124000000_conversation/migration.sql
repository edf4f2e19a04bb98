-- AlterTable
ALTER TABLE "messages" ADD COLUMN "deleted_at" DATETIME;
ALTER TABLE "messages" ADD COLUMN "edited_at" DATETIME;
ALTER TABLE "messages" ADD COLUMN "reply_to" BIGINT;

-- AlterTable
ALTER TABLE "support_messages" ADD COLUMN "deleted_at" DATETIME;
ALTER TABLE "support_messages" ADD COLUMN "edited_at" DATETIME;
ALTER TABLE "support_messages" ADD COLUMN "reply_to" BIGINT;

-- CreateTable
CREATE TABLE "log_events" (
    "offset" BIGINT NOT NULL PRIMARY KEY,
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
    "created_at" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "reactions" (
    "kind" TEXT NOT NULL,
    "message_id" BIGINT NOT NULL,
    "emoji" TEXT NOT NULL,
    "sender_id" BIGINT NOT NULL,
    "offset" BIGINT NOT NULL,

    PRIMARY KEY ("kind", "message_id", "emoji", "sender_id")
);

-- CreateTable
CREATE TABLE "support_chats" (
    "id" BIGINT NOT NULL PRIMARY KEY,
    "status" TEXT NOT NULL,
    "assignee" BIGINT,
    "waiting_since" DATETIME
);

-- CreateTable
CREATE TABLE "chat_cursors" (
    "user_id" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "chat_id" BIGINT NOT NULL,
    "delivered" BIGINT NOT NULL,
    "read" BIGINT NOT NULL,
    "offset" BIGINT NOT NULL,

    PRIMARY KEY ("user_id", "kind", "chat_id")
);

-- CreateTable
CREATE TABLE "last_seen" (
    "user_id" BIGINT NOT NULL PRIMARY KEY,
    "at" DATETIME NOT NULL
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

-- The one writer numbers its rows from last_offset; moving it here makes storing one statement
CREATE TRIGGER "messages_move_log" AFTER INSERT ON "messages" BEGIN
    UPDATE "log" SET "last_offset" = NEW."offset" WHERE "id" = 1 AND "last_offset" < NEW."offset";
END;

-- The one writer numbers its rows from last_offset; moving it here makes storing one statement
CREATE TRIGGER "support_messages_move_log" AFTER INSERT ON "support_messages" BEGIN
    UPDATE "log" SET "last_offset" = NEW."offset" WHERE "id" = 1 AND "last_offset" < NEW."offset";
END;

-- The one writer numbers its rows from last_offset; moving it here makes storing one statement
CREATE TRIGGER "log_events_move_log" AFTER INSERT ON "log_events" BEGIN
    UPDATE "log" SET "last_offset" = NEW."offset" WHERE "id" = 1 AND "last_offset" < NEW."offset";
END;
