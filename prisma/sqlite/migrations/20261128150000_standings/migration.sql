-- Who muted, who banned, and who brought a member in
ALTER TABLE "members" ADD COLUMN "muted_by" TEXT;
ALTER TABLE "members" ADD COLUMN "added_by" BIGINT;
ALTER TABLE "bans" ADD COLUMN "by_role" TEXT;

-- What holds of users in chats that they are no members of
CREATE TABLE "standings" (
    "chat_id" BIGINT NOT NULL,
    "user_id" BIGINT NOT NULL,
    "role" TEXT,
    "muted_until" DATETIME,
    "muted_by" TEXT,
    "last_written" DATETIME,
    "joined_offset" BIGINT,

    PRIMARY KEY ("chat_id", "user_id")
);

CREATE INDEX "standings_user_id_chat_id_idx" ON "standings"("user_id", "chat_id");
CREATE INDEX "chats_created_by_created_at_idx" ON "chats"("created_by", "created_at");
