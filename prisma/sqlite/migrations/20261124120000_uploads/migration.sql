-- CreateTable
CREATE TABLE "uploads" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "owner_id" BIGINT NOT NULL,
    "file_type" TEXT NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "created_at" DATETIME NOT NULL,
    "used_at" DATETIME
);

-- CreateIndex
CREATE INDEX "uploads_used_at_created_at_idx" ON "uploads"("used_at", "created_at");
