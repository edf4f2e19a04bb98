/** What the files of the search index of an SQLite file are called: its path with these behind it. */
export const SEARCH_FILES = ['-search', '-search-wal', '-search-shm', '-search-journal'] as const
