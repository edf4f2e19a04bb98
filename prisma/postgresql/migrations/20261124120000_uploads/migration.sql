-- CreateTable
CREATE TABLE "uploads" (
    "name" TEXT NOT NULL,
    "owner_id" BIGINT NOT NULL,
    "file_type" TEXT NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL,
    "used_at" TIMESTAMP(3),

    CONSTRAINT "uploads_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE INDEX "uploads_used_at_created_at_idx" ON "uploads"("used_at", "created_at");
