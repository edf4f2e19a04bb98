/** The port a server listens on when none is given. */
export const DEFAULT_PORT = 3004

/** Version of the wire protocol, announced in CONNECTION_ESTABLISHED. */
export const PROTOCOL_VERSION = 1

/** The largest frame a client may send, in bytes of UTF-8; a larger one closes with 1009. */
export const MAX_FRAME_BYTES = 64 * 1024

/** The most parts that a client may send a frame in; more close with 1008. */
export const MAX_FRAGMENTS = 256

/** The longest token that is looked at, in characters. */
export const MAX_TOKEN_LENGTH = 8_192

/** The longest `client_id`, in UTF-16 code units. */
export const MAX_CLIENT_ID_LENGTH = 64

/** UTF-16 code units of the names of a message's files, and of their type: both are read wherever the message is shown. */
export const MAX_FILE_PATHS_LENGTH = 8_192
export const MAX_FILE_TYPE_LENGTH = 256

/** The most messages that a client can ask for at once, at connecting or in a HISTORY frame. */
export const MAX_HISTORY = 1_000

/** The most users in one list of those who are online. */
export const MAX_PRESENCE = 10_000

/** The most results in one page of a search. */
export const MAX_SEARCH_RESULTS = 100

/** The longest text to search for, in UTF-16 code units. */
export const MAX_SEARCH_LENGTH = 256

/** The longest reaction, in UTF-16 code units: emoji of many parts have about 30. */
export const MAX_EMOJI_LENGTH = 64

/** The most reactions of one user that a message has at once. */
export const MAX_OWN_REACTIONS = 20

/** The most chats that one connection can narrow itself to, of each kind. */
export const MAX_SUBSCRIPTIONS = 1_000

/** How long someone counts as typing after the last word of it. */
export const TYPING_EXPIRES_MS = 6_000

/** How often the typing of one user in one chat is sent on, at most. */
export const TYPING_INTERVAL_MS = 1_000

/** The longest name of a user, in UTF-16 code units. */
export const MAX_NAME_LENGTH = 64

/** The longest title of a chat, in UTF-16 code units. */
export const MAX_CHAT_TITLE_LENGTH = 128

/** The longest reason for what a moderator does, in UTF-16 code units. */
export const MAX_REASON_LENGTH = 500

/** The most users that one frame can be about. */
export const MAX_USERS_PER_FRAME = 100

/** The most users that one message can mention. */
export const MAX_MENTIONS = 50

/** The most of a list that is answered at once. */
export const MAX_LIST_PAGE = 100

/** The most messages that are pinned in one chat. */
export const MAX_PINS = 100

/** The most chats that one user can make or join, and the most that others can add the user to. */
export const MAX_CHATS_PER_USER = 10_000

/** The most users that one user can block. */
export const MAX_BLOCKS = 1_000

/** Chats with more members do not tell who of them is here, where presence is shared. */
export const MAX_PRESENCE_MEMBERS = 1_000
