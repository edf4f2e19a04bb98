-- AlterTable
ALTER TABLE "messages" ADD COLUMN     "hidden_from" BIGINT,
ADD COLUMN     "mentions" TEXT,
ADD COLUMN     "thread" BIGINT;

-- AlterTable
ALTER TABLE "support_messages" ADD COLUMN     "hidden_from" BIGINT,
ADD COLUMN     "mentions" TEXT,
ADD COLUMN     "thread" BIGINT;

-- AlterTable
ALTER TABLE "log_events" ADD COLUMN     "about_offset" BIGINT,
ADD COLUMN     "data" TEXT,
ADD COLUMN     "hidden_from" BIGINT;

-- AlterTable
ALTER TABLE "support_chats" ADD COLUMN     "customer" BIGINT;

-- CreateTable
CREATE TABLE "users" (
    "id" BIGINT NOT NULL,
    "name" TEXT,
    "avatar" TEXT,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "chats" (
    "id" BIGINT NOT NULL,
    "title" TEXT,
    "visibility" TEXT NOT NULL,
    "history" TEXT NOT NULL,
    "slow_mode" BIGINT NOT NULL,
    "retention" BIGINT,
    "direct" TEXT,
    "created_by" BIGINT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL,
    "member_count" BIGINT NOT NULL,

    CONSTRAINT "chats_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "members" (
    "chat_id" BIGINT NOT NULL,
    "user_id" BIGINT NOT NULL,
    "role" TEXT NOT NULL,
    "joined_offset" BIGINT NOT NULL,
    "muted_until" TIMESTAMP(3),
    "last_written" TIMESTAMP(3),

    CONSTRAINT "members_pkey" PRIMARY KEY ("chat_id", "user_id")
);

-- CreateTable
CREATE TABLE "bans" (
    "chat_id" BIGINT NOT NULL,
    "user_id" BIGINT NOT NULL,
    "until" TIMESTAMP(3),
    "reason" TEXT,
    "by" BIGINT NOT NULL,
    "at" TIMESTAMP(3) NOT NULL,
    "offset" BIGINT NOT NULL,

    CONSTRAINT "bans_pkey" PRIMARY KEY ("chat_id", "user_id")
);

-- CreateTable
CREATE TABLE "blocks" (
    "user_id" BIGINT NOT NULL,
    "blocked_id" BIGINT NOT NULL,

    CONSTRAINT "blocks_pkey" PRIMARY KEY ("user_id", "blocked_id")
);

-- CreateTable
CREATE TABLE "reports" (
    "id" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "chat_id" BIGINT NOT NULL,
    "message_id" BIGINT NOT NULL,
    "sender_id" BIGINT NOT NULL,
    "reporter_id" BIGINT NOT NULL,
    "reason" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL,
    "resolution" TEXT,
    "resolved_by" BIGINT,
    "resolved_at" TIMESTAMP(3),

    CONSTRAINT "reports_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "admin_actions" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMP(3) NOT NULL,
    "actor_id" BIGINT,
    "act" TEXT NOT NULL,
    "user_id" BIGINT,
    "kind" TEXT,
    "chat_id" BIGINT,
    "message_id" BIGINT,
    "detail" TEXT,

    CONSTRAINT "admin_actions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pins" (
    "kind" TEXT NOT NULL,
    "message_id" BIGINT NOT NULL,
    "chat_id" BIGINT NOT NULL,
    "by" BIGINT NOT NULL,
    "offset" BIGINT NOT NULL,

    CONSTRAINT "pins_pkey" PRIMARY KEY ("kind", "message_id")
);

-- CreateTable
CREATE TABLE "mentions" (
    "user_id" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "chat_id" BIGINT NOT NULL,
    "message_id" BIGINT NOT NULL,

    CONSTRAINT "mentions_pkey" PRIMARY KEY ("user_id", "kind", "chat_id", "message_id")
);

-- CreateTable
CREATE TABLE "threads" (
    "kind" TEXT NOT NULL,
    "message_id" BIGINT NOT NULL,
    "chat_id" BIGINT NOT NULL,
    "replies" BIGINT NOT NULL,
    "last_reply" BIGINT NOT NULL,
    "last_reply_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "threads_pkey" PRIMARY KEY ("kind", "message_id")
);

-- CreateTable
CREATE TABLE "thread_follows" (
    "user_id" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "message_id" BIGINT NOT NULL,
    "chat_id" BIGINT NOT NULL,
    "followed" BOOLEAN NOT NULL,
    "read" BIGINT NOT NULL,

    CONSTRAINT "thread_follows_pkey" PRIMARY KEY ("user_id", "kind", "message_id")
);

-- CreateTable
CREATE TABLE "chat_settings" (
    "user_id" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "chat_id" BIGINT NOT NULL,
    "notify" TEXT NOT NULL,

    CONSTRAINT "chat_settings_pkey" PRIMARY KEY ("user_id", "kind", "chat_id")
);

-- CreateTable
CREATE TABLE "upload_uses" (
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "message_id" BIGINT NOT NULL,
    "chat_id" BIGINT NOT NULL,

    CONSTRAINT "upload_uses_pkey" PRIMARY KEY ("name", "kind", "message_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "chats_direct_key" ON "chats"("direct");

-- CreateIndex
CREATE INDEX "chats_visibility_id_idx" ON "chats"("visibility", "id");

-- CreateIndex
CREATE INDEX "members_user_id_chat_id_idx" ON "members"("user_id", "chat_id");

-- CreateIndex
CREATE UNIQUE INDEX "reports_kind_message_id_reporter_id_key" ON "reports"("kind", "message_id", "reporter_id");

-- CreateIndex
CREATE INDEX "reports_resolved_at_id_idx" ON "reports"("resolved_at", "id");

-- CreateIndex
CREATE INDEX "admin_actions_user_id_id_idx" ON "admin_actions"("user_id", "id");

-- CreateIndex
CREATE INDEX "pins_kind_chat_id_offset_idx" ON "pins"("kind", "chat_id", "offset");

-- CreateIndex
CREATE INDEX "support_chats_customer_id_idx" ON "support_chats"("customer", "id");

-- CreateIndex
CREATE INDEX "reports_kind_chat_id_resolved_at_id_idx" ON "reports"("kind", "chat_id", "resolved_at", "id");

-- CreateIndex
CREATE INDEX "mentions_kind_message_id_idx" ON "mentions"("kind", "message_id");

-- CreateIndex
CREATE INDEX "thread_follows_kind_message_id_idx" ON "thread_follows"("kind", "message_id");

-- CreateIndex
CREATE INDEX "upload_uses_kind_message_id_idx" ON "upload_uses"("kind", "message_id");

-- The last owner of a chat cannot leave
CREATE INDEX "members_owners_idx" ON "members"("chat_id") WHERE "role" = 'owner';

-- Replies are asked for by their thread; most messages are in none
CREATE INDEX "messages_thread_id_idx" ON "messages"("thread", "id") WHERE "thread" IS NOT NULL;

-- Replies are asked for by their thread; most messages are in none
CREATE INDEX "support_messages_thread_id_idx" ON "support_messages"("thread", "id") WHERE "thread" IS NOT NULL;

-- Whoever wrote the first message of a support chat has opened it
UPDATE "support_chats" SET "customer" = (
    SELECT m."sender_id" FROM "support_messages" AS m
    WHERE m."support_chat_id" = "support_chats"."id" ORDER BY m."id" LIMIT 1
);

-- Who may read a message may read the files that it names
INSERT INTO "upload_uses" ("name", "kind", "message_id", "chat_id")
SELECT DISTINCT substr(trim(p.value), 9), 'chat', m."id", m."chat_id" FROM "messages" AS m, unnest(string_to_array(m."file_paths", ',')) AS p(value)
WHERE m."file_paths" LIKE '%uploads/%' AND trim(p.value) LIKE 'uploads/%'
    AND EXISTS (SELECT 1 FROM "uploads" AS u WHERE u."name" = substr(trim(p.value), 9))
UNION ALL
SELECT DISTINCT substr(trim(p.value), 9), 'support', m."id", m."support_chat_id" FROM "support_messages" AS m, unnest(string_to_array(m."file_paths", ',')) AS p(value)
WHERE m."file_paths" LIKE '%uploads/%' AND trim(p.value) LIKE 'uploads/%'
    AND EXISTS (SELECT 1 FROM "uploads" AS u WHERE u."name" = substr(trim(p.value), 9));
